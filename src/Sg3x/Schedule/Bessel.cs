namespace Sg3x.Schedule;

/// <summary>The two Bessel functions that filters need, to double accuracy.</summary>
public static class Bessel
{
    // Below this the power series of J1 loses at most two digits to cancellation and keeps the relative accuracy near 0.
    private const double SeriesLimit = 4;

    /// <summary>Modified Bessel function of the first kind, order 0: I0(x) = Σ ((x/2)^k / k!)².</summary>
    /// <param name="x">Any finite number below about 700 in magnitude.</param>
    /// <returns>I0(x), relative error of a few units in the last place (every term is positive).</returns>
    public static double I0(double x)
    {
        double quarter = x * x / 4, term = 1, sum = 1;
        for (int k = 1; term > sum * 1e-18; k++)
        {
            term *= quarter / ((double)k * k);
            sum += term;
        }
        return sum;
    }

    /// <summary>Bessel function of the first kind, order 1: J1(x) = (1/π) ∫₀^π cos(θ − x sin θ) dθ.</summary>
    /// <param name="x">Any number up to about 10⁶ in magnitude (the work grows with it).</param>
    /// <returns>J1(x) with an absolute error of about 1e-15.</returns>
    public static double J1(double x)
    {
        return Math.Abs(x) < SeriesLimit ? Series(x) : Integral(x);
    }

    private static double Series(double x)
    {
        double quarter = x * x / 4, term = x / 2, sum = term;
        for (int k = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); k++)
        {
            term *= -quarter / ((double)k * (k + 1));
            sum += term;
        }
        return sum;
    }

    // The integrand is smooth and periodic, so the midpoint rule with n nodes errs only by J of order about 2n: nothing once 2n
    // is well above |x|.
    private static double Integral(double x)
    {
        int n = (int)Math.Ceiling(Math.Abs(x)) + 30;
        double sum = 0;
        for (int j = 0; j < n; j++)
        {
            double theta = Math.PI * (j + 0.5) / n;
            sum += Math.Cos(theta - x * Math.Sin(theta));
        }
        return sum / n;
    }
}
