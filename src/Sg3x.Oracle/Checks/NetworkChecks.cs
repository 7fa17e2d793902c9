using Sg3x.Networks;
using Sg3x.Oracle.Vectors;
using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>A narrow version of the configuration asked about, small enough to run by definition.</summary>
internal static class Narrow
{
    public const int Width = 6;

    public static GeneratorConfig Of(GeneratorConfig config) => config with
    {
        Resolution = Math.Min(config.Resolution, 32),
        ChannelMax = Width,
        ChannelBase = 1 << 20,
        ZDim = Width,
        WDim = Width,
        MappingLayers = Math.Min(config.MappingLayers, 2),
        OutputScale = Spec.Networks.Generator.OutputScale,
        ConvClamp = 256,
    };

    /// <summary>
    /// Weights that hide nothing: what starts at 0 or 1 (biases, averages, the input's affine layer) gets a value of its own.
    /// The filters
    /// stay production's.
    /// </summary>
    public static void Disturb(nn.Module network, int seed)
    {
        using IDisposable quiet = no_grad();
        using IDisposable scope = NewDisposeScope();
        var draw = new Draw(seed);
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (name.EndsWith("_filter", StringComparison.Ordinal) || name.EndsWith("transform", StringComparison.Ordinal))
                continue;
            double[] values = Bridge.Values(value);
            if (name.EndsWith("magnitude_ema", StringComparison.Ordinal))
                values = [draw.Uniform(0.5, 2)];
            else if (name.EndsWith("bias", StringComparison.Ordinal) || name.EndsWith("w_avg", StringComparison.Ordinal))
                values = [.. values.Select(v => v + 0.2 * draw.Normal())];
            else if (name.EndsWith("input.affine.weight", StringComparison.Ordinal))
                values = [.. values.Select(_ => 0.2 * draw.Normal())];
            else
                continue;
            value.copy_(Bridge.Tensor(values, value.shape, ScalarType.Float32));
        }
    }

    public static Spec.Networks.NetworkState State(nn.Module network) =>
        Bridge.State(network.state_dict().Select(entry => (entry.Key, entry.Value)));
}

/// <summary>The whole generator, with a user transform, against its definition.</summary>
internal sealed class GeneratorCheck : ICheck
{
    public string Id => "network.generator";

    public string Equation => "AFG 3, figure 4b: image = ¼·ToRGB(L_{N−1}(…L_0(Fourier features))), w = mapping(z)";

    public string ToleranceBasis => "4·√(terms of all sums on the way)·2⁻²⁴ of the largest value";

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config);
        var draw = new Draw(subject.Seed);
        using Sg3x.Networks.Generator generator = subject.Generator(config, subject.Seed);
        Narrow.Disturb(generator, subject.Seed);
        var schedule = Bridge.Schedule(config);
        var spec = new Spec.Networks.Generator(schedule, Narrow.State(generator));
        var production = LayerSchedule.Create(config);

        double[][] z = [draw.Row(config.ZDim), draw.Row(config.ZDim)];
        Tensor latents = subject.Tensor([.. z.SelectMany(row => row)], [2, config.ZDim], ScalarType.Float32);
        using IDisposable quiet = no_grad();
        foreach (double ψ in new[] { 1, 0.6 })
        {
            double[][] w = spec.Map(z, ψ);
            double[] expected = [.. w.SelectMany(row => Enumerable.Repeat(row, schedule.NumWs).SelectMany(values => values))];
            Tensor ws = subject.Networks.Map(generator, latents, ψ, false);
            yield return Differences.Array(
                $"ws at ψ = {ψ}", ws.shape, expected, Bridge.Values(ws), Tolerances.Latents(config).Value);
        }

        double[,] turn = Rotation.User(0.4);
        (turn[0, 2], turn[1, 2]) = (0.05, -0.03);
        double[] flat = [.. turn.Cast<double>()];
        generator.Synthesis.Input.SetTransform(subject.Tensor(flat, [3, 3], ScalarType.Float32));
        var options = new Spec.Networks.SynthesisOptions { Transform = turn };
        // Another w for every layer: copies would hide which of them drives which.
        double[][][] styles =
            [.. z.Select(_ => Enumerable.Range(0, schedule.NumWs).Select(_ => draw.Row(config.WDim)).ToArray())];
        Tensor all = subject.Tensor(
            [.. styles.SelectMany(rows => rows).SelectMany(row => row)], [2, schedule.NumWs, config.WDim], ScalarType.Float32);
        double[][][,] images = spec.Synthesize(styles, options);
        Tensor measured = subject.Networks.Synthesize(generator, all, false);
        double[] e = [.. images.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
        yield return Differences.Array(
            "image under a user transform", measured.shape, e, Bridge.Values(measured), Tolerances.Images(production).Value);
        yield return new Finding(
            "its mean square", "above 1e−4", $"{Plane.MeanSquare(images):G3}", Plane.MeanSquare(images) > 1e-4 ? 0 : 1, 0);
    }
}

/// <summary>The averages that move in a forward pass.</summary>
internal sealed class AveragesCheck : ICheck
{
    public string Id => "network.averages";

