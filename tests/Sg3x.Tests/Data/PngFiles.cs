using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Sg3x.Tests.Data;

/// <summary>Writes PNG files of any kind, sound or not, written apart from the reader that they are to try.</summary>
internal static class PngFiles
{
    public static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static readonly byte[] Palette = [.. Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)(255 - i), (byte)(i * 7), (byte)(i ^ 0x5A) })];

    /// <summary>A sound file. <paramref name="sample"/> gives the raw sample at (channel, y, x), of so many bits.</summary>
    public static byte[] Make(
        int width, int height, int depth, int colourType, bool interlaced, Func<int, int, int, int> sample, int parts = 1)
    {
        var zlib = Deflate(Scanlines(width, height, depth, colourType, interlaced, sample));
        var chunks = new List<byte[]> { Chunk("IHDR", Header(width, height, depth, colourType, interlaced)) };
        if (colourType == 3)
        {
            chunks.Add(Chunk("PLTE", Palette[..(3 << depth)]));
        }

        var step = (zlib.Length + parts - 1) / parts;
        chunks.AddRange(zlib.Chunk(step).Select(part => Chunk("IDAT", part)));
        chunks.Add(Chunk("IEND", []));
        return Join([.. chunks]);
    }

    public static byte[] Rgb(int width, int height) =>
        Make(width, height, 8, 2, false, (c, y, x) => (37 * c) + (11 * y) + (5 * x) & 255);

    public static byte[] Join(params byte[][] chunks) => [.. Signature, .. chunks.SelectMany(chunk => chunk)];

    public static byte[] Header(long width, long height, int depth, int colourType, bool interlaced)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)width);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), (uint)height);
        (data[8], data[9], data[12]) = ((byte)depth, (byte)colourType, interlaced ? (byte)1 : (byte)0);
        return data;
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] summed = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)data.Length);
        summed.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(summed));
        return chunk;
    }

    public static byte[] Deflate(byte[] data)
    {
        using var result = new MemoryStream();
        using (var zlib = new ZLibStream(result, CompressionLevel.Optimal))
        {
            zlib.Write(data);
        }

        return result.ToArray();
    }

    /// <summary>Bit by bit, as the PNG specification's annex defines it.</summary>
    public static uint Crc(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return crc ^ uint.MaxValue;
    }

    /// <summary>Filtered scanlines; the five filters take turns.</summary>
    public static byte[] Scanlines(int width, int height, int depth, int colourType, bool interlaced, Func<int, int, int, int> sample)
    {
        var channels = colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var step = Math.Max(1, channels * depth / 8);
        var result = new List<byte>();
        (int X, int Y, int Dx, int Dy)[] passes = interlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)];
        foreach (var (x0, y0, dx, dy) in passes)
        {
            byte[]? above = null;
            for (var y = y0; y < height && x0 < width; y += dy)
            {
                var bits = new List<bool>();
                for (var x = x0; x < width; x += dx)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        var value = sample(c, y, x);
                        bits.AddRange(Enumerable.Range(0, depth).Select(b => (value >> (depth - 1 - b) & 1) == 1));
                    }
                }

                var line = bits.Chunk(8).Select(b => (byte)b.Select((bit, i) => bit ? 128 >> i : 0).Sum()).ToArray();
                var filter = y % 5;
                result.Add((byte)filter);
                above ??= new byte[line.Length];
                for (var i = 0; i < line.Length; i++)
                {
                    int left = i < step ? 0 : line[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
                    var guess = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
                    result.Add((byte)(line[i] - guess));
                }

                above = line;
            }
        }

        return [.. result];
    }

    private static int Paeth(int a, int b, int c)
    {
        var p = a + b - c;
        return new[] { a, b, c }.MinBy(value => Math.Abs(p - value));
    }
}
