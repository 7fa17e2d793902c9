namespace Sg3x.Spec.Layers;

/// <summary>
/// What a label c, one-hot or any other real vector, is to a mapping network (ADA appendix; the official release):
/// <code>
///   e  = W_e·c / √dim c + b_e                      lr = 1, linear
///   ê  = e / √(mean e² + 1e−8)
/// </code>
/// and the discriminator's mapping and projection (Miyato and Koyama 2018):
/// <code>
///   m(c) = fc7(… fc0(ê))                           every layer activated, lr = 0.01
///   D(x, c) = ⟨x, m(c)⟩ / √dim                     x the last layer's output
/// </code>
/// </summary>
public static class ClassEmbedding
{
    /// <summary>ê.</summary>
    public static double[] Forward(double[] c, double[,] W, double[] b) =>
        Normalised(FullyConnected.Forward(c, W, b, 1, activate: false));

    /// <summary>x / √(mean x² + 1e−8).</summary>
    public static double[] Normalised(double[] x)
    {
        double rms = Math.Sqrt(x.Average(value => value * value) + 1e-8);
        return [.. x.Select(value => value / rms)];
    }

    /// <summary>⟨x, m⟩ / √dim.</summary>
    /// <exception cref="ArgumentException">They are not of one length.</exception>
    public static double Project(double[] x, double[] m) => x.Length == m.Length
        ? x.Zip(m, (a, b) => a * b).Sum() / Math.Sqrt(m.Length)
        : throw new ArgumentException($"x: expected {m.Length} values as m has, found {x.Length}.", nameof(x));
}
