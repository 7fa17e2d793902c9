using FsCheck;
using FsCheck.Xunit;
using Sg3x.Data;

namespace Sg3x.Tests.Data;

public sealed class PngReadingTests
{
    private static readonly (int ColourType, int Depth)[] Kinds =
    [
        (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16),
    ];

    [Property(MaxTest = 200)]
    public void Every_kind_of_png_gives_its_pixels(byte width, byte height, byte kind, bool interlaced, int salt, byte parts)
    {
        int w = (width % 21) + 1, h = (height % 21) + 1;
        var (colourType, depth) = Kinds[kind % Kinds.Length];
        int Raw(int c, int y, int x) => unchecked(((c * 7919) + (y * 104729) + (x * 1299709) + salt) * 31 >> 3) & ((1 << depth) - 1);

        var image = ImageDecoding.Decode(PngFiles.Make(w, h, depth, colourType, interlaced, Raw, (parts % 3) + 1), "x.png");

        Assert.Equal((w, h), (image.Width, image.Height));
        for (var y = 0; y < h; y++)
        {
            for (var x = 0; x < w; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var expected = colourType switch
                    {
                        3 => PngFiles.Palette[(3 * Raw(0, y, x)) + c],
                        _ => Math.Round(Raw(colourType is 2 or 6 ? c : 0, y, x) * 255.0 / ((1 << depth) - 1)),
                    };
                    Assert.Equal(expected, image[c, y, x]);
                }
            }
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (var file in new[] { PngFiles.Rgb(6, 5), PngFiles.Make(9, 9, 4, 3, true, (_, y, x) => (x * y) & 15, parts: 2) })
        {
            for (var length = 0; length < file.Length; length++)
            {
                Assert.Throws<UserException>(() => ImageDecoding.Decode(file[..length], "x.png"));
            }
        }
    }

