using System.Buffers.Binary;

namespace Sg3x.Data;

/// <summary>What the IHDR chunk of a PNG file says (PNG specification, section 11.2.2).</summary>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColourType, bool Interlaced)
{
    public const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    public int Channels => ColourType switch { Grey or Palette => 1, GreyAlpha => 2, Rgb => 3, _ => 4 };

    public int BitsPerPixel => Channels * BitDepth;

    public static PngHeader Parse(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (data.Length != 13)
        {
            throw new InvalidImageException($"the PNG header chunk IHDR has {data.Length} bytes; expected 13");
        }

        long width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        limits.CheckSize(width, height);
        int depth = data[8], colourType = data[9];
        var allowed = colourType switch
        {
            Grey => depth is 1 or 2 or 4 or 8 or 16,
            Palette => depth is 1 or 2 or 4 or 8,
            Rgb or GreyAlpha or RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!allowed)
        {
            throw new InvalidImageException(
                $"the PNG header says colour type {colourType} with {depth} bits, a pair that PNG does not have");
        }

        if (data[10] != 0 || data[11] != 0 || data[12] > 1)
        {
            throw new InvalidImageException(
                $"the PNG header says compression {data[10]}, filter {data[11]}, interlace {data[12]}; expected 0, 0, and 0 or 1");
        }

        return new PngHeader((int)width, (int)height, depth, colourType, data[12] == 1);
    }

    /// <summary>Bytes of one scanline of so many pixels, without its filter byte.</summary>
    public int RowBytes(int pixels) => (int)((((long)pixels * BitsPerPixel) + 7) / 8);

    /// <summary>The reduced images that make up the picture: one, or the seven of Adam7, empty ones left out.</summary>
    public IEnumerable<PngPass> Passes()
    {
        if (!Interlaced)
        {
            yield return new PngPass(0, 0, 1, 1, Width, Height);
            yield break;
        }

        foreach (var (x, y, dx, dy) in Adam7)
        {
            int columns = (Width - x + dx - 1) / dx, rows = (Height - y + dy - 1) / dy;
            if (columns > 0 && rows > 0)
            {
                yield return new PngPass(x, y, dx, dy, columns, rows);
            }
        }
    }

    private static readonly (int X, int Y, int Dx, int Dy)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
}

/// <summary>One reduced image of a PNG: its first pixel, the steps between pixels, and its size.</summary>
internal readonly record struct PngPass(int X, int Y, int Dx, int Dy, int Columns, int Rows);
