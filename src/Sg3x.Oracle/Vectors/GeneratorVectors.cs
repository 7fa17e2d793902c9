using System.Globalization;
using System.Text.RegularExpressions;
using Sg3x.Checkpoints;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Oracle.Vectors;

/// <summary>
/// Holds a generator against a file of state and results: filters, latents (also truncated), images (also translated), gradients
/// of Σ image·probe, and the moving averages after one more forward pass in training. Of one with classes <c>io.c</c> has the
/// labels.
/// </summary>
internal sealed partial class GeneratorVectors
{
    private const string TransformName = "synthesis.input.transform";
    private const double DefaultMagnitudeBeta = 0.999;

    private readonly SafeTensorsFile _file;
    private readonly Generator _generator;
    private readonly IReadOnlyDictionary<string, Tensor> _state;
    private readonly Tensor _z;
    private readonly Tensor? _c;
    private readonly List<Comparison> _comparisons = [];

    private GeneratorVectors(SafeTensorsFile file, Generator generator, IReadOnlyDictionary<string, Tensor> state, Tensor z)
    {
        (_file, _generator, _state, _z) = (file, generator, state, z);
        int classes = generator.Config.CDim;
        _c = classes > 0 ? StateLoading.LoadShaped(file, "io.c", z.device, z.shape[0], classes) : null;
    }

    /// <summary>Checks one file.</summary>
    /// <param name="file">An open file whose metadata are constructor arguments of the official release.</param>
    /// <param name="device">Where the generator computes, in float32.</param>
    /// <exception cref="UserException">The file's state is not of its configuration, or has tensors that are unknown.</exception>
    public static VectorReport Check(SafeTensorsFile file, Device device)
    {
        LayerSchedule schedule = Metadata.Read(file, arguments => LayerSchedule.Create(OfficialArguments.Generator(arguments)));
        NetworkFile.DemandGenerator(file, schedule);
        GeneratorConfig config = schedule.Config;
        using var generator = new Generator(config, seed: 0, device);
        Dictionary<string, Tensor> state = generator.state_dict();
        StateLoading.Demand(file, state, name => Result().IsMatch(name));
        var vectors = new GeneratorVectors(file, generator, state,
            StateLoading.LoadShaped(file, "io.z", device, -1, config.ZDim));
        vectors._comparisons.AddRange(StateLoading.CompareDerived(
            file, state, n => n.EndsWith("_filter", StringComparison.Ordinal)));
        StateLoading.Load(file, state);
        vectors.CompareForward();
        vectors.CompareTranslations();
        vectors.CompareGradients();
        vectors.CompareUpdate();
        return new VectorReport
        {
            File = file.FilePath,
            Kind = VectorKind.Generator,
            Subject = FormattableString.Invariant($"{ScheduleVectors.Describe(config)}, batch {vectors._z.shape[0]}"),
            Comparisons = vectors._comparisons,
        };
    }

    private void CompareForward()
    {
        using IDisposable ungraded = no_grad();
        _generator.eval();
        foreach (string name in Names(Latents()))
        {
            string psi = Latents().Match(name).Groups[1].Value;
            double truncation = psi.Length == 0 ? 1 : double.Parse(psi, CultureInfo.InvariantCulture);
            Add(name, _generator.Map(_z, _c, truncation), Tolerances.Latents(_generator.Config));
        }

        if (_file.Entries.ContainsKey("io.image"))
        {
            Add("io.image", Image(), Tolerances.Images(_generator.Schedule));
        }
    }

    private void CompareTranslations()
    {
        using IDisposable ungraded = no_grad();
        foreach (string name in Names(Translated()))
        {
            string offset = "io.translation" + Translated().Match(name).Groups[1].Value;
            using Tensor translation = StateLoading.LoadShaped(_file, offset, CPU, 2);
            using Tensor transform = eye(3);
            transform[0, 2] = -translation[0];
            transform[1, 2] = -translation[1];
            _state[TransformName].copy_(transform);
            Add(name, Image(), Tolerances.Images(_generator.Schedule));
        }

        StateLoading.Load(_file, new Dictionary<string, Tensor> { [TransformName] = _state[TransformName] });
    }

    private void CompareGradients()
    {
        string[] names = [.. Names(Gradient())];
        if (names.Length == 0)
        {
            return;
        }

        GeneratorConfig config = _generator.Config;
        using Tensor probe = StateLoading.LoadShaped(
            _file, "io.probe", _z.device, _z.shape[0], config.ImageChannels, config.Resolution, config.Resolution);
        Dictionary<string, Tensor> parameters = _generator.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        if (names.FirstOrDefault(n => !parameters.ContainsKey(n["grad.".Length..])) is string unknown)
        {
            throw UserException.Mismatch(_file.FilePath, "gradients of parameters", $"\"{unknown}\"");
        }

        using Tensor loss = (Image() * probe).sum();
        IList<Tensor> gradients = autograd.grad([loss], [.. names.Select(n => parameters[n["grad.".Length..]])]);
        CustomBackward.ThrowIfFailed();
        foreach ((string name, Tensor gradient) in names.Zip(gradients))
        {
            Add(name, gradient, Tolerances.GeneratorGradients(_generator.Schedule));
        }
    }

    private void CompareUpdate()
    {
        string[] names = [.. Names(Updated())];
        if (names.Length == 0)
        {
            return;
        }

        using IDisposable ungraded = no_grad();
        _generator.train();
        _generator.Synthesis.MagnitudeBeta = Metadata.Read(
            _file, arguments => OfficialArguments.MagnitudeBeta(arguments) ?? DefaultMagnitudeBeta);
        using Tensor image = _generator.Synthesize(_generator.Map(_z, _c, updateAverages: true), updateAverages: true);
        foreach (string name in names)
        {
            string key = name["after_update.".Length..];
            Tensor updated = _state.TryGetValue(key, out Tensor? tensor) ? tensor
                : throw UserException.Mismatch(_file.FilePath, "moving averages of the state", $"\"{name}\"");
            Add(name, updated, Tolerances.Averages(_generator.Schedule));
        }
    }

    private Tensor Image() => _generator.Synthesize(_generator.Map(_z, _c));

    private void Add(string name, Tensor computed, Tolerance tolerance)
    {
        using Tensor expected = _file.Load(name);
        _comparisons.Add(Compare.Tensors(name, expected, computed, tolerance));
    }

    private IEnumerable<string> Names(Regex pattern) => _file.Entries.Keys.Where(n => pattern.IsMatch(n));

    [GeneratedRegex(@"^(io\.(z|c|ws|ws_psi\d+(\.\d+)?|image|translation\d+|image_translated\d+|probe)|(grad|after_update)\..+)$")]
    private static partial Regex Result();

    [GeneratedRegex(@"^io\.ws(?:_psi(\d+(?:\.\d+)?))?$")]
    private static partial Regex Latents();

    [GeneratedRegex(@"^io\.image_translated(\d+)$")]
    private static partial Regex Translated();

    [GeneratedRegex(@"^grad\.")]
    private static partial Regex Gradient();

    [GeneratedRegex(@"^after_update\.")]
    private static partial Regex Updated();
}
