using Sg3x.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Metrics;

public sealed class PowerSpectrumTests
{
    [Fact]
    public void Noise_has_the_same_power_at_every_frequency()
    {
        // Uniform on [−1, 1]: variance 1/3, or −4.77 dB.
        using var images = Noise(40, 32, 1);
        var spectrum = PowerSpectrum.Radial(images);
        Assert.Equal(17, spectrum.Length);
        Assert.All(spectrum[2..], db => Assert.InRange(db, -5.6, -4.0));
        Assert.InRange(PowerSpectrum.Slope(spectrum, 2, 14), -0.1, 0.1);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(0, 9)]
    [InlineData(6, 8)]
    public void A_wave_stands_at_its_frequency(int across, int down)
    {
        const int R = 32;
        var values = Enumerable.Range(0, 3 * R * R)
            .Select(i => (float)Math.Sin(2 * Math.PI * ((across * (i % R)) + (down * (i / R % R))) / R)).ToArray();
        using var image = tensor(values, [1, 3, R, R]);
        var spectrum = PowerSpectrum.Radial(image);
        var at = (int)Math.Round(Math.Sqrt((across * across) + (down * down)));
        Assert.Equal(spectrum.Max(), spectrum[at]);
        Assert.All(Enumerable.Range(0, 17).Where(k => Math.Abs(k - at) > 4), k => Assert.True(spectrum[k] < spectrum[at] - 60));
    }

    [Fact]
    public void Bytes_and_floats_give_the_same()
    {
        using var bytes = torch.empty(2, 3, 16, 16, dtype: uint8);
        new Random(5).NextBytes(bytes.bytes);
        using var floats = (bytes.to(float32) / 127.5) - 1;
        Assert.All(PowerSpectrum.Radial(bytes).Zip(PowerSpectrum.Radial(floats)), pair => Assert.Equal(pair.First, pair.Second, 4));
    }

    [Fact]
    public void The_slope_of_a_power_is_its_exponent() =>
        Assert.Equal(-2.5, PowerSpectrum.Slope([0, .. Enumerable.Range(1, 20).Select(k => 3 - (25 * Math.Log10(k)))], 2, 19), 9);

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var wide = zeros(1, 3, 8, 16);
        Assert.Throws<ArgumentException>(() => PowerSpectrum.Radial(wide));
    }

    private static Tensor Noise(int count, int size, int seed)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, count * 3 * size * size).Select(_ => (float)((2 * random.NextDouble()) - 1))], [count, 3, size, size]);
    }
}
