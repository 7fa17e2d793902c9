using FsCheck.Xunit;
using Sg3x.Augmentation;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>Which augmentations are taken, by how much, and what matrices they make.</summary>
public sealed class AugmentationMatrixTests
{
    private const int Many = 20_000;

    [Property(MaxTest = 30)]
    public void The_matrices_are_the_products_of_what_was_drawn(int seed, byte level)
    {
        using IDisposable scope = NewDisposeScope();
        const int size = 32, count = 4;
        double p = level / 200.0;
        AugmentationDraws draws = AugmentationDraws.FromSeed(seed & int.MaxValue, count, CPU);
        using AugmentationPipeline pipeline = new(AugmentationKinds.Bgc, size, CPU);
        Tensor probability = tensor(p, dtype: ScalarType.Float64);
        double[] geometry = TensorAssert.Values(pipeline.GeometryMatrix(draws, probability));
        double[] colour = TensorAssert.Values(pipeline.ColourMatrix(draws, probability));
        for (int n = 0; n < count; n++)
        {
            DrawnMatrices expected = new(draws, n, AugmentationKinds.Bgc, p);
            Close(expected.Geometry(size), geometry[(9 * n)..(9 * (n + 1))], size);
            Close(expected.Colour(), colour[(16 * n)..(16 * (n + 1))], 0);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    [InlineData(1.7)]
    public void Each_is_taken_with_its_probability(double p)
    {
        using IDisposable scope = NewDisposeScope();
        AugmentationDraws draws = AugmentationDraws.FromSeed(1, Many, CPU);
        AugmentationKinds kinds = AugmentationKinds.Named("bgcfnc") with { Hue = 0.5 };
        using AmountTable table = new(kinds, CPU);
        Tensor amounts = table.Of(draws, tensor(p, dtype: ScalarType.Float64));

        // Dice of n sides show 0 with probability 1/n as well; a uniform or normal draw never does.
        foreach (AugmentationAmount amount in Enum.GetValues<AugmentationAmount>())
        {
            double expected = amount switch
            {
                AugmentationAmount.XFlip or AugmentationAmount.LumaFlip => Math.Min(p, 1) / 2,
                AugmentationAmount.QuarterTurns => Math.Min(p, 1) * 3 / 4,
                AugmentationAmount.AngleBefore or AugmentationAmount.AngleAfter => 1 - Math.Sqrt(1 - Math.Min(p, 1)),
                AugmentationAmount.Hue => p / 2,
                _ => Math.Min(p, 1),
            };
            double found = (amounts.select(1, (long)amount) != 0).to_type(ScalarType.Float64).mean().item<double>();

            // Five standard deviations of a binomial; the draws are always the same.
            Assert.True(
                Math.Abs(found - expected) <= 5 * Math.Sqrt(expected * (1 - expected) / Many), $"{amount}: {found}, {expected}");
        }
    }

    [Fact]
    public void Either_rotation_is_taken_with_the_pipelines_probability()
    {
        using IDisposable scope = NewDisposeScope();
        AugmentationDraws draws = AugmentationDraws.FromSeed(2, Many, CPU);
        using AugmentationPipeline pipeline = new(new AugmentationKinds { Rotate = 1 }, 32, CPU);
        Tensor g = pipeline.GeometryMatrix(draws, tensor(0.3, dtype: ScalarType.Float64));
        double turned = (g.select(1, 0).select(1, 0) != 1).to_type(ScalarType.Float64).mean().item<double>();
        Assert.Equal(0.3, turned, 5 * Math.Sqrt(0.3 * 0.7 / Many));
    }

    [Fact]
    public void Amounts_have_their_spread()
    {
        using IDisposable scope = NewDisposeScope();
        using AmountTable table = new(AugmentationKinds.Named("bgcfnc"), CPU);
        Tensor amounts = table.Of(AugmentationDraws.FromSeed(3, Many, CPU), ones([], dtype: ScalarType.Float64));
        (AugmentationAmount Amount, double Std)[] normals =
        [
            (AugmentationAmount.Scale, 0.2), (AugmentationAmount.Aniso, 0.2), (AugmentationAmount.PartX, 0.125),
            (AugmentationAmount.PartY, 0.125), (AugmentationAmount.Brightness, 0.2), (AugmentationAmount.Contrast, 0.5),
            (AugmentationAmount.Saturation, 1), (AugmentationAmount.Band0, 1), (AugmentationAmount.Band3, 1),
            (AugmentationAmount.NoiseStd, 0.1),
        ];
        foreach ((AugmentationAmount amount, double std) in normals)
        {
            double found = Math.Sqrt(amounts.select(1, (long)amount).square().mean().item<double>());

            // Five standard deviations of the estimate.
            Assert.Equal(std, found, std * 5 / Math.Sqrt(2.0 * Many));
        }

        (AugmentationAmount Amount, double Low, double High)[] uniforms =
        [
            (AugmentationAmount.WholeX, -0.125, 0.125), (AugmentationAmount.WholeY, -0.125, 0.125),
            (AugmentationAmount.AngleBefore, -Math.PI, Math.PI), (AugmentationAmount.AngleAfter, -Math.PI, Math.PI),
            (AugmentationAmount.Hue, -Math.PI, Math.PI), (AugmentationAmount.CutoutX, 0, 1), (AugmentationAmount.CutoutY, 0, 1),
        ];
        foreach ((AugmentationAmount amount, double low, double high) in uniforms)
        {
            Tensor all = amounts.select(1, (long)amount);
            Assert.InRange(all.min().item<double>(), low, low + ((high - low) / 1000));
            Assert.InRange(all.max().item<double>(), high - ((high - low) / 1000), high);
        }
    }

    [Fact]
    public void A_seed_draws_the_same_and_parts_are_those_of_the_whole()
    {
        using IDisposable scope = NewDisposeScope();
        using AugmentationPipeline pipeline = new(AugmentationKinds.Named("bgcfnc"), 16, CPU);
        Tensor p = tensor(0.8, dtype: ScalarType.Float64);
        Tensor x = randn([4, 3, 16, 16], generator: new TorchSharp.torch.Generator(5));
        AugmentationDraws draws = AugmentationDraws.FromSeed(7, 4, CPU);
        Tensor whole = pipeline.Apply(x, p, draws);
        Assert.Equal(TensorAssert.Values(whole), TensorAssert.Values(pipeline.Apply(x, p, 7)));
        Assert.NotEqual(TensorAssert.Values(whole), TensorAssert.Values(pipeline.Apply(x, p, 8)));
        Tensor second = pipeline.Apply(x.narrow(0, 2, 2), p, draws.Part(2, 2));

        // A matrix product of another size may add in another order.
        TensorAssert.Close(whole.narrow(0, 2, 2), second, 1e-5);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using IDisposable scope = NewDisposeScope();
        using AugmentationPipeline pipeline = new(AugmentationKinds.Bgc, 16, CPU);
        AugmentationDraws draws = AugmentationDraws.FromSeed(7, 4, CPU);
        Tensor p = ones([], dtype: ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => pipeline.Apply(zeros(3, 3, 16, 16), p, draws));
        Assert.Throws<ArgumentException>(() => pipeline.Apply(zeros(4, 1, 16, 16), p, draws));
        Assert.Throws<ArgumentException>(() => pipeline.Apply(zeros(4, 3, 16, 8), p, draws));
        Assert.Throws<ArgumentException>(() => pipeline.Apply(zeros(4, 3, 16, 16), ones([]), draws));
        Assert.Throws<ArgumentException>(() => new AugmentationDraws(draws.Values, draws.Values));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentationPipeline(AugmentationKinds.Bgc, 1, CPU));
        Assert.Throws<UserException>(() => AugmentationKinds.Named("gbc"));
        Assert.All(AugmentationKinds.Names, name => AugmentationKinds.Named(name));
    }

    // Eight products of matrices, in doubles. What is added is as large as the largest entry, or the image, by which things move.
    private static void Close(double[,] expected, double[] found, double extent)
    {
        double[] flat = [.. expected.Cast<double>()];
        double tolerance = 1e-12 * (flat.Max(Math.Abs) + extent);
        for (int i = 0; i < flat.Length; i++)
            Assert.Equal(flat[i], found[i], tolerance);
    }
}
