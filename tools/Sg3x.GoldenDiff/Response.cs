using System.Numerics;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff;

/// <summary>
/// What a filter does to sines along one axis: H(f) = Σ_j h[j]·e^(−2πi·f·j/s), with the rows of a two-dimensional filter summed.
/// </summary>
/// <param name="filter">The filter; null is the identity.</param>
/// <param name="rate">Sampling rate s of the taps in Hz per image.</param>
public sealed class Response(Filter? filter, double rate)
{
    private const double Floor = -200;
    private const int Points = 256;

    private readonly double[] h = Axis(filter);

    /// <summary>Sum of the taps: what becomes of a constant.</summary>
    public double Gain => h.Sum();

    /// <summary>Centre of mass of the taps about the middle of the filter, in samples: how far it moves the image.</summary>
    public double Shift => h.Select((tap, j) => tap * (j - (h.Length - 1) / 2.0)).Sum() / Gain;

    /// <summary>|H(f)| in dB, not below −200.</summary>
    /// <param name="frequency">f in Hz per image.</param>
    public double Decibels(double frequency)
    {
        Complex sum = 0;
        for (int j = 0; j < h.Length; j++)
            sum += h[j] * Complex.Exp(new Complex(0, -2 * Math.PI * frequency * j / rate));
        return Math.Max(Floor, 20 * Math.Log10(sum.Magnitude));
    }

    /// <summary>The largest |H| from a frequency to the Nyquist frequency in dB; from beyond it, that at Nyquist.</summary>
    /// <param name="from">Where the stopband begins, in Hz per image.</param>
    public double StopbandPeak(double from)
    {
        double start = Math.Min(from, rate / 2);
        return Enumerable.Range(0, Points + 1).Max(i => Decibels(start + (rate / 2 - start) * i / Points));
    }

    private static double[] Axis(Filter? filter)
    {
        if (filter is null)
            return [1];
        if (!filter.IsRadial)
            return [.. filter.Taps];
        var sums = new double[filter.Size];
        for (int i = 0; i < filter.Taps.Count; i++)
            sums[i % filter.Size] += filter.Taps[i];
        return sums;
    }
}
