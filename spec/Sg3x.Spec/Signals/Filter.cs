namespace Sg3x.Spec.Signals;

/// <summary>
/// A resampling filter over the plane: the outer product of one row of taps, h[j, k] = h[j]·h[k], or a full grid h[j, k],
/// or nothing at all (one tap of 1).
/// </summary>
public sealed class Filter
{
    private Filter(double[]? taps, double[,]? grid)
    {
        Taps = taps;
        Grid = grid;
    }

    /// <summary>h = 1.</summary>
    public static Filter Identity { get; } = new([1.0], null);

    public static Filter Separable(double[] taps) => new(taps, null);

    public static Filter Radial(double[,] grid) => new(null, grid);

    /// <summary>The taps of a separable filter.</summary>
    public double[]? Taps { get; }

    /// <summary>The taps of one that is not.</summary>
    public double[,]? Grid { get; }

    /// <summary>Taps along one axis.</summary>
    public int Count => Taps?.Length ?? Grid!.Height();

    public bool IsIdentity => Count == 1;

    /// <summary>Σ h².</summary>
    public double Energy
    {
        get
        {
            if (Grid != null)
                return Plane.Dot(Grid, Grid);
            double axis = Taps!.Sum(h => h * h);
            return axis * axis;
        }
    }

    /// <summary>True convolution, valid samples only.</summary>
    public double[,] Convolve(double[,] x) =>
        Grid == null ? Plane.Both(x, row => Signal.Convolve(row, Taps!)) : Plane.Convolve(x, Grid);

    public double[,] ConvolveAdjoint(double[,] y) =>
        Grid == null ? Plane.Both(y, row => Signal.ConvolveAdjoint(row, Taps!)) : Plane.ConvolveAdjoint(y, Grid);
}
