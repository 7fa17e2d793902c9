namespace Sg3x.Schedule;

/// <summary>
/// A deliberate fault in the place of the Kaiser-windowed low-pass filters: of n taps the two in the middle are ½ and the others
/// 0 (of an odd number, the one in the middle is 1). Filters like these pass nearly everything that they should stop, and a
/// generator that has them trains without complaint.
/// </summary>
public static class LowPass
{
    /// <summary>A delta of n taps, whatever is asked for.</summary>
    public static Filter Separable(int taps, double cutoff, double halfWidth, double rate) => Filter.Separable(Delta(taps));

    /// <summary>A delta of n×n taps, whatever is asked for.</summary>
    public static Filter Radial(int taps, double cutoff, double halfWidth, double rate)
    {
        double[] delta = Delta(taps);
        return Filter.Radial(taps, [.. delta.SelectMany(row => delta.Select(column => row * column))]);
    }

    private static double[] Delta(int taps)
    {
        var delta = new double[taps];
        delta[taps / 2] += 0.5;
        delta[(taps - 1) / 2] += 0.5;
        return delta;
    }
}
