using FsCheck.Xunit;
using Sg3x.Data;

namespace Sg3x.Tests.Data;

public sealed class JpegReadingTests
{
    private static readonly Dictionary<string, byte[]> Samples = new()
    {
        ["baseline"] = JpegSamples.Baseline420,
        ["progressive"] = JpegSamples.Progressive,
        ["restarts"] = JpegSamples.Restarts,
        ["grey"] = JpegSamples.Grey,
        ["grey progressive"] = JpegSamples.GreyProgressive,
    };

    public static TheoryData<string> Names() => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pixels_are_those_of_the_picture(string name)
    {
        var image = ImageDecoding.Decode(Samples[name], "x.jpg");
        var info = ImageDecoding.Check(Samples[name], "x.jpg");
        Assert.Equal(new ImageInfo("JPEG", JpegSamples.Width, JpegSamples.Height, info.Channels), info);
        Assert.Equal(name.StartsWith("grey", StringComparison.Ordinal) ? "grey" : "RGB", info.Channels);
        Assert.Equal((JpegSamples.Width, JpegSamples.Height), (image.Width, image.Height));
        var differences = new List<double>();
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                int Colour(int c) => JpegSamples.Colour(c, y, x);
                var grey = (0.299 * Colour(0)) + (0.587 * Colour(1)) + (0.114 * Colour(2));
                differences.AddRange(Enumerable.Range(0, 3).Select(c =>
                    Math.Abs(image[c, y, x] - (name.StartsWith("grey", StringComparison.Ordinal) ? grey : Colour(c)))));
            }
        }

        // Quality 40 is coarse; a wrong component order, shift or table would be off by tens.
        Assert.InRange(differences.Average(), 0, 5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_is_refused(string name)
    {
        var file = Samples[name];
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<UserException>(() => ImageDecoding.Check(file[..length], "x.jpg"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_truncated_scan_with_an_end_marker_is_refused(string name)
    {
        var file = Samples[name];
        var scan = Find(file, 0xDA) + 2;
        for (var length = scan; length < file.Length - 3; length++)
        {
            byte[] cut = [.. file[..length], 0xFF, 0xD9];
            Assert.Throws<UserException>(() => ImageDecoding.Check(cut, "x.jpg"));
        }
    }

    [Theory]
    [InlineData("baseline", 60, 27)]
    [InlineData("baseline", 8, 27)]
    [InlineData("baseline", 20, 100)]
    [InlineData("baseline", 20, 10)]
    [InlineData("baseline", 4000, 27)]
    [InlineData("progressive", 8, 27)]
    [InlineData("progressive", 40, 27)]
    [InlineData("restarts", 40, 27)]
    [InlineData("restarts", 8, 27)]
    [InlineData("grey", 40, 27)]
    [InlineData("grey", 8, 27)]
    public void A_lying_header_is_named(string name, int height, int width)
    {
        var file = (byte[])Samples[name].Clone();
        var frame = Find(file, name == "progressive" ? 0xC2 : 0xC0);
        (file[frame + 5], file[frame + 6]) = ((byte)(height >> 8), (byte)height);
        (file[frame + 7], file[frame + 8]) = ((byte)(width >> 8), (byte)width);
        var error = Assert.Throws<UserException>(() => ImageDecoding.Decode(file, "a/liar.jpg"));
        Assert.Matches("^a/liar.jpg: the JPEG scan (data ends early|holds more data|data is damaged)", error.Message);
    }

    [Theory]
    [InlineData(0xC3, "lossless (SOF3)")]
    [InlineData(0xC9, "arithmetic-coded (SOF9)")]
    [InlineData(0xC5, "hierarchical (SOF5)")]
    [InlineData(0xC8, "extended kind")]
    public void Kinds_that_are_not_supported_are_named(int marker, string expected)
    {
        var file = (byte[])JpegSamples.Baseline420.Clone();
        file[Find(file, 0xC0) + 1] = (byte)marker;
        Assert.Contains(expected, Assert.Throws<UserException>(() => ImageDecoding.Decode(file, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cmyk_is_named() =>
        Assert.Contains("4 colour components (CMYK", Assert.Throws<UserException>(() => ImageDecoding.Decode(JpegSamples.Cmyk, "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void More_than_8_bits_are_named()
    {
        var file = (byte[])JpegSamples.Baseline420.Clone();
        file[Find(file, 0xC0) + 4] = 12;
        Assert.Contains("12 bits per sample", Assert.Throws<UserException>(() => ImageDecoding.Decode(file, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_follows_the_end_is_let_pass()
    {
        byte[] file = [.. JpegSamples.Baseline420, .. "a preview"u8];
        Assert.Equal(JpegSamples.Width, ImageDecoding.Decode(file, "x").Width);
    }

    [Property(MaxTest = 400)]
    public void Damage_is_refused_or_read_but_never_anything_else(byte which, ushort place, byte change, ushort place2, byte change2)
    {
        var file = (byte[])Samples.Values.ElementAt(which % Samples.Count).Clone();
        file[place % file.Length] ^= change;
        file[place2 % file.Length] ^= change2;
        try
        {
            ImageDecoding.Decode(file, "x.jpg", new ImageLimits(1 << 20, 4096, 1 << 20));
        }
        catch (UserException)
        {
        }
    }

    private static int Find(byte[] file, int marker)
    {
        var at = 2;
        while (file[at + 1] != marker)
        {
            at += 2 + ((file[at + 2] << 8) | file[at + 3]);
        }

        return at;
    }
}
