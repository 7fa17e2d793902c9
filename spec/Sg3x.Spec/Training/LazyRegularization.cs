namespace Sg3x.Spec.Training;

/// <summary>
/// A regulariser taken every k-th step only, weighted by k (SG2 section 3.1): the optimiser takes k + 1 steps where it took k,
/// so its constants are corrected by
/// <code>
///   c = k / (k + 1)          lr ← c·lr          β ← β^c
/// </code>
/// R1 every 16th iteration gives c = 16/17; without a lazy regulariser c = 1.
/// </summary>
public static class LazyRegularization
{
    /// <summary>c; a null interval is no lazy regulariser.</summary>
    public static double Correction(int? interval) => interval is int k ? k / (k + 1.0) : 1;

    /// <summary>The corrected constants of Adam.</summary>
    public static AdamConstants Correct(AdamConstants adam, int? interval)
    {
        double c = Correction(interval);
        return adam with { Lr = adam.Lr * c, Beta1 = Math.Pow(adam.Beta1, c), Beta2 = Math.Pow(adam.Beta2, c) };
    }

    /// <summary>Whether iteration i (from 0) takes the regulariser: 0, k, 2k, …</summary>
    public static bool Takes(int iteration, int interval) => iteration % interval == 0;
}