    [Fact]
    public void Every_change_of_a_byte_is_refused()
    {
        var file = PngFiles.Rgb(3, 2);
        for (var at = 0; at < file.Length; at++)
        {
            for (var change = 1; change < 256; change++)
            {
                var damaged = (byte[])file.Clone();
                damaged[at] ^= (byte)change;
                Assert.Throws<UserException>(() => ImageDecoding.Decode(damaged, "x.png"));
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Noise_with_sound_sums_is_refused_or_read_but_never_anything_else(byte[] noise, byte colourType, byte depth, byte size)
    {
        var file = PngFiles.Join(
            PngFiles.Chunk("IHDR", PngFiles.Header((size % 4) + 1, (size / 4 % 4) + 1, 1 << (depth % 5), colourType % 8, size > 128)),
            PngFiles.Chunk("IDAT", depth % 2 == 0 ? noise : PngFiles.Deflate(noise)),
            PngFiles.Chunk("IEND", []));
        try
        {
            ImageDecoding.Decode(file, "x.png");
        }
        catch (UserException)
        {
        }
    }

    public static TheoryData<string, byte[], string> Damaged()
    {
        var header = PngFiles.Chunk("IHDR", PngFiles.Header(4, 3, 8, 0, false));
        var lines = PngFiles.Scanlines(4, 3, 8, 0, false, (_, y, x) => 50 + (y * x));
        var zlib = PngFiles.Deflate(lines);
        byte[] data = PngFiles.Chunk("IDAT", zlib), end = PngFiles.Chunk("IEND", []);
        var wrongSum = (byte[])zlib.Clone();
        wrongSum[^1] ^= 1;
        // FDICT set, the header's own sum right, and the dictionary's: a stream that PNG does not allow.
        byte[] dictionary = [0x78, 0xBB, 0, 0, 0, 1, .. zlib[2..]];
        byte[] badFilter = [9, .. lines[1..]];
        return new()
        {
            { "no end", PngFiles.Join(header, data), "truncated: it ends at byte" },
            { "bytes behind the end", [.. PngFiles.Join(header, data, end), 0], "1 bytes follow the end" },
            { "no data", PngFiles.Join(header, end), "no image data" },
            { "no header", PngFiles.Join(data, end), "the first PNG chunk is IDAT; expected IHDR" },
            { "two headers", PngFiles.Join(header, header, data, end), "IHDR at byte 33 is out of place" },
            { "split data", PngFiles.Join(header, data, PngFiles.Chunk("tEXt", [65]), data, end), "IDAT at byte" },
            { "unknown critical chunk", PngFiles.Join(header, PngFiles.Chunk("ABCD", []), data, end), "ABCD at byte 33 is marked as critical" },
            { "rows missing", PngFiles.Join(header, PngFiles.Chunk("IDAT", PngFiles.Deflate(lines[..^1])), end), "ends early, in row 2 of 3" },
            { "rows too many", PngFiles.Join(header, PngFiles.Chunk("IDAT", PngFiles.Deflate([.. lines, 0])), end), "holds more than the 4x3 pixels" },
            { "wrong zlib sum", PngFiles.Join(header, PngFiles.Chunk("IDAT", wrongSum), end), "zlib stream" },
            { "no zlib sum", PngFiles.Join(header, PngFiles.Chunk("IDAT", zlib[..^4]), end), "damaged or followed by other bytes" },
            { "bytes behind zlib", PngFiles.Join(header, PngFiles.Chunk("IDAT", [.. zlib, 1, 2]), end), "damaged or followed by other bytes" },
            { "a zlib dictionary", PngFiles.Join(header, PngFiles.Chunk("IDAT", dictionary), end), "not a sound zlib stream" },
            { "bad filter", PngFiles.Join(header, PngFiles.Chunk("IDAT", PngFiles.Deflate(badFilter)), end), "filter 9; expected 0 to 4" },
            { "colour type 5", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(4, 3, 8, 5, false)), data, end), "colour type 5 with 8 bits" },
            { "palette of 16 bits", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(4, 3, 16, 3, false)), data, end), "colour type 3 with 16 bits" },
            { "no palette", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(4, 3, 8, 3, false)), data, end), "no chunk PLTE" },
            { "palette too short", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(4, 3, 8, 3, false)), PngFiles.Chunk("PLTE", [1, 2, 3]), data, end), "of a palette of 1" },
            { "no width", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(0, 3, 8, 0, false)), data, end), "0x3 pixels" },
            { "far too large", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(uint.MaxValue, uint.MaxValue, 8, 2, false)), data, end), "4294967295x4294967295" },
            { "too large in all", PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(30000, 30000, 8, 2, false)), data, end), "30000x30000" },
            { "length beyond the file", [.. PngFiles.Signature, 0x7F, 0xFF, 0xFF, 0xFF, .. "IHDR"u8, 0, 0, 0, 0], "IHDR at byte 8 says 2147483647 bytes" },
            { "text", "just a note to myself"u8.ToArray(), "begins with the text \"just a note to m\"" },
            { "empty", [], "the file is empty" },
            { "gif", "GIF89a...."u8.ToArray(), "begins like a GIF" },
        };
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Damage_is_named(string what, byte[] file, string expected)
    {
        var error = Assert.Throws<UserException>(() => ImageDecoding.Decode(file, "set.zip: a/x.png"));
        Assert.StartsWith("set.zip: a/x.png: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        Assert.Throws<UserException>(() => ImageDecoding.Check(file, "x"));
    }

    [Fact]
    public void A_small_file_cannot_make_a_large_allocation()
    {
        var header = PngFiles.Chunk("IHDR", PngFiles.Header(32768, 32768, 16, 6, false));
        var file = PngFiles.Join(header, PngFiles.Chunk("IDAT", PngFiles.Deflate(new byte[100])), PngFiles.Chunk("IEND", []));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UserException>(() => ImageDecoding.Decode(file, "x"));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }
}
