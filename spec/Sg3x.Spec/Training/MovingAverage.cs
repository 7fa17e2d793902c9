namespace Sg3x.Spec.Training;

/// <summary>
/// The three moving averages, a ← β·a + (1 − β)·x, and what they are after n steps in closed form:
/// <code>
///   a_n = β^n·a_0 + (1 − β)·Σ_{k&lt;n} β^(n−1−k)·x_k                        β constant
///   a_n = a_0·Π β_k + Σ_k (1 − β_k)·x_k·Π_{l&gt;k} β_l                      β_k of step k
/// </code>
/// magnitude σ²: β = 0.5^(batch / 20 000 images), from 1;   w_avg: β = 0.998, from 0;
/// G_ema: β = 0.5^(batch / min(half-life, 0.05·images before this batch)), half-life = 10 000·batch/32 images, from G.
/// </summary>
public static class MovingAverage
{
    /// <summary>β of w_avg.</summary>
    public const double WAvgBeta = 0.998;

    public static double Step(double a, double x, double β) => β * a + (1 - β) * x;

    /// <summary>β of the magnitude averages.</summary>
    public static double MagnitudeBeta(int batch) => Math.Pow(0.5, batch / 20_000.0);

    /// <summary>Half-life of G_ema, in images.</summary>
    public static double HalfLife(int batch) => 10_000.0 * batch / 32;

    /// <summary>β of G_ema after a batch that <paramref name="images"/> were shown before; 0 at the first.</summary>
    public static double GeneratorBeta(int batch, double images) => GeneratorBeta(batch, images, HalfLife(batch), 0.05);

    /// <summary>The same for any half-life (in images) and ramp-up; a null ramp-up is none.</summary>
    public static double GeneratorBeta(int batch, double images, double halfLife, double? rampUp)
    {
        double life = rampUp is double r ? Math.Min(halfLife, r * images) : halfLife;
        return life == 0 ? 0 : Math.Pow(0.5, batch / life);
    }

    /// <summary>a_n for the values x_0…x_{n−1}, β constant.</summary>
    public static double Closed(double a0, IReadOnlyList<double> x, double β)
    {
        double sum = Math.Pow(β, x.Count) * a0;
        for (int k = 0; k < x.Count; k++)
            sum += (1 - β) * Math.Pow(β, x.Count - 1 - k) * x[k];
        return sum;
    }

    /// <summary>The weights of a_0 and of each x_k in a_n; they sum to 1.</summary>
    public static (double OfStart, double[] OfValues) Weights(IReadOnlyList<double> β)
    {
        var of = new double[β.Count];
        double product = 1;
        for (int k = β.Count - 1; k >= 0; k--)
        {
            of[k] = (1 - β[k]) * product;
            product *= β[k];
        }
        return (product, of);
    }
}
