namespace Sg3x.Data;

/// <summary>
/// Turns unfiltered scanlines of any PNG kind into 8-bit planes: 16 bits are rounded to 8, fewer are stretched to 0..255,
/// palettes looked up, grey repeated, and alpha (a channel or a tRNS chunk) dropped without blending.
/// </summary>
internal sealed class PngPixels(PngHeader header, byte[]? palette, RgbImage image)
{
    private readonly int area = header.Width * header.Height;

    public void Write(ReadOnlySpan<byte> line, PngPass pass, int row)
    {
        var at = ((pass.Y + (row * pass.Dy)) * header.Width) + pass.X;
        var red = image.Planes.AsSpan(at);
        var green = image.Planes.AsSpan(area + at);
        var blue = image.Planes.AsSpan((2 * area) + at);
        var coloured = header.ColourType is PngHeader.Rgb or PngHeader.RgbAlpha;
        var channels = header.Channels;
        for (var i = 0; i < pass.Columns; i++)
        {
            var x = i * pass.Dx;
            if (coloured)
            {
                red[x] = Sample(line, i * channels);
                green[x] = Sample(line, (i * channels) + 1);
                blue[x] = Sample(line, (i * channels) + 2);
            }
            else if (header.ColourType == PngHeader.Palette)
            {
                var index = 3 * Packed(line, i);
                if (index >= palette!.Length)
                {
                    throw new InvalidImageException($"a PNG pixel uses colour {index / 3} of a palette of {palette.Length / 3}");
                }

                (red[x], green[x], blue[x]) = (palette[index], palette[index + 1], palette[index + 2]);
            }
            else
            {
                red[x] = green[x] = blue[x] = Sample(line, i * channels);
            }
        }
    }

    private byte Sample(ReadOnlySpan<byte> line, int i) => header.BitDepth switch
    {
        8 => line[i],
        16 => (byte)((((line[2 * i] << 8) | line[(2 * i) + 1]) + 128) / 257),
        _ => (byte)(Packed(line, i) * 255 / ((1 << header.BitDepth) - 1)),
    };

    private int Packed(ReadOnlySpan<byte> line, int i)
    {
        var bit = i * header.BitDepth;
        return (line[bit >> 3] >> (8 - header.BitDepth - (bit & 7))) & ((1 << header.BitDepth) - 1);
    }
}