    public string Equation =>
        "AFG B: σ² ← β·σ² + (1 − β)·E x², β = 0.5^(batch/20 000), before use; w_avg ← 0.998·w_avg + 0.002·E w";

    public string ToleranceBasis => "16·2⁻²⁴ and 0.002 of the forward pass's own";

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config);
        var draw = new Draw(subject.Seed);
        using Sg3x.Networks.Generator generator = subject.Generator(config, subject.Seed);
        Narrow.Disturb(generator, subject.Seed);
        Spec.Networks.NetworkState before = Narrow.State(generator);
        var spec = new Spec.Networks.Generator(Bridge.Schedule(config), before);

        // A β of the right formula, and one small enough that a wrong order of update and use would show in the result.
        foreach (double? β in new double?[] { null, 0.3 })
        {
            NetworkStateRestore(generator, before);
            const int batch = 2;
            double[][] z = [draw.Row(config.ZDim), draw.Row(config.ZDim)];
            Tensor latents = subject.Tensor([.. z.SelectMany(row => row)], [batch, config.ZDim], ScalarType.Float32);
            var magnitudes = new Dictionary<string, double>();
            double[][] w = spec.Map(z);
            double[][][,] images = spec.Synthesize(w, new Spec.Networks.SynthesisOptions
            {
                MagnitudeBeta = β ?? Spec.Training.MovingAverage.MagnitudeBeta(batch),
                Magnitude = (layer, σ2) => magnitudes[layer.Name] = σ2,
            });
            generator.Synthesis.MagnitudeBeta = β;
            using IDisposable quiet = no_grad();
            Tensor measured = subject.Networks.Synthesize(generator, subject.Networks.Map(generator, latents, 1, true), true);
            Spec.Networks.NetworkState after = Narrow.State(generator);
            _ = subject.Networks.Synthesize(generator, subject.Networks.Map(generator, latents, 1, false), false);
            Spec.Networks.NetworkState still = Narrow.State(generator);
            string? moved = after.Arrays.Keys.FirstOrDefault(name => !after[name].Values.SequenceEqual(still[name].Values));
            yield return Differences.Equal("what moves without an update", "nothing", moved ?? "nothing",
                "averages move in the generator pass of D's step alone");
            double tolerance = Tolerances.Averages(LayerSchedule.Create(config)).Value + (
                β is null ? 0 : Tolerances.Images(LayerSchedule.Create(config)).Value);
            foreach ((string name, double σ2) in magnitudes)
                yield return Differences.Number($"{name} σ², β = {β?.ToString() ?? "of the batch"}", σ2,
                    after.Scalar($"synthesis.{name}.magnitude_ema"), tolerance);
            double[] average = spec.UpdatedAverage(z);
            yield return Differences.Array("w_avg", [average.Length], average, after.Vector("mapping.w_avg"), tolerance);
            double[] e = [.. images.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
            yield return Differences.Array(
                "image with the new averages", measured.shape, e, Bridge.Values(measured),
                    Tolerances.Images(LayerSchedule.Create(config)).Value,
                "the average must move before it is used");
        }
    }

    private static void NetworkStateRestore(nn.Module network, Spec.Networks.NetworkState state)
    {
        using IDisposable quiet = no_grad();
        using IDisposable scope = NewDisposeScope();
        foreach ((string name, Tensor value) in network.state_dict())
            value.copy_(Bridge.Tensor(state[name].Values, value.shape, ScalarType.Float32));
    }
}

/// <summary>The discriminator's logits, and their gradient with respect to the image, against the definition.</summary>
internal sealed class DiscriminatorCheck : ICheck
{
    public string Id => "network.discriminator";

    public string Equation =>
        "SG2: x ← √½·skip(x) + √½·conv1(conv0(x)) down to 4×4; minibatch deviation; conv, fc, out. R1: ‖∇_x Σ D‖²";

    public string ToleranceBasis => "4·√(terms of all sums on the way)·2⁻²⁴; five times that for a gradient";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var config = new DiscriminatorConfig { Resolution = 16, ChannelBase = 128, ChannelMax = 12 };
        var draw = new Draw(subject.Seed);
        using Discriminator discriminator = subject.Discriminator(config, subject.Seed);
        Narrow.Disturb(discriminator, subject.Seed);
        var spec = new Spec.Networks.Discriminator(config.Resolution, Narrow.State(discriminator));
        foreach (int n in new[] { 2, 8 })
        {
            using IDisposable scope = NewDisposeScope();
            double[][][,] x = [.. draw.Batch(n, 3, 16, 16).Select(
                image => image.Select(plane => Plane.Map(plane, value => (double)(float)value)).ToArray())];
            Tensor input = subject.Tensor(x, ScalarType.Float32).requires_grad_(true);
            Tensor logits = subject.Networks.Judge(discriminator, input);
            yield return Differences.Array(
                $"logits, batch {n}", logits.shape, spec.Logits(x), Bridge.Values(logits), Tolerances.Logits(config).Value);
            double[] expected = [.. spec.Gradient(x).SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
            Tensor gradient = autograd.grad([logits.sum()], [input])[0];
            yield return Differences.Array(
                $"∇ΣD, batch {n}", gradient.shape, expected, Bridge.Values(gradient), Tolerances.Penalties(config).Value);
        }
    }
}
