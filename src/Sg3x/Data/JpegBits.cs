namespace Sg3x.Data;

/// <summary>
/// Reads bits of a JPEG scan; the data ends at the first marker. Zeros stand behind the end until they are really used.
/// </summary>
internal ref struct JpegBits(ReadOnlySpan<byte> file, int start)
{
    private readonly ReadOnlySpan<byte> file = file;
    private int at = start;
    private ulong buffer;
    private int available, borrowed;

    /// <summary>The next 16 bits, zeros behind the end.</summary>
    public int Peek16()
    {
        if (available < 16)
        {
            Fill();
        }

        return (int)(buffer >> (available - 16)) & 0xFFFF;
    }

    public void Skip(int count)
    {
        if (available < count)
        {
            Fill();
        }

        available -= count;
        if (available < borrowed)
        {
            throw new InvalidImageException(
                "the JPEG scan data ends early: the header says more pixels than there is data for, or the file is truncated");
        }
    }

    /// <summary>Skips up to 64 bits.</summary>
    public void SkipMany(int count)
    {
        Skip(count / 2);
        Skip(count - (count / 2));
    }

    public int Read(int count)
    {
        if (available < count)
        {
            Fill();
        }

        Skip(count);
        return (int)(buffer >> available) & ((1 << count) - 1);
    }

    /// <summary>
    /// Ends a run of data: at most seven bits of padding are left. Returns the place of the marker that follows.
    /// </summary>
    public readonly int End()
    {
        if (available - borrowed >= 8 || !AtEnd())
        {
            throw new InvalidImageException("the JPEG scan holds more data than the pixels that the header says need");
        }

        return at;
    }

    private readonly bool AtEnd() => at >= file.Length || (file[at] == 0xFF && (at + 1 >= file.Length || file[at + 1] != 0));

    private void Fill()
    {
        while (available <= 48)
        {
            var value = 0;
            if (!AtEnd())
            {
                value = file[at];
                at += value == 0xFF ? 2 : 1;
            }
            else
            {
                borrowed += 8;
            }

            buffer = (buffer << 8) | (uint)value;
            available += 8;
        }
    }
}
