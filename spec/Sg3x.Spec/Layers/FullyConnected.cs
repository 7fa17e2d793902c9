namespace Sg3x.Spec.Layers;

/// <summary>
/// A fully connected layer with equalised learning rate (AFG appendix B):
/// <code>
///   y[o] = φ( Σ_i (lr / √in)·W[o, i]·x[i] + lr·b[o] )
///   φ(t) = √2·(t ≥ 0 ? t : 0.2·t), or t where the layer is linear
/// </code>
/// W is stored as drawn, N(0, 1) / lr; lr is the learning-rate multiplier.
/// </summary>
public static class FullyConnected
{
    public static double[] Forward(double[] x, double[,] W, double[] b, double lr, bool activate)
    {
        double gain = lr / Math.Sqrt(x.Length);
        var y = new double[W.GetLength(0)];
        for (int o = 0; o < y.Length; o++)
        {
            double t = lr * b[o];
            for (int i = 0; i < x.Length; i++)
                t += gain * W[o, i] * x[i];
            y[o] = activate ? LeakyRelu(t) : t;
        }
        return y;
    }

    /// <summary>√2·(t ≥ 0 ? t : 0.2·t).</summary>
    public static double LeakyRelu(double t) => Math.Sqrt(2) * (t >= 0 ? t : 0.2 * t);
}
