using FsCheck.Xunit;
using Sg3x.Data;
using Sg3x.Data.Cats;
using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Tests.Data;

public sealed class CatDatasetTests
{
    [Fact]
    public void A_cat_is_the_same_bits_on_every_machine()
    {
        var sum = Enumerable.Range(0, 12).Aggregate(0u, (sum, index) => Crc32.Append(sum, Cat(index * 371, 32)));
        Assert.Equal("b869c7fe", $"{sum:x8}");
    }

    [Fact]
    public void A_set_is_read_by_number_and_a_small_one_begins_a_large_one()
    {
        using var few = ImageDatasets.Open("cats:7", 16);
        using var many = ImageDatasets.Open("cats:", 16);
        Assert.Equal((7, 16, "cats:7"), (few.Count, few.Resolution, few.Name));
        Assert.Equal((CatDataset.DefaultCount, "cats:"), (many.Count, many.Name));
        for (var i = 0; i < 7; i++)
        {
            byte[] a = new byte[768], b = new byte[768];
            few.Read(i, a);
            many.Read(i, b);
            Assert.Equal(a, b);
            few.Read(i, b);
            Assert.Equal(a, b);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => few.Read(7, new byte[768]));
    }

    [Theory]
    [InlineData("cats:many")]
    [InlineData("cats:0")]
    [InlineData("cats:-3")]
    [InlineData("cats: 5")]
    [InlineData("cats:2147483647")]
    [InlineData("cats:99999999999")]
    public void A_count_that_is_none_is_named(string spec) =>
        Assert.StartsWith($"{spec}: ", Assert.Throws<UserException>(() => ImageDatasets.Open(spec, 16)).Message, StringComparison.Ordinal);

    [Property(MaxTest = 20)]
    public void A_cat_is_the_same_cat_at_any_resolution(ushort index)
    {
        byte[] large = Cat(index, 96), small = Cat(index, 32);
        double difference = 0;
        for (var i = 0; i < small.Length; i++)
        {
            int channel = i / 1024, y = i / 32 % 32, x = i % 32;
            double sum = 0;
            for (var k = 0; k < 9; k++)
            {
                sum += large[(((channel * 96) + (3 * y) + (k / 3)) * 96) + (3 * x) + (k % 3)];
            }

            difference += Math.Abs((sum / 9) - small[i]);
        }

        // Antialiased: what a pixel shows is about the mean of the pixels that it stands for.
        Assert.InRange(difference / small.Length, 0, 7);
    }

    [Fact]
    public void Cats_vary()
    {
        var cats = Enumerable.Range(0, 60).Select(index => Cat(index, 16)).ToArray();
        for (var i = 1; i < cats.Length; i++)
        {
            Assert.All(cats[..i], other => Assert.True(cats[i].Zip(other, (a, b) => Math.Abs(a - b)).Average() > 12));
        }

        // All brightnesses are there, and no colour rules.
        var means = cats.Select(cat => cat.Average(value => (double)value)).ToArray();
        Assert.True(means.Min() < 75 && means.Max() > 160, $"{means.Min()} {means.Max()}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(300)]
    public void Any_resolution_can_be_drawn(int resolution) =>
        Assert.Equal(3 * resolution * resolution, Cat(3, resolution).Length);

    [Fact]
    public void Their_power_spectrum_falls_like_that_of_photographs_of_cats()
    {
        // Measured with the same functions on the 8000 photographs of a public collection of cats, at 64 by 64 pixels.
        const double Coarse = -2.81, Fine = -3.13, Tolerance = 0.3;
        using var set = new CatDataset(256, 64);
        using var images = empty(256, 3, 64, 64, dtype: uint8);
        Parallel.For(0, 256, i =>
        {
            var cat = new byte[12288];
            set.Read(i, cat);
            lock (set)
            {
                cat.CopyTo(images.bytes[(i * 12288)..]);
            }
        });
        var spectrum = PowerSpectrum.Radial(images);
        Assert.InRange(PowerSpectrum.Slope(spectrum, 3, 10), Coarse - Tolerance, Coarse + Tolerance);
        Assert.InRange(PowerSpectrum.Slope(spectrum, 4, 28), Fine - Tolerance, Fine + Tolerance);
    }

    private static byte[] Cat(int index, int resolution)
    {
        var cat = new byte[3 * resolution * resolution];
        new CatPainter(index).Paint(resolution, cat);
        return cat;
    }
}
