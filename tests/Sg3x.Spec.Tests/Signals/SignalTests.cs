using FsCheck.Xunit;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Signals;

public class SignalTests
{
    private static readonly double[] X = [1, 2, 3];

    [Fact]
    public void Insert_puts_zeros_after_every_sample() => Assert.Equal([1, 0, 0, 2, 0, 0, 3, 0, 0], Signal.Insert(X, 3));

    [Fact]
    public void Pad_adds_zeros_and_crops() => Assert.Equal([0, 1, 2], Signal.Pad(X, 1, -1));

    [Fact]
    public void Keep_starts_at_the_first() => Assert.Equal([1, 3], Signal.Keep(X, 2));

    [Fact]
    public void Convolve_flips_the_filter() => Assert.Equal([2 * 1 + 1 * 10, 3 * 1 + 2 * 10], Signal.Convolve(X, [1, 10]));

    [Fact]
    public void Convolve_refuses_a_row_shorter_than_the_filter() =>
        Assert.Throws<ArgumentException>(() => Signal.Convolve(X, [1, 1, 1, 1]));

    [Fact]
    public void Correlate_does_not_flip_and_pads_with_zeros()
    {
        double[,] x = { { 1, 2 }, { 3, 4 } };
        var w = new double[1, 1, 2, 2];
        (w[0, 0, 0, 0], w[0, 0, 0, 1], w[0, 0, 1, 0], w[0, 0, 1, 1]) = (1, 10, 100, 1000);
        var y = new double[3, 3];
        Plane.Correlate(y, x, w, 0, 0, 1);
        Assert.Equal(new double[,] { { 1000, 2100, 200 }, { 3010, 4321, 402 }, { 30, 43, 4 } }, y);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 0)]
    public void Planes_of_one_column_or_none_are_planes(int height, int width)
    {
        double[,] x = Plane.Map(new double[height, width], _ => 3.0);
        double[,] y = Plane.Convolve(x, new double[,] { { 2 } }), rows = Plane.Rows(x, row => [.. row, 1]);
        Assert.Equal((height, width), (y.Height(), y.Width()));
        Assert.All(y.Cast<double>(), value => Assert.Equal(6, value));
        Assert.Equal((height, width + 1), (rows.Height(), rows.Width()));
        Assert.Equal(3.0 * height * width + height, rows.Cast<double>().Sum());
    }

    /// <summary>Every step and its adjoint: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩.</summary>
    [Property(MaxTest = 50)]
    public void Adjoints_are_adjoint(int seed)
    {
        var draw = new Draws(seed);
        int n = draw.Int(6, 20), up = draw.Int(1, 4), lo = draw.Int(-2, 5), hi = draw.Int(-2, 5);
        double[] x = draw.Row(n), h = draw.Row(draw.Int(1, 6));
        Check(x, row => Signal.Insert(row, up), y => Signal.InsertAdjoint(y, up));
        Check(x, row => Signal.Pad(row, lo, hi), y => Signal.PadAdjoint(y, lo, n));
        Check(x, row => Signal.Convolve(row, h), y => Signal.ConvolveAdjoint(y, h));
        Check(x, row => Signal.Keep(row, up), y => Signal.KeepAdjoint(y, up, n));

        void Check(double[] x, Func<double[], double[]> step, Func<double[], double[]> adjoint)
        {
            double[] result = step(x), y = draw.Row(result.Length), back = adjoint(y);
            Assert.Equal(x.Length, back.Length);
            Near.Value(Dot(result, y), Dot(x, back), 1e-11);
        }
    }

    [Property(MaxTest = 20)]
    public void Plane_adjoints_are_adjoint(int seed)
    {
        var draw = new Draws(seed);
        double[,] x = draw.Plane(9, 11), h = draw.Plane(draw.Int(1, 4), draw.Int(1, 4));
        double[,] y = Plane.Convolve(x, h), dy = draw.Plane(y.Height(), y.Width());
        Near.Value(Plane.Dot(y, dy), Plane.Dot(x, Plane.ConvolveAdjoint(dy, h)), 1e-11);

        double[,,,] w = draw.Kernel(1, 1, 3);
        int p = draw.Int(0, 2);
        var c = new double[9 + 2 * p - 2, 11 + 2 * p - 2];
        Plane.Correlate(c, x, w, 0, 0, p);
        double[,] dc = draw.Plane(c.Height(), c.Width()), dx = new double[9, 11];
        Plane.CorrelateAdjoint(dx, dc, w, 0, 0, p);
        Near.Value(Plane.Dot(c, dc), Plane.Dot(x, dx), 1e-11);
    }

    [Fact]
    public void Convolution_and_resampling_agree_with_scipy()
    {
        double[,] x = Scipy.Matrix("convolve2d", "x"), h = Scipy.Matrix("convolve2d", "h");
        Near.Relative(Scipy.Matrix("convolve2d", "y"), Plane.Convolve(x, h), 1e-14);

        // scipy's upfirdn keeps the convolution's full length, without the zeros after the last sample.
        double[] row = Scipy.Row("upfirdn", "x"), taps = Scipy.Row("upfirdn", "h");
        double[] y = Signal.Keep(Signal.Convolve(Signal.Pad(Signal.Insert(row, 3), taps.Length - 1, taps.Length - 3), taps), 2);
        Near.Relative(Scipy.Row("upfirdn", "y"), y, 1e-14);
    }

    [Property(MaxTest = 20)]
    public void A_separable_filter_is_its_outer_product(int seed)
    {
        var draw = new Draws(seed);
        double[] h = draw.Row(draw.Int(1, 5));
        var grid = new double[h.Length, h.Length];
        for (int j = 0; j < h.Length; j++)
            for (int k = 0; k < h.Length; k++)
                grid[j, k] = h[j] * h[k];
        double[,] x = draw.Plane(8, 9);
        Filter separable = Filter.Separable(h), full = Filter.Radial(grid);
        double[,] y = separable.Convolve(x);
        Near.Relative(full.Convolve(x), y, 1e-13);
        Near.Relative(full.ConvolveAdjoint(y), separable.ConvolveAdjoint(y), 1e-13);
        Near.Value(full.Energy, separable.Energy);
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
