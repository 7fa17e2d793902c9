using Sg3x.Augmentation;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>The augmentations beyond "bgc": band filter, noise, cutout.</summary>
public sealed class CorruptionTests : IDisposable
{
    private const int Size = 16;

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _one = ones([], dtype: ScalarType.Float64);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Bands_add_up_to_the_signal_and_lie_where_they_should()
    {
        double[][] taps = BandFilter.Taps();
        double[] sum = new double[taps[0].Length];
        foreach (double[] band in taps)
        {
            for (int i = 0; i < band.Length; i++)
                sum[((sum.Length - band.Length) / 2) + i] += band[i];
        }

        for (int i = 0; i < sum.Length; i++)
            Assert.Equal(i == sum.Length / 2 ? 1 : 0, sum[i], 1e-15);

        // Each has more than half of the amplitude in the middle of its own octave, and none of the others has.
        double[] middles = [Math.PI / 16, 3 * Math.PI / 16, 3 * Math.PI / 8, 3 * Math.PI / 4];
        for (int band = 0; band < 4; band++)
        {
            for (int at = 0; at < 4; at++)
            {
                int middle = taps[band].Length / 2;
                double response = taps[band].Select((tap, i) => tap * Math.Cos(middles[at] * (i - middle))).Sum();
                Assert.Equal(band == at, response > 0.5);
            }
        }
    }

    [Fact]
    public void Gains_keep_the_expected_power()
    {
        using AmountTable table = new(new AugmentationKinds { Filter = 1 }, CPU);
        using BandFilter filter = new(Size, CPU);
        AugmentationDraws draws = AugmentationDraws.FromSeed(1, 50, CPU);
        Tensor amounts = table.Of(draws, tensor(0.4, dtype: ScalarType.Float64));
        double[] gains = TensorAssert.Values(filter.Gains(amounts)), exponents = TensorAssert.Values(amounts);
        double[] power = [10 / 13.0, 1 / 13.0, 1 / 13.0, 1 / 13.0];
        int columns = (int)amounts.shape[1];
        for (int n = 0; n < 50; n++)
        {
            double[] g = [1, 1, 1, 1];
            for (int band = 0; band < 4; band++)
            {
                double[] t = [1, 1, 1, 1];
                t[band] = Math.Pow(2, exponents[(n * columns) + (int)AugmentationAmount.Band0 + band]);
                double norm = Math.Sqrt(t.Select((value, j) => power[j] * value * value).Sum());
                Assert.Equal(1, t.Select((value, j) => power[j] * value * value / (norm * norm)).Sum(), 12);
                for (int j = 0; j < 4; j++)
                    g[j] *= t[j] / norm;
            }

            for (int j = 0; j < 4; j++)
                Assert.Equal(g[j], gains[(4 * n) + j], 1e-12 * g[j]);
        }
    }

    [Fact]
    public void The_band_filter_scales_a_grey_image_by_the_lowest_gain_along_both_axes_and_leaves_one_not_taken()
    {
        AugmentationDraws draws = AugmentationDraws.FromSeed(2, 8, CPU);
        AugmentationKinds kinds = new() { Filter = 1 };
        using AugmentationPipeline pipeline = new(kinds, Size, CPU);
        using AmountTable table = new(kinds, CPU);
        using BandFilter filter = new(Size, CPU);
        Tensor grey = full([8, 3, Size, Size], 0.25, dtype: ScalarType.Float64);
        double[] gains = TensorAssert.Values(filter.Gains(table.Of(draws, _one)).select(1, 0));
        double[] means = TensorAssert.Values(pipeline.Apply(grey, _one, draws).mean([1, 2, 3]));
        for (int n = 0; n < 8; n++)
            Assert.Equal(0.25 * gains[n] * gains[n], means[n], 1e-12 * gains[n] * gains[n]);

        Tensor x = randn([8, 3, Size, Size], dtype: ScalarType.Float64);
        Assert.InRange((pipeline.Apply(x, _one * 0, draws) - x).abs().max().item<double>(), 0, 1e-12);
    }

    [Fact]
    public void Noise_has_the_drawn_spread_and_is_each_images_own()
    {
        AugmentationKinds kinds = new() { Noise = 1 };
        const int size = 64;
        using AugmentationPipeline pipeline = new(kinds, size, CPU);
        using AmountTable table = new(kinds, CPU);
        AugmentationDraws draws = AugmentationDraws.FromSeed(3, 4, CPU);
        double[] std = TensorAssert.Values(table.Of(draws, _one).select(1, (long)AugmentationAmount.NoiseStd));
        Tensor y = pipeline.Apply(zeros([4, 3, size, size]), _one, draws);
        for (int n = 0; n < 4; n++)
        {
            double found = Math.Sqrt(y[n].square().mean().item<float>());
            Assert.Equal(Math.Abs(std[n]), found, Math.Abs(std[n]) * 5 / Math.Sqrt(2.0 * 3 * size * size));
        }

        Assert.NotEqual(TensorAssert.Values(y[0] / std[0]), TensorAssert.Values(y[1] / std[1]));
        Assert.Equal(TensorAssert.Values(y), TensorAssert.Values(pipeline.Apply(zeros([4, 3, size, size]), _one, draws)));
    }

    [Fact]
    public void Cutout_is_a_square_of_half_the_image_about_its_centre()
    {
        AugmentationKinds kinds = new() { Cutout = 1 };
        using AugmentationPipeline pipeline = new(kinds, Size, CPU);
        AugmentationDraws draws = AugmentationDraws.FromSeed(4, 6, CPU);
        Tensor ones6 = ones(6, 3, Size, Size);
        float[] y = pipeline.Apply(ones6, _one, draws).data<float>().ToArray();
        for (int n = 0; n < 6; n++)
        {
            double cx = draws.Values[n, (long)AugmentationAmount.CutoutX].item<double>();
            double cy = draws.Values[n, (long)AugmentationAmount.CutoutY].item<double>();
            for (int i = 0; i < 3 * Size * Size; i++)
            {
                double px = ((i % Size) + 0.5) / Size, py = ((i / Size % Size) + 0.5) / Size;
                bool cut = Math.Abs(px - cx) < 0.25 && Math.Abs(py - cy) < 0.25;
                Assert.Equal(cut ? 0 : 1, y[(n * 3 * Size * Size) + i]);
            }
        }

        Assert.Equal(1, pipeline.Apply(ones6, _one * 0, draws).min().item<float>());
    }
}
