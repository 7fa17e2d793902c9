using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Filters;

/// <summary>
/// The low-pass filters of the generator (AFG appendix C): n taps at x_j = (j − (n−1)/2) / s, w the Kaiser window,
/// <code>
///   h(x) = sinc(2·f_c·x) · w(x)                    sinc(t) = sin(πt) / (πt)              separable
///   h(r) = J1(2π·f_c·r) / (π·r) · w(x)·w(y)        r = √(x² + y²)                        radially symmetric (config R)
/// </code>
/// each divided by the sum of its taps. Cutoff f_c, half-width f_h and rate s in Hz per image.
/// </summary>
public static class LowPass
{
    /// <summary>Positions of the taps, symmetric about 0, in images.</summary>
    public static double[] Positions(int n, double s) => [.. Enumerable.Range(0, n).Select(j => (j - (n - 1) / 2.0) / s)];

    public static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);

    /// <summary>J1(2π f_c r) / (π r), whose limit at r = 0 is f_c, since J1(t) ≈ t/2.</summary>
    public static double Jinc(double r, double fc) => r == 0 ? fc : Bessel.J1(2 * Math.PI * fc * r) / (Math.PI * r);

    /// <summary>The taps of one axis.</summary>
    public static double[] Separable(int n, double fc, double fh, double s)
    {
        double[] x = Positions(n, s);
        double[] w = KaiserWindow.Window(n, KaiserWindow.Beta(KaiserWindow.Attenuation(n, fh, s)));
        double[] h = [.. x.Zip(w, (xj, wj) => Sinc(2 * fc * xj) * wj)];
        double sum = h.Sum();
        return [.. h.Select(tap => tap / sum)];
    }

    /// <summary>The grid of taps, h[row, column].</summary>
    public static double[,] Radial(int n, double fc, double fh, double s)
    {
        double[] x = Positions(n, s);
        double[] w = KaiserWindow.Window(n, KaiserWindow.Beta(KaiserWindow.Attenuation(n, fh, s)));
        var h = new double[n, n];
        double sum = 0;
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++)
            {
                double r = Math.Sqrt(x[j] * x[j] + x[k] * x[k]);
                h[j, k] = Jinc(r, fc) * w[j] * w[k];
                sum += h[j, k];
            }
        return Plane.Map(h, tap => tap / sum);
    }
}
