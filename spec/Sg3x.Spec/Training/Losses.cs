namespace Sg3x.Spec.Training;

/// <summary>
/// The non-saturating logistic loss (SG2), softplus(t) = log(1 + e^t):
/// <code>
///   L_G = E softplus(−D(G(z)))
///   L_D = E softplus(D(G(z))) + E softplus(−D(x))
/// </code>
/// </summary>
public static class Losses
{
    public static double Generator(IReadOnlyList<double> fake) => fake.Average(t => Softplus(-t));

    public static double Discriminator(IReadOnlyList<double> fake, IReadOnlyList<double> real) =>
        fake.Average(Softplus) + real.Average(t => Softplus(-t));

    /// <summary>log(1 + e^t), with nothing lost at either end.</summary>
    public static double Softplus(double t) => Math.Max(t, 0) + Log1p(Math.Exp(-Math.Abs(t)));

    /// <summary>softplus'(t) = 1 / (1 + e^−t).</summary>
    public static double Sigmoid(double t) => t >= 0 ? 1 / (1 + Math.Exp(-t)) : Math.Exp(t) / (1 + Math.Exp(t));

    // Kahan: the rounding of 1 + x cancels in the quotient.
    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
