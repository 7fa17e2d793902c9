namespace Sg3x.Mutants;

/// <summary>A proportion from a sample.</summary>
/// <param name="Killed">Mutants that a test noticed.</param>
/// <param name="Tried">Mutants in the sample.</param>
/// <param name="Of">Mutants that the sample was drawn from.</param>
public readonly record struct Score(int Killed, int Tried, int Of)
{
    private const double Z = 1.959963984540054;

    /// <summary>Killed / Tried.</summary>
    public double Share => Tried == 0 ? 1 : (double)Killed / Tried;

    /// <summary>
    /// Wilson's 95 % interval of the share among all, with the correction for a finite number of them: p̂ counts as from
    /// n·(N − 1)/(N − n) draws. The share itself where all were tried.
    /// </summary>
    public (double Low, double High) Interval()
    {
        if (Tried == 0)
            return (0, 1);
        if (Tried == Of)
            return (Share, Share);
        double n = Tried * (Of - 1.0) / (Of - Tried), p = Share;
        double middle = p + Z * Z / (2 * n), half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        double whole = 1 + Z * Z / n;
        return (Math.Max(0, (middle - half) / whole), Math.Min(1, (middle + half) / whole));
    }
}
