namespace Sg3x.Spec.Layers;

/// <summary>
/// The mapping network (AFG appendix B) and truncation:
/// <code>
///   w  = fc1(fc0(z / √(mean z² + 1e−8)))            every layer activated, lr = 0.01
///   w  = fc1(fc0(ẑ ⊕ ê))                            with classes: ẑ and the label's embedding, one behind the other
///   w' = w_avg + ψ·(w − w_avg)
/// </code>
/// </summary>
public static class Mapping
{
    /// <summary>The learning-rate multiplier.</summary>
    public const double Lr = 0.01;

    /// <summary>w for one z, through any number of layers.</summary>
    public static double[] Forward(double[] z, IReadOnlyList<(double[,] W, double[] b)> layers) =>
        Layers(ClassEmbedding.Normalised(z), layers);

    /// <summary>w for one z and the embedding ê of one label.</summary>
    public static double[] Forward(double[] z, double[] ê, IReadOnlyList<(double[,] W, double[] b)> layers) =>
        Layers([.. ClassEmbedding.Normalised(z), .. ê], layers);

    /// <summary>The layers alone.</summary>
    public static double[] Layers(double[] x, IReadOnlyList<(double[,] W, double[] b)> layers) =>
        layers.Aggregate(x, (y, layer) => FullyConnected.Forward(y, layer.W, layer.b, Lr, activate: true));

    public static double[] Truncate(double[] w, double[] wAvg, double ψ) =>
        [.. w.Zip(wAvg, (value, average) => average + ψ * (value - average))];
}
