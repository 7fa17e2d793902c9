namespace Sg3x.Spec.Filters;

/// <summary>
/// The Kaiser window, symmetric (not periodic), and where its β comes from (AFG appendix C):
/// <code>
///   A = 2.285·(n − 1)·π·Δf + 7.95                       attenuation in dB,  Δf = 2·f_h / (s/2)
///   β = 0.1102·(A − 8.7)                                A &gt; 50
///       0.5842·(A − 21)^0.4 + 0.07886·(A − 21)          21 ≤ A ≤ 50
///       0                                               A &lt; 21
///   w[j] = I0(β·√(1 − (2j/(n−1) − 1)²)) / I0(β)         j = 0…n−1; the end taps are 1/I0(β), not 0
/// </code>
/// n taps, f_h the transition half-width and s the sampling rate, both in Hz per image.
/// </summary>
public static class KaiserWindow
{
    /// <summary>A, in dB, that n taps reach with a transition band of f_c ± f_h.</summary>
    public static double Attenuation(int n, double fh, double s)
    {
        double Δf = 2 * fh / (s / 2);
        return 2.285 * (n - 1) * Math.PI * Δf + 7.95;
    }

    public static double Beta(double A) =>
        A > 50 ? 0.1102 * (A - 8.7)
        : A >= 21 ? 0.5842 * Math.Pow(A - 21, 0.4) + 0.07886 * (A - 21)
        : 0;

    /// <summary>w, n values.</summary>
    public static double[] Window(int n, double β)
    {
        var w = new double[n];
        for (int j = 0; j < n; j++)
        {
            double t = n == 1 ? 0 : 2.0 * j / (n - 1) - 1;
            w[j] = Bessel.I0(β * Math.Sqrt(Math.Max(0, 1 - t * t))) / Bessel.I0(β);
        }
        return w;
    }
}
