using FsCheck.Xunit;
using Sg3x.Spec.Augmentation;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Augmentation;

public class AugmentationTests
{
    private static readonly NetworkState Reference = SafeTensorsReader.Read(Repository.Golden("augment-public.safetensors")).State;

    public static TheoryData<string> Names => new(Reference.Arrays.Keys.Where(name => name.Contains('@')));

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_official_release(string name)
    {
        string[] parts = name.Split('@');
        Kinds kinds = parts[0] switch
        {
            "xflip" => new Kinds { XFlip = 1 },
            "rotate90" => new Kinds { Rotate90 = 1 },
            "xint" => new Kinds { XInt = 1 },
            "scale" => new Kinds { Scale = 1 },
            "rotate" => new Kinds { Rotate = 1 },
            "aniso" => new Kinds { Aniso = 1 },
            "xfrac" => new Kinds { XFrac = 1 },
            "brightness" => new Kinds { Brightness = 1 },
            "contrast" => new Kinds { Contrast = 1 },
            "lumaflip" => new Kinds { LumaFlip = 1 },
            "hue" => new Kinds { Hue = 1 },
            "saturation" => new Kinds { Saturation = 1 },
            _ => Kinds.Bgc,
        };
        var draw = new QuantileDraw(double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        double[][][,] x = Reference.Images("x"), expected = Reference.Images(name);
        for (int n = 0; n < x.Length; n++)
        {
            double[] actual = Near.Flat([Pipeline.Apply(x[n], kinds, 1, draw)]), wanted = Near.Flat([expected[n]]);
            Assert.InRange(actual.Zip(wanted, (a, b) => Math.Abs(a - b)).Max(), 0, 5e-5);
        }
    }

    /// <summary>sym6 is fixed by its conditions: sum √2, orthonormal to its even shifts, six vanishing moments.</summary>
    [Fact]
    public void Sym6_is_orthonormal_with_six_vanishing_moments()
    {
        double[] h = Wavelet.Sym6;
        Assert.Equal(12, h.Length);
        Near.Value(Math.Sqrt(2), h.Sum(), 1e-12);
        for (int m = 0; m < 6; m++)
            Near.Value(m == 0 ? 1 : 0, Enumerable.Range(0, 12 - 2 * m).Sum(k => h[k] * h[k + 2 * m]), 1e-12);
        for (int p = 0; p < 6; p++)
            Near.Value(0, Enumerable.Range(0, 12).Sum(k => Math.Pow(-1, k) * Math.Pow(k - 5.5, p) * h[k]), 1e-7);
        Near.Value(1, Wavelet.UnitSum.Sum(), 1e-15);
    }

    [Fact]
    public void Quantiles_are_those_of_erfinv_without_the_root_of_two()
    {
        double[] x = Scipy.Row("erfinv", "x"), y = Scipy.Row("erfinv", "y");
        for (int i = 0; i < x.Length; i++)
            Near.Value(0.3 * y[i], new QuantileDraw((x[i] + 1) / 2).Normal(0.3), 1e-13);
        Assert.Equal(1, new QuantileDraw(0.7).Die(2));
        Assert.Equal(2, new QuantileDraw(0.7).Die(4));
        Near.Value(-0.6, new QuantileDraw(0.2).Uniform(1));
    }

    [Property(MaxTest = 30)]
    public void Matrices_do_what_they_are_called(int seed)
    {
        var draw = new Draws(seed);
        double θ = draw.Uniform(-3, 3), s = Math.Pow(2, draw.Normal());
        double[] grey = [1, 1, 1, 0], rgb = [draw.Normal(), draw.Normal(), draw.Normal(), 1];
        double Luma(double[] c) => (c[0] + c[1] + c[2]) / Math.Sqrt(3);
        double Length(double[] c) => Math.Sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);

        double[] hue = Times(Matrices.Hue(θ), rgb), saturated = Times(Matrices.Saturation(s), rgb), flipped = Times(Matrices.LumaFlip(1), rgb);
        Near.Relative(grey, Times(Matrices.Hue(θ), grey), 1e-14);
        Near.Relative(grey, Times(Matrices.Saturation(s), grey), 1e-14);
        Near.Value(Luma(rgb), Luma(hue), 1e-13);
        Near.Value(Length(rgb), Length(hue), 1e-13);
        Near.Value(Luma(rgb), Luma(saturated), 1e-13);
        Near.Value(-Luma(rgb), Luma(flipped), 1e-13);
        Near.Relative(rgb, Times(Matrices.LumaFlip(1), flipped), 1e-13);
        Near.Relative(
            Times(Matrices.Hue(2 * θ), rgb), Times(Matrices.Hue(θ), hue), 1e-12);

        // Right-handed: a third of a turn about (1, 1, 1) takes red to green.
        Near.Relative([0, 1, 0, 1], Times(Matrices.Hue(2 * Math.PI / 3), [1, 0, 0, 1]), 1e-14);
        Near.Relative([rgb[0] + s, rgb[1] + s, rgb[2] + s, 1], Times(Matrices.Brightness(s), rgb), 1e-14);
        Near.Relative([rgb[0] * s, rgb[1] * s, rgb[2] * s, 1], Times(Matrices.Contrast(s), rgb), 1e-14);
    }

