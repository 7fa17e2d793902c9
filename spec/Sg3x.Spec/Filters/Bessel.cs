namespace Sg3x.Spec.Filters;

/// <summary>
/// Bessel functions by their integrals over a full turn,
/// <code>
///   I0(x) = 1/2π ∫ e^(x·cos θ) dθ
///   J1(x) = 1/2π ∫ cos(θ − x·sin θ) dθ
/// </code>
/// which the rule of equal steps sums to the last bit: both integrands are periodic, so its error falls faster than any power
/// of the step once the steps outnumber |x|.
/// </summary>
public static class Bessel
{
    public static double I0(double x)
    {
        // The largest term is taken out, so that only the result can overflow.
        double a = Math.Abs(x);
        int steps = 64 + 2 * (int)Math.Ceiling(a);
        double sum = 0;
        for (int i = 0; i < steps; i++)
            sum += Math.Exp(a * (Math.Cos(2 * Math.PI * i / steps) - 1));
        return Math.Exp(a) * sum / steps;
    }

    public static double J1(double x)
    {
        int steps = 64 + 2 * (int)Math.Ceiling(Math.Abs(x));
        double sum = 0;
        for (int i = 0; i < steps; i++)
        {
            double θ = 2 * Math.PI * i / steps;
            sum += Math.Cos(θ - x * Math.Sin(θ));
        }
        return sum / steps;
    }
}
