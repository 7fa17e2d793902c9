using Sg3x.Networks;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The weights that training starts from. What is drawn is judged by bounds that hold for any n draws, each missed with
/// probability
/// e^−25: χ² tails after Laurent and Massart, the distribution function after Dvoretzky, Kiefer and Wolfowitz.
/// </summary>
internal sealed class InitialCheck : ICheck
{
    // −ln of the chance of a false alarm.
    private const double T = 25;

    public string Id => "network.initial";

    public string Equation =>
        "AFG B, F.1; SG2 B: weights N(0, 1)/lr, affine bias 1, other biases 0, input affine (0; 1,0,0,0), f uniform on the "
            + "disc, φ in [−½, ½), σ² = 1";

    public string ToleranceBasis =>
        "mean √(2t/n)·σ; variance 2√(t/n) + 2t/n; distribution √(t/2n); t = 25: a false alarm in 10¹¹";

    public IEnumerable<Finding> Run(Subject subject)
    {
        // Few layers and many channels: what is drawn shows by its number, and each layer draws as the next.
        GeneratorConfig config = subject.Config with
        {
            Resolution = Math.Min(subject.Config.Resolution, 32),
            Layers = 3,
            CriticalLayers = 1,
            ChannelMax = 400,
            ChannelBase = 1 << 20,
            ZDim = 40,
            WDim = 40,
            CDim = 20,
            MappingLayers = Math.Min(subject.Config.MappingLayers, 2),
        };
        using Sg3x.Networks.Generator generator = subject.Generator(config, subject.Seed);
        foreach (Finding finding in Generator(generator, LayerSchedule.Create(config)))
            yield return finding;
        var d = new DiscriminatorConfig { Resolution = 16, ChannelBase = 512, ChannelMax = 32, CDim = 20 };
        using Discriminator discriminator = subject.Discriminator(d, subject.Seed);
        foreach ((string name, Tensor value) in discriminator.state_dict())
        {
            if (name.EndsWith(".weight", StringComparison.Ordinal))
                foreach (Finding finding in Normal($"D {name}", value, IsMapping(name) ? 100 : 1))
                    yield return finding;
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                yield return Constant($"D {name}", value, 0);
            else if (name.EndsWith("resample_filter", StringComparison.Ordinal))
                yield return Constant(
                    $"D {name}", value, [.. from a in (int[])[1, 3, 3, 1] from b in (int[])[1, 3, 3, 1] select a * b / 64.0]);
        }
    }

    private static IEnumerable<Finding> Generator(Sg3x.Networks.Generator generator, LayerSchedule schedule)
    {
        foreach ((string name, Tensor value) in generator.state_dict())
        {
            switch (name.Split('.')[^1])
            {
                case "weight" when name == "synthesis.input.affine.weight":
                    yield return Constant(name, value, 0);
                    break;
                case "weight":
                    foreach (Finding finding in Normal(name, value, IsMapping(name) ? 100 : 1))
                        yield return finding;
                    break;
                case "bias" when name == "synthesis.input.affine.bias":
                    yield return Constant(name, value, 1, 0, 0, 0);
                    break;
                case "bias":
                    yield return Constant(name, value, name.EndsWith("affine.bias", StringComparison.Ordinal) ? 1 : 0);
                    break;
                case "magnitude_ema":
                    yield return Constant(name, value, 1);
                    break;
                case "w_avg":
                    yield return Constant(name, value, 0);
                    break;
                case "transform":
                    yield return Constant(name, value, 1, 0, 0, 0, 1, 0, 0, 0, 1);
                    break;
                case "freqs":
                    double[][] f = [.. Bridge.Values(value).Chunk(2)];
                    double bandwidth = schedule.Input.Bandwidth;
                    yield return Uniform(
                        $"{name}: (|f|/B)²", [.. f.Select(v => (v[0] * v[0] + v[1] * v[1]) / (bandwidth * bandwidth))]);
                    yield return Uniform($"{name}: direction", [.. f.Select(v => Math.Atan2(v[1], v[0]) / (2 * Math.PI) + 0.5)]);
                    break;
                case "phases":
                    yield return Uniform(name, [.. Bridge.Values(value).Select(φ => φ + 0.5)]);
                    break;
            }
        }
    }

    // Of learning-rate multiplier 1/100, which the embedding of a label has not.
    private static bool IsMapping(string name) => name.StartsWith("mapping.fc", StringComparison.Ordinal);

    private static IEnumerable<Finding> Normal(string name, Tensor value, double σ)
    {
        double[] v = Bridge.Values(value);
        double mean = v.Average() / σ, variance = v.Average(x => x * x) / (σ * σ), n = v.Length;
        yield return new Finding($"{name}: mean/σ", "0", $"{mean:G3}", Math.Abs(mean), Math.Sqrt(2 * T / n));
        double error = Math.Abs(variance - 1), tolerance = 2 * Math.Sqrt(T / n) + 2 * T / n;
        yield return new Finding(
            $"{name}: variance/σ²", "1", $"{variance:G3}", error, tolerance,
            error <= tolerance ? null : $"drawn from N(0, {σ * σ:G3}): what scales it is the gain at run time, not the draw");
    }

    private static Finding Constant(string name, Tensor value, params double[] expected)
    {
        double[] v = Bridge.Values(value);

        // LINQ's Max passes over NaN.
        double error = v.Length == 0 || v.Length % expected.Length != 0 ? double.PositiveInfinity
            : v.Select((x, i) => Math.Abs(x - expected[i % expected.Length])).Aggregate(0.0, Math.Max);
        return new Finding(name, string.Join(" ", expected.Take(4)), string.Join(" ", v.Take(4)), error, 0);
    }

    private static Finding Uniform(string name, double[] v)
    {
        Array.Sort(v);
        double n = v.Length, error = 0;
        for (int i = 0; i < v.Length; i++)
            error = Math.Max(error, Math.Max(Math.Abs((i + 1) / n - v[i]), Math.Abs(v[i] - i / n)));
        if (v[0] < 0 || v[^1] > 1 + 1e-6)
            error = double.PositiveInfinity;
        double tolerance = Math.Sqrt(T / (2 * n));
        return new Finding(
            name, "uniform from 0 to 1", $"distribution function off by {error:G3}, from {v[0]:G3} to {v[^1]:G3}", error,
                tolerance,
            error <= tolerance ? null : "frequencies fill the disc of radius f_c[0] evenly, they do not lie on its circle");
    }
}