    [Fact]
    public void Each_kind_is_taken_with_its_probability()
    {
        const double p = 0.3;
        int taken = 0;
        const int n = 20_000;
        var draw = new SeededDraw(1);
        for (int i = 0; i < n; i++)
        {
            double[,] C = Colour.Matrix(new Kinds { Brightness = 1 }, p, draw);
            taken += C[0, 3] == 0 ? 0 : 1;
        }

        // Five standard deviations of a binomial.
        Assert.Equal(p, taken / (double)n, 5 * Math.Sqrt(p * (1 - p) / n));
        Near.Value(p, 1 - Math.Pow(1 - Kinds.RotationProbability(p), 2));
        Assert.Equal(1, Kinds.RotationProbability(1.7));

        int turned = 0;
        for (int i = 0; i < n; i++)
            turned += Geometry.InverseMatrix(new Kinds { Rotate = 1 }, p, draw, 32)[0, 0] == 1 ? 0 : 1;
        Assert.Equal(p, turned / (double)n, 5 * Math.Sqrt(p * (1 - p) / n));
    }

    /// <summary>The spread of each draw, at p = 1, is the one stated.</summary>
    [Fact]
    public void Draws_have_their_spread()
    {
        var draw = new SeededDraw(2);
        const int n = 20_000;
        double[] scale = [.. Enumerable.Range(0, n).Select(_ => Math.Log2(1 / Geometry.InverseMatrix(new Kinds { Scale = 1 }, 1, draw, 32)[0, 0]))];
        double[] shift = [.. Enumerable.Range(0, n).Select(_ => Geometry.InverseMatrix(new Kinds { XInt = 1 }, 1, draw, 32)[0, 2])];
        double[] contrast = [.. Enumerable.Range(0, n).Select(_ => Math.Log2(Colour.Matrix(new Kinds { Contrast = 1 }, 1, draw)[0, 0]))];
        Assert.Equal(0.2, Math.Sqrt(scale.Average(value => value * value)), 0.2 * 4 / Math.Sqrt(2.0 * n));
        Assert.Equal(0.5, Math.Sqrt(contrast.Average(value => value * value)), 0.5 * 4 / Math.Sqrt(2.0 * n));
        Assert.Equal((-4, 4), (shift.Min(), shift.Max()));
        Assert.All(shift, value => Assert.Equal(Math.Round(value), value));
    }

    /// <summary>At the identity the geometric path still filters: a smooth image comes back, a rough one does not.</summary>
    [Fact]
    public void The_geometric_path_passes_smooth_images()
    {
        double[,] x = new double[24, 24];
        for (int v = 0; v < 24; v++)
            for (int u = 0; u < 24; u++)
                x[v, u] = Math.Cos(2 * Math.PI * u / 23 / 2) * Math.Cos(2 * Math.PI * v / 23);
        Near.Relative(x, Geometry.Apply(x, Matrices.Scale(1, 1)), 0.02);
    }

    [Fact]
    public void Reflection_does_not_repeat_the_edge() => Near.Relative([3, 2, 1, 2, 3, 2, 1], Geometry.Reflect([1, 2, 3], 2), 0);

    /// <summary>An image reaches size/2 from its centre, its reflections size − 1 further.</summary>
    [Fact]
    public void Beyond_one_reflection_there_is_nothing()
    {
        const int size = 8;
        double[,] ones = Plane.Map(new double[size, size], _ => 1.0);
        foreach ((double x, double y) in new[] { (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0) })
        {
            const int end = size / 2 + size - 1;
            double[,] seen = Geometry.Apply(ones, Matrices.Translation(x * end, y * end));
            Assert.Equal(size * size / 2.0, seen.Cast<double>().Sum(), size * 0.3);
        }
    }

    [Fact]
    public void The_controller_moves_p_from_0_to_1_in_500_kimg()
    {
        var controller = new Controller(batch: 32);
        int updates = 0;
        for (int i = 0; controller.P < 1; i++)
        {
            controller.Observe([3, 1]);
            controller.EndIteration(i);
            updates += i % 4 == 3 ? 1 : 0;
        }
        Assert.Equal(500_000, updates * 4 * 32, 4 * 32.0);

        // No upper bound; and down again to 0, not below.
        controller.Observe([1]);
        controller.EndIteration(3);
        Assert.True(controller.P > 1);
        for (int i = 0; i < 40_000; i++)
        {
            controller.Observe([-1, 1]);
            controller.EndIteration(i);
        }
        Assert.Equal(0, controller.P);
    }

    [Fact]
    public void The_controller_averages_signs_and_stands_still_at_its_target()
    {
        var controller = new Controller(batch: 8);
        controller.Observe([5, 0.1, 2, 7, -1]);
        Near.Value(0.6, controller.Overfitting);
        controller.EndIteration(3);
        Assert.Equal(0, controller.P);
        controller.Observe([0, 0, 1]);
        Near.Value(1 / 3.0, controller.Overfitting);
        controller.EndIteration(1);
        Near.Value(1 / 3.0, controller.Overfitting);
        Near.Value(8 * 4 / 500_000.0, controller.Step);
    }

    [Fact]
    public void The_controller_moves_p_when_four_iterations_are_counted()
    {
        var controller = new Controller(batch: 8);
        var path = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            controller.Observe([1]);
            controller.EndIteration(i);
            path.Add(controller.P);
        }
        double p = controller.Step;
        Near.Relative([0, 0, 0, p, p, p, p, 2 * p, 2 * p], path, 0);
        Near.Value(1, controller.Overfitting);
    }

    private static double[] Times(double[,] m, double[] x) =>
        [.. Enumerable.Range(0, m.Height()).Select(i => x.Select((value, j) => m[i, j] * value).Sum())];
}
