using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Sg3x.Data;

/// <summary>
/// Reads a PNG file and accepts nothing that the format does not allow: every chunk's length and sum, their order, the header,
/// a zlib stream that holds exactly the scanlines of that header, and nothing after the end.
/// </summary>
internal static class PngReader
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool HasSignature(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Decodes to 8-bit red, green and blue; alpha is dropped, as the official data set tool does.</summary>
    /// <exception cref="InvalidImageException">The file is not a whole and sound PNG within the limits.</exception>
    public static RgbImage Read(byte[] file, ImageLimits limits)
    {
        var (header, palette, data) = ReadChunks(file, limits);
        var zlib = Join(file, data);
        var expectedSum = StoredSum(zlib);
        using var inflate = new ZLibStream(new MemoryStream(zlib, writable: false), CompressionMode.Decompress);
        return ReadScanlines(inflate, header, palette, expectedSum);
    }

    /// <summary>The channels of a file that has been read.</summary>
    public static string Channels(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        const int HeaderAt = 16, HeaderBytes = 13;
        return PngHeader.Parse(file.Slice(HeaderAt, HeaderBytes), limits).ColourType switch
        {
            PngHeader.Grey => "grey",
            PngHeader.Palette => "palette",
            PngHeader.GreyAlpha => "grey with alpha",
            PngHeader.RgbAlpha => "RGB with alpha",
            _ => "RGB",
        };
    }

    private static (PngHeader Header, byte[]? Palette, List<Range> Data) ReadChunks(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        PngHeader? header = null;
        byte[]? palette = null;
        var data = new List<Range>();
        var dataEnded = false;
        var at = Signature.Length;
        while (true)
        {
            if (file.Length - at < 12)
            {
                throw new InvalidImageException(
                    $"the PNG file is truncated: it ends at byte {file.Length} without the end chunk IEND");
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var type = ChunkType(file.Slice(at + 4, 4), at);
            if (length > (uint)(file.Length - at - 12))
            {
                throw new InvalidImageException(
                    $"the PNG file is truncated or damaged: chunk {type} at byte {at} says {length} bytes, "
                    + $"{file.Length - at - 12} are left");
            }

            var body = file.Slice(at + 8, (int)length);
            var stored = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]);
            var computed = Crc32.Compute(file.Slice(at + 4, 4 + (int)length));
            if (stored != computed)
            {
                throw new InvalidImageException(
                    $"PNG chunk {type} at byte {at} is damaged: its sum is {computed:x8}, the file says {stored:x8}");
            }

            if (header is null && type != "IHDR")
            {
                throw new InvalidImageException($"the first PNG chunk is {type}; expected IHDR");
            }

            dataEnded |= data.Count > 0 && type != "IDAT";
            switch (type)
            {
                case "IHDR" when header is null:
                    header = PngHeader.Parse(body, limits);
                    break;
                case "PLTE" when palette is null && data.Count == 0:
                    palette = CheckedPalette(body, header!.Value);
                    break;
                case "IDAT" when !dataEnded:
                    data.Add((at + 8)..(at + 8 + (int)length));
                    break;
                case "IEND":
                    CheckEnd(file, at + 12 + (int)length, length, header!.Value, palette, data);
                    return (header.Value, palette, data);
                case "IHDR" or "PLTE" or "IDAT":
                    throw new InvalidImageException($"PNG chunk {type} at byte {at} is out of place");
                default:
                    if (char.IsAsciiLetterUpper(type[0]))
                    {
                        throw new InvalidImageException(
                            $"PNG chunk {type} at byte {at} is marked as critical and is of no known kind");
                    }

                    break;
            }

            at += 12 + (int)length;
        }
    }

    private static string ChunkType(ReadOnlySpan<byte> type, int at)
    {
        foreach (var value in type)
        {
            if (!char.IsAsciiLetter((char)value))
            {
                throw new InvalidImageException($"the PNG file is damaged: no chunk begins at byte {at}, where one should");
            }
        }

        return Encoding.ASCII.GetString(type);
    }

    private static byte[] CheckedPalette(ReadOnlySpan<byte> body, PngHeader header)
    {
        var largest = header.ColourType == PngHeader.Palette ? 1 << header.BitDepth : 256;
        var grey = header.ColourType is PngHeader.Grey or PngHeader.GreyAlpha;
        if (grey || body.Length == 0 || body.Length % 3 != 0 || body.Length / 3 > largest)
        {
            throw new InvalidImageException(
                $"the PNG palette has {body.Length} bytes; expected three for each of 1 to {largest} colours, and none in a grey image");
        }

        return body.ToArray();
    }

    private static void CheckEnd(ReadOnlySpan<byte> file, int end, uint length, PngHeader header, byte[]? palette, List<Range> data)
    {
        if (length != 0 || end != file.Length)
        {
            throw new InvalidImageException($"{file.Length - end + length} bytes follow the end of the PNG image; expected none");
        }

        if (data.Count == 0)
        {
            throw new InvalidImageException("the PNG file has no image data (no chunk IDAT)");
        }

        if (palette is null && header.ColourType == PngHeader.Palette)
        {
            throw new InvalidImageException("the PNG image uses a palette and the file has none (no chunk PLTE)");
        }
    }

    private static byte[] Join(byte[] file, List<Range> ranges)
    {
        var length = ranges.Sum(range => range.End.Value - range.Start.Value);
        var joined = new byte[length];
        var at = 0;
        foreach (var range in ranges)
        {
            var part = file.AsSpan(range);
            part.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }

        return joined;
    }

    /// <summary>
    /// The Adler-32 sum at the end of the zlib stream: .NET does not miss it when it is cut off, so it is compared here.
    /// </summary>
    private static uint StoredSum(byte[] zlib)
    {
        if (zlib.Length < 6)
        {
            throw new InvalidImageException($"the PNG image data has {zlib.Length} bytes; a zlib stream has at least 6");
        }

        return BinaryPrimitives.ReadUInt32BigEndian(zlib.AsSpan(zlib.Length - 4));
    }

    private static RgbImage ReadScanlines(ZLibStream inflate, PngHeader header, byte[]? palette, uint expectedSum)
    {
        var image = new RgbImage(header.Width, header.Height, new byte[3L * header.Width * header.Height]);
        var pixels = new PngPixels(header, palette, image);
        var sum = new Adler32();
        var step = Math.Max(1, header.BitsPerPixel / 8);
        foreach (var pass in header.Passes())
        {
            var length = header.RowBytes(pass.Columns);
            byte[] current = new byte[length + 1], previous = new byte[length + 1];
            for (var row = 0; row < pass.Rows; row++)
            {
                var found = ReadFully(inflate, current);
                if (found != current.Length)
                {
                    throw new InvalidImageException(
                        $"the PNG image data ends early, in row {row} of {pass.Rows}: "
                        + $"the header says {header.Width}x{header.Height} pixels");
                }

                sum.Append(current);
                PngFilter.Undo(current[0], current.AsSpan(1), previous.AsSpan(1), step);
                pixels.Write(current.AsSpan(1, length), pass, row);
                (current, previous) = (previous, current);
            }
        }

        if (ReadFully(inflate, new byte[1]) != 0)
        {
            throw new InvalidImageException(
                $"the PNG image data holds more than the {header.Width}x{header.Height} pixels that the header says");
        }

        if (sum.Value != expectedSum)
        {
            throw new InvalidImageException(
                $"the PNG image data is damaged or followed by other bytes: its sum is {sum.Value:x8}, the file says {expectedSum:x8}");
        }

        return image;
    }

    private static int ReadFully(ZLibStream inflate, byte[] buffer)
    {
        try
        {
            return inflate.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // IOException: what .NET makes of a stream that asks for a dictionary.
            throw new InvalidImageException($"the PNG image data is not a sound zlib stream ({e.Message})");
        }
    }
}
