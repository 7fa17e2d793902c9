using Sg3x.Oracle.Vectors;
using Sg3x.Spec.Networks;
using SpecGenerator = Sg3x.Spec.Networks.Generator;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// How far float32 may be off the image of a narrow network. Rounding adds up as in <see cref="Tolerances"/>, √terms·2⁻²⁴ of the
/// size of what is summed. In a wide network that is the size of the result; in one of six channels signals cancel and their
/// rounding does not, and the phases of so few features do not average out. So the sum is √terms and the phase's own rounding, of
/// the size that the image would have if nothing cancelled: rows of a norm times a root mean square, layer by layer, each leaky
/// ReLU passing a power of 1 + 0.2², 4 between that and the largest value.
/// </summary>
internal static class ImageRounding
{
    private const double Single = 5.9604644775390625e-8;

    /// <summary>The largest argument of a sine, in radians: 2π·|f|·(½·size/s and shifts); float32 loses so many roundings of
    /// it.</summary>
    public static double Phase(Spec.Schedule.Entry first) => 2 * Math.PI * (1 + 2 * first.Cutoff * (first.Size / first.Rate + 2));

    /// <param name="spec">The network.</param>
    /// <param name="state">Its weights, with the σ² that are used.</param>
    /// <param name="styles">[N][NumWs][WDim].</param>
    /// <param name="images">Its images.</param>
    /// <returns>Of the largest value.</returns>
    public static double Tolerance(SpecGenerator spec, NetworkState state, double[][][] styles, double[][][,] images)
    {
        double[,] mix = state.Matrix("synthesis.input.weight");
        int features = mix.GetLength(1);
        double rms = Enumerable.Range(0, mix.GetLength(0)).Max(
            row => Math.Sqrt(Enumerable.Range(0, features).Sum(i => mix[row, i] * mix[row, i]) / features));
        double terms = features;
        foreach (SpecLayer layer in spec.Schedule.Layers)
        {
            double[][] w = [.. styles.Select(rows => rows[layer.Index + 1])];
            rms = OneLayer.Amplitude(layer, state, rms, w) * (layer.IsToRgb ? SpecGenerator.OutputScale : Math.Sqrt(1.04));
            terms += OneLayer.Terms(layer, w[0].Length);
        }
        double largest = images.Max(image => image.Max(plane => plane.Cast<double>().Max(Math.Abs)));
        return 4 * Single * (Math.Sqrt(terms) + Phase(spec.Schedule.Entries[0])) * Math.Max(1, 4 * rms / largest);
    }

    /// <summary>The same w for every layer.</summary>
    public static double Tolerance(SpecGenerator spec, NetworkState state, double[][] w, double[][][,] images) => Tolerance(
        spec, state, [.. w.Select(row => Enumerable.Repeat(row, spec.Schedule.NumWs).ToArray())], images);
}
