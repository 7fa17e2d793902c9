using System.Text;
using Sg3x.Data;
using Sg3x.Data.Preparation;

namespace Sg3x.Tests.Data.Preparation;

public sealed class PreparationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "expected JSON")]
    [InlineData("{\"labels\": [[\"a.png\", 0]", "expected JSON")]
    [InlineData("[1]", "expected an object with \"labels\", found a list")]
    [InlineData("{}", "found an object without it")]
    [InlineData("{\"labels\": 3}", "labels: expected a list of [path, class], found 3")]
    [InlineData("{\"labels\": [[\"a.png\", 0], [\"b.png\"]]}", "labels[1]: expected [path, class], found a list")]
    [InlineData("{\"labels\": [[0, 0]]}", "labels[0]: expected [path, class]")]
    [InlineData("{\"labels\": [[\"a.png\", -1]]}", "labels[0]: expected a class, a whole number from 0 to 1048575, found -1")]
    [InlineData("{\"labels\": [[\"a.png\", 1.5]]}", "found 1.5")]
    [InlineData("{\"labels\": [[\"a.png\", [0.5, 1]]]}", "found a list")]
    [InlineData("{\"labels\": [[\"a.png\", 99999999999]]}", "found 99999999999")]
    [InlineData("{\"labels\": [[\"a.png\", 1], [\"a.png\", 1]]}", "labels[1]: expected each path once, found \"a.png\" a second time")]
    [InlineData("{\"labels\": [[\"\\ud800\", 1]]}", "labels[0]: expected a path, found text that is no Unicode")]
    public void Labels_in_another_format_are_named(string json, string expected)
    {
        var error = Assert.Throws<UserException>(() => DatasetLabels.Parse(Encoding.UTF8.GetBytes(json), "in/dataset.json"));
        Assert.StartsWith("in/dataset.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_read_as_they_were_written()
    {
        (string, int)[] labels = [("00000/img00000000.png", 3), ("ü \"x\".png", 0), ("z.png", DatasetLabels.MostClasses - 1)];
        Assert.Equal(labels.ToDictionary(), DatasetLabels.Parse(DatasetLabels.Format(labels), "x")!.ByEntry);
        Assert.Null(DatasetLabels.Parse("{\"labels\": null}"u8.ToArray(), "x"));
    }

    [Fact]
    public void A_wide_image_is_kept_whole_between_bars()
    {
        var image = new RgbImage(8, 4, [.. Enumerable.Repeat((byte)200, 96)]);
        var square = new byte[3 * 16];
        Cropping.Apply(image, CropMode.CenterWide, 4, ResizeFilter.Lanczos, square);
        Assert.Equal([0, 0, 0, 0, 200, 200, 200, 200, 200, 200, 200, 200, 0, 0, 0, 0], square[..16]);
        Assert.Equal(square[..16], square[32..]);

        // An image higher than wide is cropped: its middle rows.
        var high = new RgbImage(4, 8, [.. Enumerable.Range(0, 96).Select(i => i / 4 % 8 is >= 2 and < 6 ? (byte)9 : (byte)0)]);
        Cropping.Apply(high, CropMode.CenterWide, 4, ResizeFilter.Lanczos, square);
        Assert.All(square, value => Assert.Equal(9, value));
    }

    [Fact]
    public void Without_cropping_an_image_must_be_square()
    {
        var error = Assert.Throws<InvalidImageException>(() =>
            Cropping.Apply(new RgbImage(3, 2, new byte[18]), CropMode.None, 4, ResizeFilter.Box, new byte[48]));
        Assert.Contains("it has 3x2 pixels; expected a square", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(64, 64)]
    [InlineData(301, 7)]
    public void A_written_png_is_read_as_it_was(int width, int height)
    {
        var planes = new byte[3 * width * height];
        new Random(width).NextBytes(planes);
        planes.AsSpan(0, planes.Length / 2).Fill(77);
        var image = ImageDecoding.Decode(PngWriter.Encode(planes, width, height), "x.png");
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(planes, image.Planes);
    }

    [Fact]
    public void A_check_counts_what_is_there_and_names_what_is_wrong()
    {
        folder.Write("in/1.png", PngFiles.Rgb(4, 5));
        folder.Write("in/2.png", PngFiles.Rgb(4, 5));
        folder.Write("in/3.png", PngFiles.Make(2, 2, 8, 3, false, (_, y, x) => x + y));
        folder.Write("in/4.png", PngFiles.Make(2, 2, 8, 6, false, (_, y, x) => x + y));
        folder.Write("in/5.jpg", JpegSamples.Grey);
        folder.Write("in/6.png", PngFiles.Rgb(4, 5)[..^9]);
        folder.Write("in/7.png", []);
        folder.Write(
            "in/dataset.json",
            """{"labels": [["1.png", 0], ["2.png", 5], ["3.png", 5], ["4.png", 5], ["6.png", 1], ["7.png", 0], ["8.png", 0]]}"""u8.ToArray());
        var report = DatasetInspection.Run(Path.Combine(folder.Path, "in"));
        Assert.Equal(5, report.Images);
        Assert.Equal([new Tally("PNG", 4), new Tally("JPEG", 1)], report.Kinds);
        Assert.Equal([new Tally("RGB", 2), new Tally("RGB with alpha", 1), new Tally("grey", 1), new Tally("palette", 1)], report.Channels);
        Assert.Equal(
            [new Tally("2x2", 2), new Tally("4x5", 2), new Tally($"{JpegSamples.Width}x{JpegSamples.Height}", 1)], report.Sizes);
        Assert.Equal([new Tally("0", 1), new Tally("5", 3)], report.Classes);
        Assert.Equal(["5.jpg", "6.png", "7.png", "8.png"], report.Bad.Select(bad => bad.Entry));
    }

    [Fact]
    public void A_check_names_all_thirty_of_a_thousand()
    {
        var report = DatasetInspection.Run(DamagedThousand.Write(folder, "in.zip"));
        Assert.Equal(DamagedThousand.Images - 30, report.Images);
        Assert.Equal(DamagedThousand.Bad.Select(bad => bad.Entry), report.Bad.Select(bad => bad.Entry));
        Assert.All(DamagedThousand.Bad.Zip(report.Bad), pair => Assert.Contains(pair.First.Reason, pair.Second.Reason, StringComparison.Ordinal));
    }
}
