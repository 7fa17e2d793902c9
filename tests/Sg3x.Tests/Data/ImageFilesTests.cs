using Sg3x.Data;
using TorchSharp;

namespace Sg3x.Tests.Data;

public sealed class ImageFilesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_png_comes_back_as_it_was_written(int channels)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[channels * 5 * 7];
        new Random(3).NextBytes(bytes);
        using var image = torch.tensor(bytes, [channels, 5, 7], dtype: torch.uint8);
        var path = folder.Write("a/x.png", new byte[100_000]);
        ImageFiles.WritePng(path, image);
        var file = File.ReadAllBytes(path);
        var read = ImageDecoding.Decode(file, path);
        Assert.Equal((7, 5), (read.Width, read.Height));
        Assert.Equal(channels == 3 ? bytes : [.. bytes, .. bytes, .. bytes], read.Planes);

        using var stream = new MemoryStream();
        ImageFiles.WritePng(stream, image);
        Assert.Equal(file, stream.ToArray());
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        using var floats = torch.zeros(3, 4, 4);
        using var two = torch.zeros(2, 4, 4, dtype: torch.uint8);
        Assert.Contains("uint8 [3, H, W]", Assert.Throws<ArgumentException>(() => ImageFiles.WritePng(Stream.Null, floats)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ImageFiles.WritePng(Stream.Null, two));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    [InlineData(2, 5)]
    public void A_grid_has_every_image_in_its_place(int count, int columns)
    {
        const int H = 3, W = 2;
        var values = Enumerable.Range(0, count * 3 * H * W).Select(i => (i * 5 % 256 / 127.5f) - 1).ToArray();
        using var images = torch.tensor(values, [count, 3, H, W]);
        using var grid = ImageGrid.Compose(images, columns);
        var rows = (count + columns - 1) / columns;
        Assert.Equal([3, rows * H, columns * W], grid.shape);
        var bytes = grid.bytes.ToArray();
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < rows * H; y++)
            {
                for (var x = 0; x < columns * W; x++)
                {
                    var image = (y / H * columns) + (x / W);
                    var i = (((((image * 3) + c) * H) + (y % H)) * W) + (x % W);
                    Assert.Equal(image < count ? i * 5 % 256 : 0, bytes[(((c * rows * H) + y) * columns * W) + x]);
                }
            }
        }
    }

    [Fact]
    public void Values_out_of_range_are_clamped()
    {
        using var images = torch.tensor([-3f, -1f, 0f, 0.999f, 1f, 7f], [1, 3, 1, 2]);
        using var grid = ImageGrid.Compose(images, 1);
        Assert.Equal([0, 0, 128, 255, 255, 255], grid.bytes.ToArray());
    }
}
