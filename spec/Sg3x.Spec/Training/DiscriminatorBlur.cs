using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Training;

/// <summary>
/// The blur of what D sees at the start of config R (AFG appendix F.2), real and fake, before augmentation:
/// <code>
///   σ = 10·max(0, 1 − images / (200 000·batch/32))
///   f[k] ∝ 2^−(k/σ)²,   |k| ≤ ⌊3σ⌋,   unit sum,   zero padding of ⌊3σ⌋
/// </code>
/// The base is 2, so its standard deviation is σ/√(2·ln 2) = 0.85σ.
/// </summary>
public static class DiscriminatorBlur
{
    public static double Sigma(double images, int batch) => 10 * Math.Max(0, 1 - images / (200_000.0 * batch / 32));

    /// <summary>f, 2·⌊3σ⌋ + 1 taps.</summary>
    public static double[] Taps(double σ)
    {
        int reach = (int)Math.Floor(3 * σ);
        double[] f = [.. Enumerable.Range(-reach, 2 * reach + 1).Select(k => reach == 0 ? 1 : Math.Pow(2, -(k / σ) * (k / σ)))];
        double sum = f.Sum();
        return [.. f.Select(tap => tap / sum)];
    }

    public static double[,] Forward(double[,] x, double σ)
    {
        double[] f = Taps(σ);
        int reach = f.Length / 2;
        return Plane.Both(x, row => Signal.Convolve(Signal.Pad(row, reach, reach), f));
    }
}
