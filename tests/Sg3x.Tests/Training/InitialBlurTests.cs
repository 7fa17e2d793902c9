using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class InitialBlurTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(50_000, 7.5)]
    [InlineData(200_000, 0)]
    [InlineData(300_000, 0)]
    public void Sigma_falls_in_a_straight_line(long images, double sigma) =>
        Assert.Equal(sigma, InitialBlur.Sigma(10, 200_000, images), 12);

    [Fact]
    public void Taps_have_unit_sum_and_the_stated_deviation()
    {
        double[] taps = InitialBlur.Taps(10);
        Assert.Equal(61, taps.Length);
        Assert.Equal(1, taps.Sum(), 12);
        Assert.Equal(Enumerable.Reverse(taps), taps);
        Assert.Equal(0.5, taps[30 + 10] / taps[30], 12);
        double variance = taps.Select((t, i) => t * (i - 30) * (i - 30)).Sum();
        Assert.Equal(0.849, Math.Sqrt(variance) / 10, 2);
        Assert.Equal([1.0], InitialBlur.Taps(0.33));
        Assert.Equal([1.0], InitialBlur.Taps(0));
    }

    [Fact]
    public void An_impulse_becomes_the_filter_and_the_border_is_dark()
    {
        using IDisposable scope = NewDisposeScope();
        double[] taps = InitialBlur.Taps(1);
        Tensor image = zeros(2, 3, 9, 9, dtype: ScalarType.Float64);
        image[1, 2, 4, 4] = tensor(1.0);
        Tensor blurred = InitialBlur.Apply(image, 1);
        Assert.Equal([2L, 3, 9, 9], blurred.shape);
        for (int y = -3; y <= 3; y++)
        {
            for (int x = -3; x <= 3; x++)
            {
                Assert.Equal(taps[3 + y] * taps[3 + x], blurred[1, 2, 4 + y, 4 + x].item<double>(), 12);
            }
        }

        Assert.Equal(1, blurred.sum().item<double>(), 12);
        Tensor flat = InitialBlur.Apply(ones(1, 3, 9, 9, dtype: ScalarType.Float64), 1);
        Assert.Equal(1, flat[0, 0, 4, 4].item<double>(), 12);
        Assert.True(flat[0, 0, 0, 0].item<double>() < 0.6);
        Assert.Same(image, InitialBlur.Apply(image, 0));
    }
}
