using Sg3x.Schedule;
using static TorchSharp.torch;
using NetworkState = Sg3x.Spec.Networks.NetworkState;

namespace Sg3x.Oracle.Checks;

/// <summary>A check of a generator with drawn weights: a narrow version of the configuration asked about, small enough to run by
/// definition.</summary>
internal abstract class NarrowCheck : ICheck
{
    public abstract string Id { get; }

    public abstract string Equation { get; }

    public abstract string ToleranceBasis { get; }

    /// <summary>Images are at most so wide.</summary>
    protected virtual int Largest => 32;

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config, Largest);
        using Networks.Generator generator = subject.Generator(config, subject.Seed);
        Narrow.Disturb(generator, subject.Seed);
        foreach (Finding finding in Measure(subject, generator, new Draw(subject.Seed)))
            yield return finding;
    }

    /// <summary>Measures a generator, which is afterwards as before where it is judged further.</summary>
    internal abstract IEnumerable<Finding> Measure(Subject subject, Networks.Generator generator, Draw draw);
}

/// <summary>A narrow version of a configuration, and weights for it.</summary>
internal static class Narrow
{
    public const int Width = 6;

    public static GeneratorConfig Of(GeneratorConfig config, int largest = 32) => config with
    {
        Resolution = Math.Min(config.Resolution, largest),
        ChannelMax = Width,
        ChannelBase = 1 << 20,
        ZDim = Width,
        WDim = Width,
        CDim = 0,
        MappingLayers = Math.Min(config.MappingLayers, 2),
        OutputScale = Spec.Networks.Generator.OutputScale,
        ConvClamp = 256,
    };

    /// <summary>Classes of the checks that are about them.</summary>
    public const int Classes = 3;

    /// <summary>
    /// Weights that hide nothing: what starts at 0 or 1 (biases, averages, the input's affine layer) gets a value of its own. The
    /// filters stay production's.
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

    public static NetworkState State(nn.Module network) =>
        Bridge.State(network.state_dict().Select(entry => (entry.Key, entry.Value)));
}
