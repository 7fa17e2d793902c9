using MathNet.Numerics;

namespace Sg3x.Spec.Augmentation;

/// <summary>
/// Where the pipeline's random numbers come from. The three kinds of draw of ADA appendix B:
/// a coin or die ⌊sides·u⌋, a uniform u in [−1, 1] times a range, a normal times a standard deviation.
/// </summary>
public interface IDraw
{
    /// <summary>Whether an augmentation of this probability is taken; true at 1.</summary>
    bool Takes(double probability);

    /// <summary>0…sides − 1, uniform.</summary>
    int Die(int sides);

    /// <summary>Uniform in ±range.</summary>
    double Uniform(double range);

    /// <summary>N(0, std²).</summary>
    double Normal(double std);
}

/// <summary>
/// Every draw its quantile Q: ⌊sides·Q⌋, (2Q − 1)·range, erfinv(2Q − 1)·std, the last without the factor √2 that a normal's
/// quantile has: that is how the published test values were made. Always taken.
/// </summary>
public sealed class QuantileDraw(double Q) : IDraw
{
    public bool Takes(double probability) => probability >= 1;

    public int Die(int sides) => (int)Math.Floor(sides * Q);

    public double Uniform(double range) => (2 * Q - 1) * range;

    public double Normal(double std) => SpecialFunctions.ErfInv(2 * Q - 1) * std;
}

/// <summary>Draws from a seeded generator.</summary>
public sealed class SeededDraw(int seed) : IDraw
{
    private readonly Random random = new(seed);

    public bool Takes(double probability) => random.NextDouble() < probability;

    public int Die(int sides) => random.Next(sides);

    public double Uniform(double range) => (2 * random.NextDouble() - 1) * range;

    public double Normal(double std) => std * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - random.NextDouble());
}
