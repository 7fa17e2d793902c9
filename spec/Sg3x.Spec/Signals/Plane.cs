using System.Runtime.InteropServices;

namespace Sg3x.Spec.Signals;

/// <summary>
/// One channel of an image, x[y, x] with rows downwards, and what is done to it in two dimensions:
/// <code>
///   along both axes   y = A_columns (A_rows x)                       for a step A of <see cref="Signal"/>
///   convolve          y[v, u] = Σ_jk h[j, k] · x[v + n − 1 − j, u + n − 1 − k]      true (flipped), valid
///   correlate         y[v, u] = Σ_jk w[j, k] · x[v + j − p, u + k − p]              not flipped, zero padding p a side
/// </code>
/// An image is an array of planes, a batch an array of images.
/// </summary>
public static class Plane
{
    public static int Height(this double[,] x) => x.GetLength(0);

    public static int Width(this double[,] x) => x.GetLength(1);

    /// <summary>Row v, in place.</summary>
    public static Span<double> Row(this double[,] x, int v) =>
        x.Width() == 0 ? [] : MemoryMarshal.CreateSpan(ref x[v, 0], x.Width());

    /// <summary>The same step on every row.</summary>
    public static double[,] Rows(double[,] x, Func<double[], double[]> step)
    {
        int h = x.Height();
        double[,]? y = null;
        for (int v = 0; v < h; v++)
        {
            double[] result = step(x.Row(v).ToArray());
            y ??= new double[h, result.Length];
            result.CopyTo(y.Row(v));
        }
        return y ?? new double[0, 0];
    }

    /// <summary>The same step on every column.</summary>
    public static double[,] Columns(double[,] x, Func<double[], double[]> step) => Transpose(Rows(Transpose(x), step));

    /// <summary>The same step on every row, then on every column.</summary>
    public static double[,] Both(double[,] x, Func<double[], double[]> step) => Columns(Rows(x, step), step);

    public static double[,] Transpose(double[,] x)
    {
        var y = new double[x.Width(), x.Height()];
        for (int v = 0; v < x.Height(); v++)
            for (int u = 0; u < x.Width(); u++)
                y[u, v] = x[v, u];
        return y;
    }

    public static double[,] Convolve(double[,] x, double[,] h)
    {
        int rows = h.Height(), columns = h.Width();
        var y = new double[x.Height() - rows + 1, x.Width() - columns + 1];
        for (int v = 0; v < y.Height(); v++)
            for (int j = 0; j < rows; j++)
                for (int k = 0; k < columns; k++)
                    Signal.Accumulate(y.Row(v), h[j, k], x.Row(v + rows - 1 - j).Slice(columns - 1 - k, y.Width()));
        return y;
    }

    public static double[,] ConvolveAdjoint(double[,] y, double[,] h)
    {
        int rows = h.Height(), columns = h.Width();
        var x = new double[y.Height() + rows - 1, y.Width() + columns - 1];
        for (int v = 0; v < y.Height(); v++)
            for (int j = 0; j < rows; j++)
                for (int k = 0; k < columns; k++)
                    Signal.Accumulate(x.Row(v + rows - 1 - j).Slice(columns - 1 - k, y.Width()), h[j, k], y.Row(v));
        return x;
    }

    /// <summary>Adds the correlation of <paramref name="x"/> with w[o, i, ·, ·] to <paramref name="y"/>.</summary>
    public static void Correlate(double[,] y, double[,] x, double[,,,] w, int o, int i, int padding)
    {
        int height = x.Height(), width = x.Width();
        for (int j = 0; j < w.GetLength(2); j++)
            for (int k = 0; k < w.GetLength(3); k++)
            {
                int u0 = Math.Max(0, padding - k), count = Math.Min(y.Width(), width + padding - k) - u0;
                for (int v = Math.Max(0, padding - j); v < Math.Min(y.Height(), height + padding - j) && count > 0; v++)
                    Signal.Accumulate(y.Row(v).Slice(u0, count), w[o, i, j, k], x.Row(v + j - padding).Slice(u0 + k - padding, count));
            }
    }

    /// <summary>Adds the adjoint of <see cref="Correlate"/>, applied to <paramref name="y"/>, to <paramref name="x"/>.</summary>
    public static void CorrelateAdjoint(double[,] x, double[,] y, double[,,,] w, int o, int i, int padding)
    {
        int height = x.Height(), width = x.Width();
        for (int j = 0; j < w.GetLength(2); j++)
            for (int k = 0; k < w.GetLength(3); k++)
            {
                int u0 = Math.Max(0, padding - k), count = Math.Min(y.Width(), width + padding - k) - u0;
                for (int v = Math.Max(0, padding - j); v < Math.Min(y.Height(), height + padding - j) && count > 0; v++)
                    Signal.Accumulate(x.Row(v + j - padding).Slice(u0 + k - padding, count), w[o, i, j, k], y.Row(v).Slice(u0, count));
            }
    }

    /// <summary>f of every sample.</summary>
    public static double[,] Map(double[,] x, Func<double, double> f)
    {
        var y = new double[x.Height(), x.Width()];
        for (int v = 0; v < x.Height(); v++)
            for (int u = 0; u < x.Width(); u++)
                y[v, u] = f(x[v, u]);
        return y;
    }

    /// <summary>f of every pair of samples.</summary>
    public static double[,] Map(double[,] a, double[,] b, Func<double, double, double> f)
    {
        var y = new double[a.Height(), a.Width()];
        for (int v = 0; v < a.Height(); v++)
            for (int u = 0; u < a.Width(); u++)
                y[v, u] = f(a[v, u], b[v, u]);
        return y;
    }

    public static double[,] Add(double[,] a, double[,] b) => Map(a, b, (p, q) => p + q);

    /// <summary>Σ a·b.</summary>
    public static double Dot(double[,] a, double[,] b)
    {
        double sum = 0;
        for (int v = 0; v < a.Height(); v++)
            for (int u = 0; u < a.Width(); u++)
                sum += a[v, u] * b[v, u];
        return sum;
    }

    /// <summary>Σ a·b over the planes of two images.</summary>
    public static double Dot(double[][,] a, double[][,] b) => a.Zip(b, Dot).Sum();

    /// <summary>The mean of x² over every plane of every image.</summary>
    public static double MeanSquare(IReadOnlyCollection<double[][,]> batch)
    {
        double sum = 0;
        long count = 0;
        foreach (double[][,] image in batch)
            foreach (double[,] plane in image)
            {
                sum += Dot(plane, plane);
                count += plane.Length;
            }
        return sum / count;
    }
}
