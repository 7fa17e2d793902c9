using FsCheck.Xunit;
using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Equivariance;

public class EquivarianceTests
{
    private const int Size = 48;

    /// <summary>A smooth pattern drawn at p = M·(pixel position from the centre): what a perfect generator would do.</summary>
    private static double[][,] Pattern(double[,] M, double size)
    {
        var plane = new double[Size, Size];
        for (int v = 0; v < Size; v++)
            for (int u = 0; u < Size; u++)
            {
                double px = (u - (Size - 1) / 2.0) / size, py = (v - (Size - 1) / 2.0) / size;
                double x = M[0, 0] * px + M[0, 1] * py + M[0, 2], y = M[1, 0] * px + M[1, 1] * py + M[1, 2];
                plane[v, u] = 0.5 * Math.Sin(2 * Math.PI * (3 * x + y) + 0.4) + 0.4 * Math.Cos(2 * Math.PI * (2 * y - 4 * x));
            }
        return [plane];
    }

    private static double[][,] Pattern(double[,] M) => Pattern(M, Size);

    private static readonly double[,] Still = Translation.User(0, 0);

    [Fact]
    public void A_perfect_generator_moves_with_its_input()
    {
        double[][,] x = Pattern(Still);
        var exact = new Psnr();
        exact.Add(Translation.ByPixels(x, 5, -3), Pattern(Translation.User(5.0 / Size, -3.0 / Size)));
        Assert.InRange(exact.Decibels, 280, double.PositiveInfinity);

        // Six taps of Lanczos at these frequencies are good to about 60 dB; a wrong sign or half a pixel would leave 20.
        var fraction = new Psnr();
        fraction.Add(Translation.Fractional(x, 2.3, -4.6), Pattern(Translation.User(2.3 / Size, -4.6 / Size)));
        Assert.InRange(fraction.Decibels, 45, 90);

        foreach (double α in new[] { -1.2, 2.5 })
        {
            var rotation = new Psnr();
            Masked reference = Rotation.Rotate(x, α), generated = Rotation.PseudoRotate(Pattern(Rotation.User(α)), α);
            var mask = Plane.Map(reference.Mask, generated.Mask, (a, b) => a * b);
            Assert.InRange(mask.Cast<double>().Sum(), 0.2 * Size * Size, Size * Size);
            rotation.Add(reference with { Mask = mask }, generated.Image);
            Assert.InRange(rotation.Decibels, 45, 120);
        }
    }

    [Fact]
    public void A_generator_that_stands_still_is_found_out()
    {
        double[][,] x = Pattern(Still);
        var translation = new Psnr();
        translation.Add(Translation.ByPixels(x, 5, -3), x);
        Assert.InRange(translation.Decibels, 0, 15);
        var rotation = new Psnr();
        rotation.Add(Rotation.Rotate(x, 1), Rotation.PseudoRotate(x, 1).Image);
        Assert.InRange(rotation.Decibels, 0, 15);
    }

    [Fact]
    public void Psnr_pools_its_samples()
    {
        var psnr = new Psnr();
        double[,] one = { { 1, 1 } }, zero = { { 0, 0 } }, mask = { { 1, 0 } }, both = { { 1, 1 } };
        psnr.Add(new Masked([one], mask), [zero]);
        psnr.Add(new Masked([zero], both), [zero]);

        // Error 1 over 3 valid pixels: 10·log10(4 / (1/3)).
        Near.Value(1 / 3.0, psnr.MeanSquareError);
        Near.Value(10 * Math.Log10(12), psnr.Decibels);
    }

    /// <summary>A weak image scores high against a fixed scale and no higher against its own variance.</summary>
    [Fact]
    public void A_weak_image_flatters_only_the_fixed_scale()
    {
        (double, double) Measure(double scale)
        {
            double[][,] x = [Plane.Map(Pattern(Still)[0], value => scale * value)];
            double[][,] moved = [Plane.Map(Pattern(Translation.User(5.1 / Size, 0))[0], value => scale * value)];
            var psnr = new Psnr();
            psnr.Add(Translation.ByPixels(x, 5, 0), moved);
            return (psnr.Decibels, psnr.VarianceDecibels);
        }
        (double strong, double strongVariance) = Measure(1);
        (double weak, double weakVariance) = Measure(0.1);
        Near.Value(strong + 20, weak, 1e-9);
        Near.Value(strongVariance, weakVariance, 1e-9);
    }

    [Property(MaxTest = 30)]
    public void A_whole_fraction_is_an_integer_translation(int seed)
    {
        var draw = new Draws(seed);
        double[][,] x = draw.Image(1, 20, 20);
        int tx = draw.Int(-6, 6), ty = draw.Int(-6, 6);
        Masked whole = Translation.ByPixels(x, tx, ty), fraction = Translation.Fractional(x, tx, ty);
        for (int v = 0; v < 20; v++)
            for (int u = 0; u < 20; u++)
                if (fraction.Mask[v, u] == 1)
                {
                    Assert.Equal(1, whole.Mask[v, u]);
                    Near.Value(whole.Image[0][v, u], fraction.Image[0][v, u], 1e-13);
                }

        // What has no source is 0 and does not count.
        for (int v = 0; v < 20; v++)
            for (int u = 0; u < 20; u++)
            {
                bool inside = v - ty is >= 0 and < 20 && u - tx is >= 0 and < 20;
                Assert.Equal(inside ? 1 : 0, whole.Mask[v, u]);
                Assert.Equal(inside ? x[0][v - ty, u - tx] : 0, whole.Image[0][v, u]);
            }
        Near.Value(1, Translation.Taps(draw.Uniform(0, 1)).Sum());
    }

    /// <summary>Masks as stated: ⌊t⌋ + 3 to size + ⌊t⌋ − 2, clipped.</summary>
    [Fact]
    public void The_fractional_mask_leaves_the_border_out()
    {
        double[][,] x = [new double[20, 20]];
        double[,] mask = Translation.Fractional(x, 1.5, -6.5).Mask;
        int[] columns = [.. Enumerable.Range(0, 20).Where(u => mask[5, u] == 1)], rows = [.. Enumerable.Range(0, 20).Where(v => mask[v, 8] == 1)];
        Assert.Equal((4, 18), (columns[0], columns[^1]));
        Assert.Equal((0, 10), (rows[0], rows[^1]));
    }

    /// <summary>
    /// The band limit for a turn of 0 or 90° is the plain square's: sinc ∗ sinc = sinc, so its taps are a windowed sinc, 1 at the
    /// origin and 0 at other pixels; each phase has unit sum, shared over up².
    /// </summary>
    [Fact]
    public void The_band_limit_at_no_turn_is_the_sinc()
    {
        double[,] f = Rotation.BandLimit(Rotation.Matrix(0), 1);
        Assert.Equal(11, f.Height());
        Assert.InRange(f[5, 5], 0.98, 1.02);
        Assert.InRange(Math.Abs(f[5, 6]) + Math.Abs(f[4, 5]), 0, 0.01);
        Near.Relative(f, Rotation.BandLimit(Rotation.Matrix(Math.PI / 2), 1), 1e-9);

        double[,] quarter = Rotation.BandLimit(Rotation.Matrix(0.7), 4);
        Assert.Equal(47, quarter.Height());
        Near.Value(1, quarter.Cast<double>().Sum());
        for (int v = 0; v < 47; v++)
            for (int u = 0; u < 47; u++)
                Near.Value(quarter[v, u], quarter[46 - v, 46 - u], 1e-9);
    }
}
