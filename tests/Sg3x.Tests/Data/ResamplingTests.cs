using FsCheck.Xunit;
using Sg3x.Data;

namespace Sg3x.Tests.Data;

public sealed class ResamplingTests
{
    [Property(MaxTest = 60)]
    public void A_constant_stays_as_it_is(byte width, byte height, byte toWidth, byte toHeight, byte value)
    {
        int w = (width % 90) + 1, h = (height % 90) + 1;
        var image = new RgbImage(w, h, [.. Enumerable.Repeat(value, 3 * w * h)]);
        Assert.All(Resampling.Resize(image, (toWidth % 70) + 1, (toHeight % 70) + 1).Planes, x => Assert.Equal(value, x));
    }

    [Property(MaxTest = 40)]
    public void The_same_size_changes_nothing(byte width, byte height, int salt)
    {
        var image = Noise((width % 40) + 1, (height % 40) + 1, salt);
        Assert.Equal(image.Planes, Resampling.Resize(image, image.Width, image.Height).Planes);
    }

    [Property(MaxTest = 40)]
    public void Mirroring_and_resizing_commute(byte width, byte height, byte toWidth, byte toHeight, int salt)
    {
        var image = Noise((width % 40) + 1, (height % 40) + 1, salt);
        int w = (toWidth % 50) + 1, h = (toHeight % 50) + 1;
        var a = Mirror(Resampling.Resize(image, w, h)).Planes;
        var b = Resampling.Resize(Mirror(image), w, h).Planes;

        // Sums are taken in another order, which can tip a rounding.
        Assert.All(a.Zip(b), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    [Theory]
    [InlineData(64, 16)]
    [InlineData(60, 16)]
    [InlineData(100, 7)]
    public void Detail_too_fine_for_the_result_is_gone_and_not_folded_down(int from, int to)
    {
        // Stripes two pixels apart: picking pixels would give black, white or broad false stripes.
        var planes = Enumerable.Range(0, 3 * from * from).Select(i => (byte)(i % from % 2 == 0 ? 0 : 255)).ToArray();
        var result = Resampling.Resize(new RgbImage(from, from, planes), to, to);
        for (var x = 1; x < to - 1; x++)
        {
            Assert.InRange(result[0, to / 2, x], 124, 131);
        }
    }

    [Fact]
    public void A_wave_that_the_result_can_carry_stays()
    {
        const int From = 96, To = 32;
        double Wave(double x) => 127.5 + (100 * Math.Sin(2 * Math.PI * x * 3));
        var planes = Enumerable.Range(0, 3 * From * From).Select(i => (byte)Math.Round(Wave(((i % From) + 0.5) / From))).ToArray();
        var result = Resampling.Resize(new RgbImage(From, From, planes), To, To);
        for (var x = 4; x < To - 4; x++)
        {
            Assert.InRange(result[1, 9, x] - Wave((x + 0.5) / To), -3, 3);
        }
    }

    [Fact]
    public void The_centred_square_is_taken()
    {
        var image = new RgbImage(12, 4, [.. Enumerable.Range(0, 144).Select(i => (byte)(i % 12 is >= 4 and < 8 ? 200 : 10))]);
        var result = new byte[48];
        Resampling.CropAndResize(image, 4, result);
        Assert.All(result, value => Assert.Equal(200, value));
    }

    [Theory]
    [InlineData(12, 4)]
    [InlineData(7, 3)]
    [InlineData(5, 5)]
    [InlineData(3, 7)]
    public void A_box_is_the_mean_over_the_area_of_a_pixel(int from, int to)
    {
        // On a line of from·to parts every source pixel has `to` of them and every pixel of the result `from`.
        var image = Noise(from, 1, from);
        var small = Resampling.Resize(image, to, 1, ResizeFilter.Box);
        for (var i = 0; i < 3 * to; i++)
        {
            var mean = Enumerable.Range(i % to * from, from).Average(part => (double)image.Planes[(i / to * from) + (part / to)]);
            Assert.InRange(small.Planes[i], mean - 0.501, mean + 0.501);
        }
    }

    [Fact]
    public void A_wrong_room_is_refused() =>
        Assert.Throws<ArgumentException>(() => Resampling.CropAndResize(Noise(4, 4, 1), 4, new byte[47]));

    private static RgbImage Noise(int width, int height, int salt)
    {
        var planes = new byte[3 * width * height];
        new Random(salt).NextBytes(planes);
        return new RgbImage(width, height, planes);
    }

    private static RgbImage Mirror(RgbImage image)
    {
        var planes = new byte[image.Planes.Length];
        for (var i = 0; i < planes.Length; i++)
        {
            var x = i % image.Width;
            planes[i] = image.Planes[i - x + image.Width - 1 - x];
        }

        return new RgbImage(image.Width, image.Height, planes);
    }
}
