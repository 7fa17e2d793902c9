namespace Sg3x.Spec.Training;

/// <summary>
/// R1 by its definition (Mescheder et al. 2018; SG2):
/// <code>
///   R1 = γ/2 · E_x ‖∇_x D(x)‖²                      D of each image alone, x before augmentation
///   ∂D/∂x_i ≈ (D(x + h·e_i) − D(x − h·e_i)) / 2h     where D gives no gradient of its own
/// </code>
/// Taken every 16th iteration with 16 times the weight (<see cref="LazyRegularization"/>).
/// </summary>
public static class GradientPenalty
{
    /// <summary>R1 for the gradient of each image.</summary>
    public static double R1(double γ, IReadOnlyList<double[]> gradients) =>
        γ / 2 * gradients.Average(gradient => gradient.Sum(g => g * g));

    /// <summary>What a step that takes R1 once in <paramref name="interval"/> minimises.</summary>
    public static double Lazy(double r1, int interval) => r1 * interval;

    /// <summary>∇D by central differences; exact to rounding for a D of at most second degree.</summary>
    public static double[] Gradient(Func<double[], double> D, double[] x, double h = 1e-5)
    {
        var gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double[] ahead = [.. x], behind = [.. x];
            ahead[i] += h;
            behind[i] -= h;
            gradient[i] = (D(ahead) - D(behind)) / (2 * h);
        }
        return gradient;
    }

    /// <summary>γ recommended for T at a batch of 32: 0.5, 2, 8, 32 at 128, 256, 512, 1024: 32·(resolution/1024)².</summary>
    public static double RecommendedGamma(int resolution) => 32 * Math.Pow(resolution / 1024.0, 2);
}
