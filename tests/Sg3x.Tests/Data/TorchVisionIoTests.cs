using Sg3x.Data;
using TorchSharp;

namespace Sg3x.Tests.Data;

/// <summary>What this project relies on in <c>torchvision.io</c>, whichever package provides it.</summary>
public sealed class TorchVisionIoTests
{
    private static readonly torchvision.io.Imager Imager = new torchvision.io.SkiaImager();

    [Fact]
    public void An_imager_has_to_be_given() =>
        Assert.Throws<NotImplementedException>(() => torchvision.io.read_image(new MemoryStream(PngFiles.Rgb(2, 2))));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Png_files_come_back_exactly(int channels)
    {
        using var folder = new TemporaryFolder();
        using var image = Noise(channels, 6, 9);
        var path = Path.Combine(folder.Path, "x.png");
        torchvision.io.write_png(image, path, Imager);
        using var read = torchvision.io.read_image(path, torchvision.io.ImageReadMode.RGB, Imager);
        using var wide = image.expand(3, 6, 9).contiguous();
        Assert.Equal(wide.bytes.ToArray(), Bytes(read));
    }

    [Fact]
    public void Jpeg_files_come_back_nearly()
    {
        var smooth = torch.empty(3, 16, 24, dtype: torch.uint8);
        for (var i = 0; i < smooth.bytes.Length; i++)
        {
            smooth.bytes[i] = (byte)((i % 24 * 4) + (i / 24 % 16 * 3) + (i / 384 * 20));
        }

        using var stream = new MemoryStream();
        torchvision.io.write_jpeg(smooth, stream, new torchvision.io.SkiaImager(95));
        using var read = Imager.DecodeImage(stream.ToArray(), torchvision.io.ImageReadMode.RGB);
        Assert.Equal([3, 16, 24], read.shape);
        Assert.InRange(Bytes(read).Zip(smooth.bytes.ToArray(), (a, b) => Math.Abs(a - b)).Average(), 0, 3);
        smooth.Dispose();
    }

    [Fact]
    public void Alpha_comes_first_and_colours_are_multiplied_by_it()
    {
        int Sample(int c, int y, int x) => c == 3 ? 40 * (y + x) : 200 - (50 * c);
        var file = PngFiles.Make(4, 3, 8, 6, false, Sample);
        using var read = Imager.DecodeImage(file, torchvision.io.ImageReadMode.RGB_ALPHA);
        Assert.Equal([4, 3, 4], read.shape);
        var bytes = Bytes(read);
        for (var i = 0; i < 12; i++)
        {
            var alpha = 40 * ((i / 4) + (i % 4));
            Assert.Equal(alpha, bytes[i]);
            for (var c = 0; c < 3; c++)
            {
                Assert.InRange(bytes[(12 * (c + 1)) + i] - ((200 - (50 * c)) * alpha / 255.0), -0.51, 0.51);
            }
        }

        using var rgb = Imager.DecodeImage(file, torchvision.io.ImageReadMode.RGB);
        Assert.Equal(bytes[12..], Bytes(rgb));
    }

    [Fact]
    public void Grey_stays_grey_where_it_may()
    {
        using var read = Imager.DecodeImage(PngFiles.Make(5, 4, 8, 0, false, (_, y, x) => (y * 50) + x));
        Assert.Equal([1, 4, 5], read.shape);
        using var rgb = Imager.DecodeImage(JpegSamples.Grey, torchvision.io.ImageReadMode.RGB);
        Assert.Equal([3, JpegSamples.Height, JpegSamples.Width], rgb.shape);
    }

    [Fact]
    public void Of_sixteen_bits_the_upper_eight_are_given()
    {
        static int Sample(int c, int y, int x) => (c * 9000) + (y * 4999) + (x * 251) + 200;
        foreach (var colourType in new[] { 0, 2 })
        {
            using var read = Imager.DecodeImage(PngFiles.Make(5, 4, 16, colourType, false, Sample));
            Assert.Equal(
                from c in Enumerable.Range(0, colourType + 1)
                from y in Enumerable.Range(0, 4)
                from x in Enumerable.Range(0, 5)
                select (byte)(Sample(c, y, x) >> 8),
                Bytes(read));
        }
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(0, 8)]
    [InlineData(3, 8)]
    [InlineData(3, 2)]
    public void A_decoder_of_another_hand_agrees_with_ours(int colourType, int depth)
    {
        foreach (var interlaced in new[] { false, true })
        {
            var file = PngFiles.Make(19, 13, depth, colourType, interlaced, (c, y, x) => ((c * 91) + (y * 17) + (x * x * 3)) & ((1 << depth) - 1));
            using var read = Imager.DecodeImage(file, torchvision.io.ImageReadMode.RGB);
            Assert.Equal(ImageDecoding.Decode(file, "x").Planes, Bytes(read));
        }
    }

    [Fact]
    public void Damaged_files_are_survived()
    {
        var random = new Random(4);
        foreach (var sample in new[] { PngFiles.Rgb(9, 9), JpegSamples.Progressive, JpegSamples.Restarts, JpegSamples.Cmyk })
        {
            for (var i = 0; i < 60; i++)
            {
                var file = sample[..random.Next(sample.Length)];
                if (i % 2 == 0)
                {
                    file = (byte[])sample.Clone();
                    file[random.Next(file.Length)] ^= (byte)random.Next(1, 256);
                }

                Assert.Null(Record.Exception(() => Survive(file)));
            }
        }
    }

    private static void Survive(byte[] file)
    {
        try
        {
            Imager.DecodeImage(file, torchvision.io.ImageReadMode.RGB).Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // An exception is an answer; the end of the process would not be.
        }
    }

    private static byte[] Bytes(torch.Tensor image)
    {
        using var whole = image.contiguous();
        return whole.bytes.ToArray();
    }

    private static torch.Tensor Noise(int channels, int height, int width)
    {
        var image = torch.empty(channels, height, width, dtype: torch.uint8);
        new Random(8).NextBytes(image.bytes);
        return image;
    }
}
