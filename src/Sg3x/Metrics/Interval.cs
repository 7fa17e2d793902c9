using Sg3x.Data;

namespace Sg3x.Metrics;

/// <summary>A figure and how far it can be trusted.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">Lower end of its 95 % interval; NaN where there are too few samples for one.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Value, double Low, double High);

/// <summary>
/// Intervals by the bootstrap (Efron 1979): samples are drawn again with replacement, as many as there are, and the figure is
/// taken of each drawing. The same seed gives the same interval.
/// </summary>
public static class Bootstrap
{
    /// <summary>Drawings for figures that cost little.</summary>
    public const int Replicates = 1000;

    // 97.5 % of a normal distribution.
    internal const double Deviations = 1.959964;

    /// <summary>From the 2.5th to the 97.5th percentile of the drawings.</summary>
    /// <param name="count">Samples that are independent of each other.</param>
    /// <param name="statistic">The figure, given how often each sample is counted.</param>
    /// <param name="seed">Seed of the drawings.</param>
    public static Interval Percentiles(int count, Func<IReadOnlyList<int>, double> statistic, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        var value = statistic([.. Enumerable.Repeat(1, count)]);
        if (count < 2)
        {
            return new Interval(value, double.NaN, double.NaN);
        }

        var drawn = new double[Replicates];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = statistic(Draw(count, seed, i));
        }

        Array.Sort(drawn);
        return new Interval(
            value, drawn[(int)(0.025 * (drawn.Length - 1))], drawn[(int)Math.Ceiling(0.975 * (drawn.Length - 1))]);
    }

    /// <summary>
    /// The figure ± 1.96 standard deviations of its drawings, not below 0: for distances, which repeated samples enlarge, so that
    /// percentiles would lie above the figure.
    /// </summary>
    /// <param name="value">The figure.</param>
    /// <param name="drawn">It of each drawing.</param>
    public static Interval Around(double value, IReadOnlyList<double> drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        var mean = drawn.Average();
        var half = Deviations * Math.Sqrt(drawn.Sum(x => (x - mean) * (x - mean)) / (drawn.Count - 1));
        return new Interval(value, Math.Max(0, value - half), value + half);
    }

    /// <summary>How often each of so many samples is counted in a drawing.</summary>
    internal static int[] Draw(int count, long seed, int number)
    {
        var random = new HashRandom((ulong)seed, 0x626F6F74, (ulong)number);
        var counts = new int[count];
        for (var i = 0; i < count; i++)
        {
            counts[random.NextInt(count)]++;
        }

        return counts;
    }
}
