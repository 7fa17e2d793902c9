namespace Sg3x.Schedule;

/// <summary>Kaiser-windowed low-pass filters (AFG appendix C), sampled symmetrically about their centre.</summary>
public static class LowPass
{
    /// <summary>
    /// Separable low-pass filter h(x) = sinc(2 f_c x)·w(x), normalised to unit sum, at x = (j − (n−1)/2) / s for j = 0…n−1.
    /// </summary>
    /// <param name="taps">Number of taps n, at least 2.</param>
    /// <param name="cutoff">Cutoff f_c in Hz per image.</param>
    /// <param name="halfWidth">Half-width f_h of the transition band in Hz per image.</param>
    /// <param name="rate">Sampling rate s of the taps in Hz per image.</param>
    /// <returns>A filter of n taps.</returns>
    public static Filter Separable(int taps, double cutoff, double halfWidth, double rate)
    {
        double[] h = Window(taps, halfWidth, rate);
        for (int j = 0; j < taps; j++)
            h[j] *= Sinc(2 * cutoff * Position(j, taps, rate));
        Normalise(h);
        return Filter.Separable(h);
    }

    /// <summary>
    /// Radially symmetric low-pass filter h(r) = J1(2π f_c r) / (π r) times the outer product of the Kaiser window, normalised to
    /// unit sum.
    /// </summary>
    /// <param name="taps">Number of taps n along an axis, at least 2.</param>
    /// <param name="cutoff">Cutoff f_c in Hz per image.</param>
    /// <param name="halfWidth">Half-width f_h of the transition band in Hz per image.</param>
    /// <param name="rate">Sampling rate s of the taps in Hz per image.</param>
    /// <returns>A filter of n×n taps.</returns>
    public static Filter Radial(int taps, double cutoff, double halfWidth, double rate)
    {
        double[] w = Window(taps, halfWidth, rate);
        var h = new double[taps * taps];
        for (int i = 0; i < taps; i++)
        {
            for (int j = 0; j < taps; j++)
            {
                double r = double.Hypot(Position(i, taps, rate), Position(j, taps, rate));
                h[i * taps + j] = Jinc(cutoff, r) * w[i] * w[j];
            }
        }
        Normalise(h);
        return Filter.Radial(taps, h);
    }

    /// <summary>Kaiser's estimate of the attenuation of n taps: A = 2.285·(n−1)·π·Δf + 7.95, Δf = 2 f_h / (s/2).</summary>
    /// <param name="taps">Number of taps n.</param>
    /// <param name="halfWidth">Half-width f_h of the transition band in Hz per image.</param>
    /// <param name="rate">Sampling rate s in Hz per image.</param>
    /// <returns>Attenuation in dB.</returns>
    public static double Attenuation(int taps, double halfWidth, double rate)
    {
        return 2.285 * (taps - 1) * Math.PI * (2 * halfWidth / (rate / 2)) + 7.95;
    }

    /// <summary>Shape of the Kaiser window that reaches an attenuation.</summary>
    /// <param name="attenuation">Attenuation A in dB.</param>
    /// <returns>β = 0.1102(A−8.7) above 50 dB, 0.5842(A−21)^0.4 + 0.07886(A−21) from 21 to 50 dB, 0 below.</returns>
    public static double Beta(double attenuation) => attenuation switch
    {
        > 50 => 0.1102 * (attenuation - 8.7),
        > 21 => 0.5842 * Math.Pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21),
        _ => 0,
    };

    // Symmetric Kaiser window w[j] = I0(β √(1 − (2j/(n−1) − 1)²)) / I0(β): its end taps are 1/I0(β), not 0.
    private static double[] Window(int taps, double halfWidth, double rate)
    {
        double beta = Beta(Attenuation(taps, halfWidth, rate));
        double peak = Bessel.I0(beta);
        var w = new double[taps];
        for (int j = 0; j < taps; j++)
        {
            double t = 2.0 * j / (taps - 1) - 1;
            w[j] = Bessel.I0(beta * Math.Sqrt(Math.Max(0, 1 - t * t))) / peak;
        }
        return w;
    }

    private static double Position(int j, int taps, double rate) => (j - (taps - 1) / 2.0) / rate;

    private static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);

    // An odd number of taps has one at r = 0, where the limit is f_c.
    private static double Jinc(double cutoff, double r) => r == 0 ? cutoff : Bessel.J1(2 * Math.PI * cutoff * r) / (Math.PI * r);

    private static void Normalise(double[] h)
    {
        double sum = 0;
        foreach (double tap in h)
            sum += tap;
        for (int j = 0; j < h.Length; j++)
            h[j] /= sum;
    }
}
