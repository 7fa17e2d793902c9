using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Equivariance;

/// <summary>
/// Translation of an image by t = (t_x, t_y), fractions of its size (AFG appendix E.1):
/// <code>
///   integer     y[v, u] = x[v − T_y, u − T_x],                            T = t·size, whole numbers
///   fractional  y = x shifted by ⌊T⌋, then along each axis Σ_k f[k]·x[· − k],   k = −2…3
///               f[k] ∝ sinc(k − φ)·sinc((k − φ)/3),  unit sum,  φ = T − ⌊T⌋
/// </code>
/// Valid are the pixels whose source lies in the image; for a fraction those of ⌊T⌋ + 3 ≤ u &lt; size + ⌊T⌋ − 2, clipped.
/// The generator's user transform for t is the translation by −t.
/// </summary>
public static class Translation
{
    private const int A = 3;

    /// <summary>The user transform under which the generator's image moves right and down by t.</summary>
    public static double[,] User(double tx, double ty) => new[,] { { 1, 0, -tx }, { 0, 1, -ty }, { 0, 0, 1 } };

    /// <summary>Translation by whole pixels.</summary>
    public static Masked ByPixels(double[][,] x, int Tx, int Ty)
    {
        (int height, int width) = (x[0].Height(), x[0].Width());
        bool Inside(int v, int u) => v - Ty >= 0 && v - Ty < height && u - Tx >= 0 && u - Tx < width;
        return new Masked(
            [.. x.Select(plane => Fill(height, width, (v, u) => Inside(v, u) ? plane[v - Ty, u - Tx] : 0))],
            Fill(height, width, (v, u) => Inside(v, u) ? 1 : 0));
    }

    /// <summary>Translation by any T in pixels.</summary>
    public static Masked Fractional(double[][,] x, double Tx, double Ty)
    {
        (int height, int width) = (x[0].Height(), x[0].Width());
        (int ix, int iy) = ((int)Math.Floor(Tx), (int)Math.Floor(Ty));
        double[] fx = Taps(Tx - ix), fy = Taps(Ty - iy);
        return new Masked(
            [.. x.Select(plane => Plane.Columns(Plane.Rows(plane, row => Shift(row, ix, fx)), column => Shift(column, iy, fy)))],
            Fill(height, width, (v, u) =>
                u >= ix + A && u < width + ix - (A - 1) && v >= iy + A && v < height + iy - (A - 1) ? 1 : 0));
    }

    /// <summary>f[k], k = −2…3.</summary>
    public static double[] Taps(double φ)
    {
        double[] f = [.. Enumerable.Range(-(A - 1), 2 * A).Select(k => LowPass.Sinc(k - φ) * LowPass.Sinc((k - φ) / A))];
        double sum = f.Sum();
        return [.. f.Select(tap => tap / sum)];
    }

    private static double[] Shift(double[] x, int i, double[] f)
    {
        var y = new double[x.Length];
        for (int u = 0; u < x.Length; u++)
            for (int k = -(A - 1); k <= A; k++)
                if (u - i - k >= 0 && u - i - k < x.Length)
                    y[u] += f[k + A - 1] * x[u - i - k];
        return y;
    }

    private static double[,] Fill(int height, int width, Func<int, int, double> f)
    {
        var plane = new double[height, width];
        for (int v = 0; v < height; v++)
            for (int u = 0; u < width; u++)
                plane[v, u] = f(v, u);
        return plane;
    }
}
