using Sg3x.Spec.Augmentation;

namespace Sg3x.Spec.Tests.Augmentation;

/// <summary>What is drawn for each kind, in which order and with which probability; and geometry at its edges.</summary>
public class DrawOrderTests
{
    public static TheoryData<Kinds, string> Drawn => new()
    {
        { new Kinds(), "" },
        { new Kinds { XFlip = 0.5 }, "die 2, takes 0.1" },
        { new Kinds { Rotate90 = 0.5 }, "die 4, takes 0.1" },
        { new Kinds { XInt = 0.5 }, "uniform 0.125, uniform 0.125, takes 0.1" },
        { new Kinds { Scale = 0.5 }, "normal 0.2, takes 0.1" },
        { new Kinds { Rotate = 0.95 }, "uniform 3.142, takes 0.1, uniform 3.142, takes 0.1" },
        { new Kinds { Aniso = 0.5 }, "normal 0.2, takes 0.1" },
        { new Kinds { XFrac = 0.5 }, "normal 0.125, normal 0.125, takes 0.1" },
        { new Kinds { Brightness = 0.5 }, "normal 0.2, takes 0.1" },
        { new Kinds { Contrast = 0.5 }, "normal 0.5, takes 0.1" },
        { new Kinds { LumaFlip = 0.5 }, "die 2, takes 0.1" },
        { new Kinds { Hue = 0.5 }, "uniform 3.142, takes 0.1" },
        { new Kinds { Saturation = 0.5 }, "normal 1, takes 0.1" },
    };

    /// <summary>p·multiplier = 0.2·0.5; of the rotations each 1 − √(1 − 0.2·0.95) = 0.1.</summary>
    [Theory]
    [MemberData(nameof(Drawn))]
    public void A_kind_draws_what_it_needs_and_one_that_is_left_out_nothing(Kinds kinds, string expected)
    {
        var draw = new Recorder();
        double[,] G = Geometry.InverseMatrix(kinds, 0.2, draw, 32), C = Colour.Matrix(kinds, 0.2, draw);
        Assert.Equal(expected, string.Join(", ", draw.Calls));
        bool geometric = kinds.XFlip + kinds.Rotate90 + kinds.XInt + kinds.Scale + kinds.Rotate + kinds.Aniso + kinds.XFrac > 0;
        Assert.Equal(geometric, kinds.Geometric);
        Assert.Equal(!geometric && expected.Length > 0, kinds.Coloured);

        // What is never taken changes nothing.
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                Assert.Equal(i == j ? 1 : 0, i < 3 && j < 3 ? G[i, j] : C[i, j]);
    }

    [Fact]
    public void Bgc_is_all_twelve()
    {
        foreach (System.Reflection.PropertyInfo kind in Kinds.Bgc.GetType().GetProperties()
            .Where(k => k.CanWrite && k.PropertyType == typeof(double)))
            Assert.Equal(1.0, kind.GetValue(Kinds.Bgc));
    }

    [Fact]
    public void The_pipeline_leaves_an_image_alone_when_nothing_is_enabled()
    {
        double[][,] x = [new double[,] { { 1, 2 }, { 3, 4 } }, new double[,] { { 5, 6 }, { 7, 8 } }, new double[,] { { 9, 1 }, { 2, 3 } }];
        double[][,] y = Pipeline.Apply(x, new Kinds(), 1, new Recorder());
        for (int c = 0; c < 3; c++)
            Assert.Equal(x[c], y[c]);
    }

    [Theory]
    [InlineData(1, new double[] { 2, 1, 2, 3, 4, 3 })]
    [InlineData(2, new double[] { 3, 2, 1, 2, 3, 4, 3, 2 })]
    [InlineData(5, new double[] { 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3 })]
    public void Reflection_turns_round_at_both_ends(int margin, double[] expected) =>
        Assert.Equal(expected, Geometry.Reflect([1, 2, 3, 4], margin));

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 1, 4)]
    [InlineData(0.25, 0, 1.25)]
    [InlineData(0, 0.25, 1.5)]
    [InlineData(0.5, 0.5, 2.5)]
    [InlineData(-0.5, 0, 0.5)]
    [InlineData(0, -0.75, 0.25)]
    [InlineData(1.5, 1, 2)]
    [InlineData(1, 1.75, 1)]
    [InlineData(-1, 0, 0)]
    [InlineData(2, 2, 0)]
    [InlineData(0, 9, 0)]
    [InlineData(-7, 0, 0)]
    public void Bilinear_sampling_is_zero_outside(double u, double v, double expected) =>
        Assert.Equal(expected, Geometry.Bilinear(new double[,] { { 1, 2 }, { 3, 4 } }, u, v), 1e-15);

    [Fact]
    public void A_quantile_is_taken_when_it_is_certain()
    {
        var draw = new QuantileDraw(0.5);
        Assert.Equal([false, false, true, true], ((double[])[0, 0.99, 1, 1.5]).Select(draw.Takes));
    }

    [Fact]
    public void A_seeded_draw_stays_in_its_range_and_reaches_its_ends()
    {
        var draw = new SeededDraw(3);
        double[] uniform = [.. Enumerable.Range(0, 4000).Select(_ => draw.Uniform(2))];
        Assert.InRange(uniform.Min(), -2, -1.99);
        Assert.InRange(uniform.Max(), 1.99, 2);
        int[] die = [.. Enumerable.Range(0, 400).Select(_ => draw.Die(4))];
        Assert.Equal((0, 3), (die.Min(), die.Max()));
        double[] normal = [.. Enumerable.Range(0, 20_000).Select(_ => draw.Normal(3))];

        // Five standard errors.
        Assert.Equal(0, normal.Average(), 5 * 3 / Math.Sqrt(20_000));
        Assert.Equal(3, Math.Sqrt(normal.Average(x => x * x)), 5 * 3 / Math.Sqrt(40_000));
        Assert.True(draw.Takes(1));
        Assert.False(draw.Takes(0));
    }

    private sealed class Recorder : IDraw
    {
        public List<string> Calls { get; } = [];

        public bool Takes(double probability)
        {
            Calls.Add(FormattableString.Invariant($"takes {probability:0.###}"));
            return false;
        }

        public int Die(int sides)
        {
            Calls.Add(FormattableString.Invariant($"die {sides}"));
            return 1;
        }

        public double Uniform(double range) => Note("uniform", range);

        public double Normal(double std) => Note("normal", std);

        private double Note(string kind, double value)
        {
            Calls.Add(FormattableString.Invariant($"{kind} {value:0.###}"));
            return 0.5;
        }
    }
}
