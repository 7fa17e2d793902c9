using System.Numerics;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Filters;

/// <summary>
/// What a filter does to a sine: the discrete-time Fourier transform of its taps,
/// <code>
///   H(f)        = Σ_j  h[j]    · e^(−2πi·f·x_j)                     x_j = (j − (n−1)/2) / s
///   H(f_x, f_y) = Σ_jk h[j, k] · e^(−2πi·(f_y·x_j + f_x·x_k))
/// </code>
/// with f in Hz per image. Positions are symmetric about 0, so a symmetric filter has a real response and H(0) = Σ h.
/// </summary>
public static class FrequencyResponse
{
    public static Complex At(double[] h, double s, double f)
    {
        double[] x = LowPass.Positions(h.Length, s);
        Complex H = 0;
        for (int j = 0; j < h.Length; j++)
            H += h[j] * Complex.Exp(new Complex(0, -2 * Math.PI * f * x[j]));
        return H;
    }

    public static Complex At(double[,] h, double s, double fx, double fy)
    {
        double[] y = LowPass.Positions(h.Height(), s), x = LowPass.Positions(h.Width(), s);
        Complex H = 0;
        for (int j = 0; j < y.Length; j++)
            for (int k = 0; k < x.Length; k++)
                H += h[j, k] * Complex.Exp(new Complex(0, -2 * Math.PI * (fy * y[j] + fx * x[k])));
        return H;
    }

    /// <summary>The response of either kind of filter.</summary>
    public static Complex At(Filter h, double s, double fx, double fy) =>
        h.Grid == null ? At(h.Taps!, s, fx) * At(h.Taps!, s, fy) : At(h.Grid, s, fx, fy);

    /// <summary>20·log10 |H|.</summary>
    public static double Decibels(Complex H) => 20 * Math.Log10(H.Magnitude);

    /// <summary>
    /// The largest |H(f)| from <paramref name="from"/> to the Nyquist frequency s/2, in dB: the worst leak of the stopband.
    /// </summary>
    public static double StopbandPeak(double[] h, double s, double from, int points = 512) =>
        Enumerable.Range(0, points + 1).Max(i => Decibels(At(h, s, from + (s / 2 - from) * i / points)));
}
