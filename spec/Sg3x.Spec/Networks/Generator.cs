using Sg3x.Spec.Layers;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Training;

namespace Sg3x.Spec.Networks;

/// <summary>
/// The generator (AFG figure 4b): image = ¼ · ToRGB(L_{N−1}(… L_0(Fourier features(w_0), w_1) …, w_N), w_{N+1}), w = mapping(z).
/// Slow, and meant for small networks.
/// </summary>
public sealed class Generator(LayerSchedule schedule, NetworkState state)
{
    /// <summary>What the last features are multiplied by.</summary>
    public const double OutputScale = 0.25;

    public LayerSchedule Schedule => schedule;

    public NetworkState State => state;

    /// <summary>w for each z, truncated by ψ.</summary>
    public double[][] Map(double[][] z, double ψ = 1) => Map(z, null, ψ);

    /// <summary>w for each z and its label, truncated by ψ; without labels where there are no classes.</summary>
    public double[][] Map(double[][] z, double[][]? c, double ψ = 1)
    {
        IReadOnlyList<(double[,], double[])> layers = state.MappingLayers;
        double[] average = state.Vector("mapping.w_avg");
        return [.. z.Select((row, n) => Mapping.Truncate(
            c is null ? Mapping.Forward(row, layers) : Mapping.Forward(row, state.Embedded(c[n]), layers), average, ψ))];
    }

    /// <summary>w_avg after a batch of z: the mapping's average moves by 1 − 0.998 towards the batch mean of w, whatever its
    /// labels.</summary>
    public double[] UpdatedAverage(double[][] z, double[][]? c = null)
    {
        double[][] w = Map(z, c);
        return [.. state.Vector("mapping.w_avg").Select((average, i) =>
            MovingAverage.Step(average, w.Average(row => row[i]), MovingAverage.WAvgBeta))];
    }

    /// <summary>One w for everything.</summary>
    public double[][][,] Synthesize(double[][] w, SynthesisOptions? options = null) =>
        Synthesize([.. w.Select(row => Enumerable.Repeat(row, schedule.NumWs).ToArray())], options);

    /// <summary>Images [N][3][y, x] for ws [N][N + 2][w].</summary>
    public double[][][,] Synthesize(double[][][] ws, SynthesisOptions? options = null)
    {
        options ??= new SynthesisOptions();
        double[][][,] x = Input([.. ws.Select(rows => rows[0])], options.Transform);
        foreach (Layer layer in schedule.Layers)
            x = SynthesisLayer.Forward(layer, state, x, [.. ws.Select(rows => rows[layer.Index + 1])], options);
        return [.. x.Select(image => image.Select(plane => Signals.Plane.Map(plane, value => OutputScale * value)).ToArray())];
    }

    /// <summary>The Fourier features of each w.</summary>
    public double[][][,] Input(double[][] w, double[,]? user = null)
    {
        Entry first = schedule.Entries[0];
        double[,] f = state.Matrix("synthesis.input.freqs"), W = state.Matrix("synthesis.input.weight");
        double[] phases = state.Vector("synthesis.input.phases");
        double[,] affine = state.Matrix("synthesis.input.affine.weight");
        double[] bias = state.Vector("synthesis.input.affine.bias");
        user ??= state.Matrix("synthesis.input.transform");
        return [.. w.Select(row =>
        {
            double[] t = FullyConnected.Forward(row, affine, bias, 1, activate: false);
            double[,] M = FourierFeatures.Transform(t, user);
            return FourierFeatures.Mix(FourierFeatures.Features(f, phases, M, first.Size, first.Rate, first.Cutoff), W);
        })];
    }
}
