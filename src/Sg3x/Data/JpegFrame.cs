namespace Sg3x.Data;

/// <summary>One colour component of a JPEG frame, and how many 8×8 blocks of it there are.</summary>
internal sealed class JpegComponent(int id, int horizontal, int vertical)
{
    public int Id { get; } = id;

    /// <summary>Sampling factors: blocks of this component, across and down, in one minimum coded unit.</summary>
    public int Horizontal { get; } = horizontal;

    public int Vertical { get; } = vertical;

    /// <summary>Blocks that a scan of this component alone holds, across and down.</summary>
    public int BlocksWide { get; set; }

    public int BlocksHigh { get; set; }

    /// <summary>Blocks from a row of blocks to the next with whole minimum coded units.</summary>
    public int Stride { get; set; }

    /// <summary>
    /// Per block, a bit for each coefficient known not to be zero: a progressive refinement spends one bit on each.
    /// </summary>
    public ulong[] Known { get; set; } = [];

    /// <summary>A scan has brought the constant term (sequential: everything) of this component.</summary>
    public bool Started { get; set; }

    /// <summary>Per coefficient, how many low bits later scans have still to bring.</summary>
    public byte[] BitsToCome { get; } = new byte[64];
}

/// <summary>What the frame header (SOF) of a JPEG file says (ITU T.81, B.2.2).</summary>
internal sealed class JpegFrame
{
    private JpegFrame(bool progressive, int width, int height, JpegComponent[] components)
    {
        (Progressive, Width, Height, Components) = (progressive, width, height, components);
        MaxHorizontal = components.Max(c => c.Horizontal);
        MaxVertical = components.Max(c => c.Vertical);
        UnitsWide = Divide(width, 8 * MaxHorizontal);
        UnitsHigh = Divide(height, 8 * MaxVertical);
        foreach (var c in components)
        {
            c.BlocksWide = Divide(Divide(width * c.Horizontal, MaxHorizontal), 8);
            c.BlocksHigh = Divide(Divide(height * c.Vertical, MaxVertical), 8);
            c.Stride = UnitsWide * c.Horizontal;
            c.Known = progressive ? new ulong[(long)c.Stride * UnitsHigh * c.Vertical] : [];
        }
    }

    public bool Progressive { get; }

    public int Width { get; }

    public int Height { get; }

    public JpegComponent[] Components { get; }

    public int MaxHorizontal { get; }

    public int MaxVertical { get; }

    /// <summary>Minimum coded units of an interleaved scan, across and down.</summary>
    public int UnitsWide { get; }

    public int UnitsHigh { get; }

    /// <summary>
    /// Reads a frame header of the kinds 0 and 1 (sequential) and 2 (progressive), Huffman coded, 8 bits, grey or three
    /// components.
    /// </summary>
    public static JpegFrame Parse(int kind, ReadOnlySpan<byte> body, ImageLimits limits)
    {
        var why = kind switch
        {
            0 or 1 or 2 => null,
            3 => "lossless",
            9 or 10 or 11 => "arithmetic-coded",
            _ => "hierarchical",
        };
        if (why is not null)
        {
            throw new InvalidImageException(
                $"the JPEG is {why} (SOF{kind}), which is not supported; expected a sequential or progressive Huffman-coded one");
        }

        if (body.Length < 6 || body.Length != 6 + (3 * body[5]))
        {
            throw new InvalidImageException(
                $"the JPEG frame header has {body.Length} bytes, which does not fit its number of components");
        }

        int height = (body[1] << 8) | body[2], width = (body[3] << 8) | body[4], count = body[5];
        if (body[0] != 8)
        {
            throw new InvalidImageException($"the JPEG has {body[0]} bits per sample, which is not supported; expected 8");
        }

        if (count is not (1 or 3))
        {
            var kindOfColour = count == 4 ? "CMYK or YCCK" : "unknown";
            throw new InvalidImageException(
                $"the JPEG has {count} colour components ({kindOfColour}), which is not supported; expected grey (1) or colour (3)");
        }

        limits.CheckSize(width, height);
        var components = new JpegComponent[count];
        for (var i = 0; i < count; i++)
        {
            var part = body.Slice(6 + (3 * i), 3);
            int horizontal = part[1] >> 4, vertical = part[1] & 15;
            if (horizontal is < 1 or > 4 || vertical is < 1 or > 4 || part[2] > 3)
            {
                throw new InvalidImageException(
                    $"the JPEG frame header is damaged: sampling {horizontal}x{vertical}, quantisation table {part[2]}");
            }

            // The sampling of a lone component has no effect: its scans are not interleaved.
            components[i] = count == 1 ? new JpegComponent(part[0], 1, 1) : new JpegComponent(part[0], horizontal, vertical);
        }

        if (components.DistinctBy(c => c.Id).Count() != count)
        {
            throw new InvalidImageException("the JPEG frame header is damaged: two components have the same number");
        }

        return new JpegFrame(kind == 2, width, height, components);
    }

    private static int Divide(int value, int by) => (value + by - 1) / by;
}
