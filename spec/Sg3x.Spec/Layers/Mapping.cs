namespace Sg3x.Spec.Layers;

/// <summary>
/// The mapping network (AFG appendix B) and truncation:
/// <code>
///   w  = fc1(fc0(z / √(mean z² + 1e−8)))            every layer activated, lr = 0.01
///   w' = w_avg + ψ·(w − w_avg)
/// </code>
/// </summary>
public static class Mapping
{
    /// <summary>The learning-rate multiplier.</summary>
    public const double Lr = 0.01;

    /// <summary>w for one z, through any number of layers.</summary>
    public static double[] Forward(double[] z, IReadOnlyList<(double[,] W, double[] b)> layers)
    {
        double rms = Math.Sqrt(z.Average(value => value * value) + 1e-8);
        double[] x = [.. z.Select(value => value / rms)];
        foreach ((double[,] W, double[] b) in layers)
            x = FullyConnected.Forward(x, W, b, Lr, activate: true);
        return x;
    }

    public static double[] Truncate(double[] w, double[] wAvg, double ψ) =>
        [.. w.Zip(wAvg, (value, average) => average + ψ * (value - average))];
}
