using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Networks;

/// <summary>
/// A convolution of the discriminator, equalised, with or without the anti-aliased stride of <see cref="Resampling"/>:
/// <code>
///   t = w/√(in·k²) ⋆ x + b                          padding ⌊k/2⌋
///   y = clamp(g·√2·(t ≥ 0 ? t : 0.2·t), ±256·g)     or g·t where there is no bias: linear, not clamped
/// </code>
/// </summary>
public sealed class DiscriminatorConvolution
{
    private readonly double[,,,] w;
    private readonly double[]? bias;
    private readonly bool down;
    private readonly double g;
    private readonly int k;

    /// <param name="weight">[out, in, k, k], k 1 or 3.</param>
    /// <param name="bias">[out]; null for a linear layer.</param>
    /// <param name="down">Halves the side.</param>
    /// <param name="g">√½ on the two branches of a residual block, else 1.</param>
    public DiscriminatorConvolution(double[,,,] weight, double[]? bias, bool down, double g)
    {
        this.bias = bias;
        this.down = down;
        this.g = g;
        k = weight.GetLength(2);
        w = (double[,,,])weight.Clone();
        double gain = 1 / Math.Sqrt(weight.GetLength(1) * k * k);
        foreach ((int o, int i, int j, int l) in
            from o in Enumerable.Range(0, w.GetLength(0))
            from i in Enumerable.Range(0, w.GetLength(1))
            from j in Enumerable.Range(0, k)
            from l in Enumerable.Range(0, k)
            select (o, i, j, l))
            w[o, i, j, l] *= gain;
    }

    public double[][,] Forward(double[][,] x)
    {
        double[][,] t = Linear(x);
        return [.. t.Select(plane => Plane.Map(plane, Activate))];
    }

    public double[][,] Gradient(double[][,] x, double[][,] dy)
    {
        double[][,] dt = [.. Linear(x).Zip(dy, (t, d) => Plane.Map(t, d, (value, slope) => slope * Slope(value)))];
        if (!down)
            return ModulatedConvolution.CorrelateAdjoint(dt, w, k / 2);
        (int height, int width) = (x[0].Height(), x[0].Width());
        if (k == 1)
            return [.. ModulatedConvolution.CorrelateAdjoint(dt, w, 0).Select(plane =>
                Resampling.BlurAdjoint(Resampling.KeepAdjoint(plane, height - 1, width - 1), 1))];
        double[][,] kept = [.. dt.Select(plane => Resampling.KeepAdjoint(plane, height - 1, width - 1))];
        return [.. ModulatedConvolution.CorrelateAdjoint(kept, w, 0).Select(plane => Resampling.BlurAdjoint(plane, 2))];
    }

    /// <summary>t.</summary>
    private double[][,] Linear(double[][,] x)
    {
        double[][,] t = !down
            ? ModulatedConvolution.Correlate(x, w, k / 2)
            : k == 1
                ? ModulatedConvolution.Correlate([.. x.Select(plane => Resampling.Keep(Resampling.Blur(plane, 1)))], w, 0)
                : [.. ModulatedConvolution.Correlate([.. x.Select(plane => Resampling.Blur(plane, 2))], w, 0).Select(Resampling.Keep)];
        return bias == null ? t : [.. t.Select((plane, o) => Plane.Map(plane, value => value + bias[o]))];
    }

    private double Activate(double t) =>
        bias == null ? g * t : Math.Clamp(g * FullyConnected.LeakyRelu(t), -256 * g, 256 * g);

    private double Slope(double t) =>
        bias == null ? g
        : Math.Abs(FullyConnected.LeakyRelu(t)) > 256 ? 0
        : g * Math.Sqrt(2) * (t >= 0 ? 1 : 0.2);
}
