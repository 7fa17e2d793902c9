namespace Sg3x.Ops.Cpu;

/// <summary>A resampling filter as numbers: one row of taps for both axes, or a rectangle of them.</summary>
/// <param name="Values">Coefficients, row by row.</param>
/// <param name="Height">Rows: 1 when separable.</param>
/// <param name="Width">Taps in a row.</param>
/// <param name="Separable">The same taps along both axes, one after the other.</param>
internal sealed record FilterTaps(double[] Values, int Height, int Width, bool Separable)
{
    /// <summary>No filter: one tap of 1.</summary>
    public static FilterTaps Identity { get; } = new([1.0], 1, 1, true);

    /// <summary>Taps along the vertical axis.</summary>
    public int VerticalCount => Separable ? Width : Height;

    /// <summary>The same filter turned by half a turn.</summary>
    public FilterTaps Flipped => this with { Values = [.. Values.Reverse()] };

    /// <summary>The coefficients are the same.</summary>
    public bool SameAs(FilterTaps other) =>
        Separable == other.Separable && Height == other.Height && Width == other.Width && Values.AsSpan().SequenceEqual(other.Values);
}
