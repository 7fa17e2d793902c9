namespace Sg3x.Ops;

/// <summary>
/// One axis of what <see cref="BilinearSampling"/> reads: positions 0…Length − 1, each found in some row of memory. Where an
/// image repeats itself, positions share a row.
/// </summary>
public sealed class SamplingAxis
{
    private readonly int[] _rows;

    /// <summary>An axis.</summary>
    /// <param name="rows">The row of each position.</param>
    public SamplingAxis(ReadOnlySpan<int> rows)
    {
        if (rows.Length == 0 || rows.ContainsAnyExceptInRange(0, int.MaxValue - 1))
            throw new ArgumentException("expected rows from 0 on, at least one.", nameof(rows));
        _rows = rows.ToArray();
        MemoryRows = _rows.Max() + 1;
    }

    /// <summary>Positions.</summary>
    public int Length => _rows.Length;

    /// <summary>Rows in memory.</summary>
    public int MemoryRows { get; }

    /// <summary>The row of each position.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>An axis of which every position has a row of its own.</summary>
    /// <param name="length">Positions.</param>
    public static SamplingAxis Plain(int length) => new([.. Enumerable.Range(0, length)]);
}
