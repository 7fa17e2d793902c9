namespace Sg3x.Training;

/// <summary>A quantity that is averaged from one line of statistics to the next.</summary>
public enum Statistic
{
    /// <summary>Not counted.</summary>
    None,

    /// <summary>G's loss, E[softplus(−D(G(z)))].</summary>
    GeneratorLoss,

    /// <summary>D's loss on generated images, E[softplus(D(G(z)))].</summary>
    DiscriminatorLossFake,

    /// <summary>D's loss on real images, E[softplus(−D(x))].</summary>
    DiscriminatorLossReal,

    /// <summary>E[sign D(x)] over real images, r_t of ADA.</summary>
    RealSign,

    /// <summary>E‖∇ₓ D(x)‖², without its weight.</summary>
    R1Penalty,
}

/// <summary>Means since the last line of statistics.</summary>
public sealed class TickStatistics
{
    private readonly double[] _sums = new double[Enum.GetValues<Statistic>().Length];
    private readonly long[] _counts = new long[Enum.GetValues<Statistic>().Length];

    /// <summary>Adds one value of each kind.</summary>
    /// <param name="kinds">What the values are.</param>
    /// <param name="values">Means over a batch.</param>
    public void Add(IReadOnlyList<Statistic> kinds, IReadOnlyList<float> values)
    {
        for (int i = 0; i < kinds.Count; i++)
        {
            _sums[(int)kinds[i]] += values[i];
            _counts[(int)kinds[i]]++;
        }
    }

    /// <summary>The mean since the last <see cref="Reset"/>; null where nothing was added.</summary>
    /// <param name="kind">The quantity.</param>
    public double? Mean(Statistic kind) => _counts[(int)kind] > 0 ? _sums[(int)kind] / _counts[(int)kind] : null;

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        Array.Clear(_sums);
        Array.Clear(_counts);
    }
}
