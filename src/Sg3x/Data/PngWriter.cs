using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Sg3x.Data;

/// <summary>
/// Writes 8-bit RGB images as PNG: for each row the filter whose differences are smallest in sum, as the PNG specification
/// (section 12.8) recommends. The same bytes for the same image, from any thread.
/// </summary>
internal static class PngWriter
{
    /// <summary>Begins every PNG file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A whole file.</summary>
    /// <param name="rgbChw">Planes, [3, height, width].</param>
    /// <param name="width">Columns in pixels.</param>
    /// <param name="height">Rows in pixels.</param>
    public static byte[] Encode(ReadOnlySpan<byte> rgbChw, int width, int height)
    {
        using var stream = new MemoryStream();
        stream.Write(Signature);
        WriteChunk(stream, "IHDR", Header(width, height));
        WriteChunk(stream, "IDAT", Compress(rgbChw, width, height));
        WriteChunk(stream, "IEND", []);
        return stream.ToArray();
    }

    /// <summary>The content of IHDR for 8-bit RGB without interlacing.</summary>
    public static byte[] Header(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, PngHeader.Rgb);
        return header;
    }

    /// <summary>Length, type, content and sum of a chunk.</summary>
    public static void WriteChunk(Stream stream, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        var name = Encoding.ASCII.GetBytes(type);
        stream.Write(name);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Compute(name), content));
        stream.Write(number);
    }

    /// <summary>The filtered rows as a zlib stream.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> rgbChw, int width, int height)
    {
        if (rgbChw.Length != 3 * width * height)
        {
            throw new ArgumentException($"{rgbChw.Length} values do not make an image of 3x{height}x{width}.", nameof(rgbChw));
        }

        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] row = new byte[3 * width], above = new byte[row.Length], best = new byte[1 + row.Length], tried = new byte[best.Length];
            for (var y = 0; y < height; y++)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = rgbChw[(((i % 3 * height) + y) * width) + (i / 3)];
                }

                var smallest = int.MaxValue;
                for (var filter = 0; filter < 5; filter++)
                {
                    var sum = Filter(filter, row, above, tried);
                    if (sum < smallest)
                    {
                        smallest = sum;
                        (best, tried) = (tried, best);
                    }
                }

                zlib.Write(best);
                (row, above) = (above, row);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Filters a row; the result is the sum of its differences, each taken as a number with a sign.</summary>
    private static int Filter(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> to)
    {
        const int Step = 3;
        to[0] = (byte)filter;
        var sum = 0;
        for (var i = 0; i < row.Length; i++)
        {
            int a = i < Step ? 0 : row[i - Step], b = above[i], c = i < Step ? 0 : above[i - Step];
            var predicted = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => Paeth(a, b, c) };
            var difference = (byte)(row[i] - predicted);
            to[i + 1] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }

        return sum;
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
