using Sg3x.Spec.Layers;
using Sg3x.Spec.Precision;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Training;

namespace Sg3x.Spec.Networks;

/// <summary>
/// One layer of the synthesis network (AFG figure 4b, appendix B):
/// <code>
///   σ²  ← β·σ² + (1 − β)·mean x²                    in training only, before it is used
///   s   = affine(w)                                 · 1/√(in·k²) for ToRGB
///   c   = modconv(x, weight, s, gain 1/√σ², padding k − 1)         no demodulation in ToRGB
///   y   = filtered nonlinearity(c, bias)
/// </code>
/// </summary>
public static class SynthesisLayer
{
    public static double[][][,] Forward(Layer layer, NetworkState state, double[][][,] x, double[][] w, SynthesisOptions options)
    {
        string name = $"synthesis.{layer.Name}";
        double[,,,] weight = state.Kernel($"{name}.weight");
        double[] bias = state.Vector($"{name}.bias");
        double[,] affine = state.Matrix($"{name}.affine.weight");
        double[] affineBias = state.Vector($"{name}.affine.bias");

        double σ2 = state.Scalar($"{name}.magnitude_ema");
        if (options.MagnitudeBeta is double β)
            σ2 = MovingAverage.Step(σ2, Plane.MeanSquare(x), β);
        options.Magnitude?.Invoke(layer, σ2);

        double gain = layer.IsToRgb ? 1 / Math.Sqrt(layer.In.Channels * layer.Kernel * layer.Kernel) : 1;
        double[][] s = [.. w.Select(row =>
            FullyConnected.Forward(row, affine, affineBias, 1, activate: false).Select(value => value * gain).ToArray())];

        Rounding round = options.Rounding;
        double[][][,] input = round.At(RoundingPoints.Input, x);
        double[][][,] c = round.Shared
            ? Shared(input, weight, s, layer, 1 / Math.Sqrt(σ2), round)
            : [.. ModulatedConvolution.Weights(weight, s, !layer.IsToRgb, 1 / Math.Sqrt(σ2))
                .Select((wn, n) => ModulatedConvolution.Correlate(input[n], round.At(RoundingPoints.Weight, wn), layer.Kernel - 1))];
        c = round.At(RoundingPoints.Convolved, c);

        NonlinearityShape shape = NonlinearityShape.Of(layer);
        double[][][,] y = [.. c.Select(image => image.Select((plane, o) =>
            FilteredNonlinearity.Forward(
                plane, round.At(RoundingPoints.Bias, bias[o]), layer.UpFilter, layer.DownFilter, shape)).ToArray())];
        y = round.At(RoundingPoints.Output, y);
        options.Observe?.Invoke(new LayerTrace(layer, x, c, y));
        return y;
    }

    /// <summary>
    /// The same convolution with one weight for all samples: d[n, o]·(Σ_i (ŝ[n, i]·x[i]) ⋆ ŵ[o, i]), which rounds other numbers.
    /// </summary>
    private static double[][][,] Shared(
        double[][][,] x, double[,,,] weight, double[][] s, Layer layer, double inputGain, Rounding round)
    {
        bool demodulate = !layer.IsToRgb;
        double[,,,] ŵ = demodulate ? ModulatedConvolution.Normalized(weight) : weight;
        double rms = demodulate ? Math.Sqrt(s.Average(row => row.Average(value => value * value))) : 1;
        double[,,,] rounded = round.At(RoundingPoints.Weight, ŵ);
        return [.. x.Select((image, n) =>
        {
            double[][,] scaled = [.. image.Select((plane, i) => Plane.Map(plane, value => value * s[n][i] / rms))];
            double[][,] y = ModulatedConvolution.Correlate(
                round.At(RoundingPoints.ScaledInput, [scaled])[0], rounded, layer.Kernel - 1);
            return y.Select((plane, o) =>
            {
                double energy = 1 - 1e-8;
                if (demodulate)
                {
                    energy = 0;
                    for (int i = 0; i < image.Length; i++)
                        for (int j = 0; j < ŵ.GetLength(2); j++)
                            for (int k = 0; k < ŵ.GetLength(3); k++)
                                energy += Math.Pow(ŵ[o, i, j, k] * s[n][i] / rms, 2);
                }
                return Plane.Map(plane, value => value * inputGain / Math.Sqrt(energy + 1e-8));
            }).ToArray();
        })];
    }
}
