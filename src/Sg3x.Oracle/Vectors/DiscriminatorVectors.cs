using System.Text.RegularExpressions;
using Sg3x.Checkpoints;
using Sg3x.Networks;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>
/// Holds a discriminator against a file of state and results: resampling filters, logits, R1 penalties ‖∇ Σ D‖² per image, and
/// the gradients of their mean. Of one with classes <c>io.c</c> has the labels.
/// </summary>
internal static partial class DiscriminatorVectors
{
    /// <summary>Checks one file.</summary>
    /// <param name="file">An open file whose metadata are constructor arguments of the official release.</param>
    /// <param name="device">Where the discriminator computes, in float32.</param>
    /// <exception cref="UserException">The file's state is not of its configuration, or has tensors that are unknown.</exception>
    public static VectorReport Check(SafeTensorsFile file, Device device)
    {
        DiscriminatorConfig config = Metadata.Read(file, OfficialArguments.Discriminator);
        Metadata.Read(file, _ =>
        {
            ConfigChecks.CheckResolution("img_resolution", config.Resolution, 8);
            return 0;
        });
        DemandWeights(file, config);
        using var discriminator = new Discriminator(config, seed: 0, device);
        Dictionary<string, Tensor> state = discriminator.state_dict();
        StateLoading.Demand(file, state, name => Result().IsMatch(name));
        var comparisons = new List<Comparison>(
            StateLoading.CompareDerived(file, state, n => n.EndsWith("resample_filter", StringComparison.Ordinal)));
        StateLoading.Load(file, state);

        using Tensor image = StateLoading.LoadShaped(
            file, "io.image", device, -1, config.ImageChannels, config.Resolution, config.Resolution);
        using Tensor? labels = config.CDim > 0
            ? StateLoading.LoadShaped(file, "io.c", device, image.shape[0], config.CDim) : null;
        AddResults(file, discriminator, image, labels, comparisons);
        return new VectorReport
        {
            File = file.FilePath,
            Kind = VectorKind.Discriminator,
            Subject = FormattableString.Invariant($"{config.Resolution}×{config.Resolution}, batch {image.shape[0]}"),
            Comparisons = comparisons,
        };
    }

    private static void AddResults(
        SafeTensorsFile file, Discriminator discriminator, Tensor image, Tensor? labels, List<Comparison> comparisons)
    {
        string[] gradients = [.. file.Entries.Keys.Where(n => n.StartsWith("r1grad.", StringComparison.Ordinal))];
        DiscriminatorConfig config = discriminator.Config;
        image.requires_grad_(true);
        using Tensor logits = discriminator.forward(image, labels);
        if (file.Entries.ContainsKey("io.logits"))
        {
            Add("io.logits", logits, Tolerances.Logits(config));
        }

        if (gradients.Length == 0 && !file.Entries.ContainsKey("io.r1_penalty"))
        {
            return;
        }

        using Tensor sum = logits.sum();
        Tensor slope = autograd.grad([sum], [image], create_graph: true, retain_graph: true)[0];
        using Tensor penalty = slope.square().sum([1, 2, 3]);
        if (file.Entries.ContainsKey("io.r1_penalty"))
        {
            Add("io.r1_penalty", penalty, Tolerances.Penalties(config));
        }

        Dictionary<string, Tensor> parameters = discriminator.named_parameters().ToDictionary(
            p => p.name, p => (Tensor)p.parameter);
        if (gradients.FirstOrDefault(n => !parameters.ContainsKey(n["r1grad.".Length..])) is string unknown)
        {
            throw UserException.Mismatch(file.FilePath, "gradients of parameters", $"\"{unknown}\"");
        }

        if (gradients.Length > 0)
        {
            using Tensor mean = penalty.mean();
            IList<Tensor> computed = autograd.grad([mean], [.. gradients.Select(n => parameters[n["r1grad.".Length..]])]);
            foreach ((string name, Tensor gradient) in gradients.Zip(computed))
            {
                Add(name, gradient, Tolerances.Penalties(config));
            }
        }

        void Add(string name, Tensor computed, Tolerance tolerance)
        {
            using Tensor expected = file.Load(name);
            comparisons.Add(Compare.Tensors(name, expected, computed, tolerance));
        }
    }

    // Before anything is allocated by a configuration from outside, the file must have weights of that size itself.
    private static void DemandWeights(SafeTensorsFile file, DiscriminatorConfig config)
    {
        for (int resolution = config.Resolution; resolution > 4; resolution /= 2)
        {
            long channels = Discriminator.Channels(config, resolution);
            Demand(FormattableString.Invariant($"b{resolution}.conv0.weight"), channels, channels, 3, 3);
        }

        if (config.CDim > 0)
        {
            Demand("mapping.embed.weight", Discriminator.Channels(config, 4), config.CDim);
        }

        void Demand(string name, params long[] shape)
        {
            if (!file.Entry(name).Shape.SequenceEqual(shape))
            {
                throw UserException.Mismatch($"{file.FilePath}: \"{name}\"",
                    $"shape {Compare.Brackets(shape)} by the configuration in its metadata",
                    Compare.Brackets(file.Entry(name).Shape));
            }
        }
    }

    [GeneratedRegex(@"^(io\.(image|c|logits|r1_penalty)|r1grad\..+)$")]
    private static partial Regex Result();
}
