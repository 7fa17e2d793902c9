namespace Sg3x.Schedule;

/// <summary>
/// The taps of a resampling filter with unit sum: a separable one, given by its one-dimensional factor [n], or a
/// two-dimensional one [n, n] in row-major order.
/// </summary>
public sealed class Filter
{
    private readonly double[] taps;

    private Filter(int size, bool isRadial, double[] taps)
    {
        Size = size;
        IsRadial = isRadial;
        this.taps = taps;
    }

    /// <summary>Number of taps n along an axis.</summary>
    public int Size { get; }

    /// <summary>True where the taps are a two-dimensional, radially symmetric grid.</summary>
    public bool IsRadial { get; }

    /// <summary>The taps: n of them, or n·n in row-major order where <see cref="IsRadial"/>.</summary>
    public IReadOnlyList<double> Taps => taps;

    /// <summary>Shape of the tensor that holds the taps: [n], or [n, n] where <see cref="IsRadial"/>.</summary>
    public long[] Shape => IsRadial ? [Size, Size] : [Size];

    /// <summary>The taps rounded to float32, the precision of the state.</summary>
    /// <returns>A new array in the order of <see cref="Taps"/>.</returns>
    public float[] ToSingle() => Array.ConvertAll(taps, tap => (float)tap);

    /// <summary>A separable filter from its one-dimensional factor.</summary>
    /// <param name="taps">The taps; copied.</param>
    public static Filter Separable(ReadOnlySpan<double> taps) => new(taps.Length, false, taps.ToArray());

    /// <summary>A two-dimensional filter.</summary>
    /// <param name="size">Taps along an axis, n.</param>
    /// <param name="taps">n·n taps in row-major order; copied.</param>
    /// <exception cref="ArgumentException">The number of taps is not n².</exception>
    public static Filter Radial(int size, ReadOnlySpan<double> taps)
    {
        if (taps.Length != size * size)
            throw new ArgumentException($"A filter of {size}×{size} has {size * size} taps, not {taps.Length}.", nameof(taps));
        return new Filter(size, true, taps.ToArray());
    }
}
