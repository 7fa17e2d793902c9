using System.Numerics;

namespace Sg3x.Data;

/// <summary>
/// Walks the entropy-coded data of one JPEG scan, block by block (ITU T.81, annexes F and G), without computing a pixel:
/// afterwards it is known that the data is there, whole, and as much as the header's dimensions need, neither less nor more.
/// </summary>
internal sealed class JpegScan(JpegFrame frame, int restartInterval)
{
    public required JpegComponent[] Components { get; init; }

    /// <summary>Tables for the constant terms and the others, per component; null where the scan needs none.</summary>
    public required JpegHuffman?[] Constant { get; init; }

    public required JpegHuffman?[] Other { get; init; }

    /// <summary>Coefficients of the scan in zigzag order, and the bits: high as in the scan before, low after this one.</summary>
    public required int First { get; init; }

    public required int Last { get; init; }

    public required int High { get; init; }

    private int endOfBandRun;

    /// <summary>Walks the scan that begins at <paramref name="at"/> and returns where the marker behind it is.</summary>
    public int Walk(ReadOnlySpan<byte> file, int at)
    {
        var alone = Components.Length == 1;
        int wide = alone ? Components[0].BlocksWide : frame.UnitsWide, high = alone ? Components[0].BlocksHigh : frame.UnitsHigh;
        var bits = new JpegBits(file, at);
        int left = restartInterval, restarts = 0;
        for (var y = 0; y < high; y++)
        {
            for (var x = 0; x < wide; x++)
            {
                if (restartInterval > 0 && left-- == 0)
                {
                    bits = new JpegBits(file, Restart(file, bits.End(), restarts++));
                    left = restartInterval - 1;
                    endOfBandRun = 0;
                }

                if (alone)
                {
                    Block(ref bits, 0, (y * Components[0].Stride) + x);
                }
                else
                {
                    Unit(ref bits, x, y);
                }
            }
        }

        return bits.End();
    }

    private static int Restart(ReadOnlySpan<byte> file, int at, int number)
    {
        while (at + 1 < file.Length && file[at + 1] == 0xFF)
        {
            at++;
        }

        if (at + 1 >= file.Length)
        {
            throw new InvalidImageException("the JPEG file is truncated: it ends within a scan");
        }

        if (file[at + 1] != 0xD0 + (number & 7))
        {
            throw new InvalidImageException(
                $"the JPEG scan data ends early or is damaged: marker {file[at + 1]:X2} at byte {at}; expected restart marker D{number & 7}");
        }

        return at + 2;
    }

    private void Unit(ref JpegBits bits, int x, int y)
    {
        for (var i = 0; i < Components.Length; i++)
        {
            var c = Components[i];
            for (var v = 0; v < c.Vertical; v++)
            {
                for (var h = 0; h < c.Horizontal; h++)
                {
                    Block(ref bits, i, (((y * c.Vertical) + v) * c.Stride) + (x * c.Horizontal) + h);
                }
            }
        }
    }

    private void Block(ref JpegBits bits, int i, int block)
    {
        if (!frame.Progressive)
        {
            bits.Skip(Magnitude(Constant[i]!.Read(ref bits)));
            OtherTerms(ref bits, Other[i]!, 1, 63);
        }
        else if (First == 0)
        {
            bits.Skip(High > 0 ? 1 : Magnitude(Constant[i]!.Read(ref bits)));
        }
        else if (High == 0)
        {
            FirstPass(ref bits, Other[i]!, ref Components[i].Known[block]);
        }
        else
        {
            Refinement(ref bits, Other[i]!, ref Components[i].Known[block]);
        }
    }

    private static void OtherTerms(ref JpegBits bits, JpegHuffman table, int k, int last)
    {
        while (k <= last)
        {
            var symbol = table.Read(ref bits);
            int run = symbol >> 4, size = symbol & 15;
            if (size == 0)
            {
                if (run < 15)
                {
                    return;
                }

                k += 16;
                continue;
            }

            bits.Skip(size);
            k += run + 1;
        }

        CheckPlace(k - 1, last);
    }

    private void FirstPass(ref JpegBits bits, JpegHuffman table, ref ulong known)
    {
        if (endOfBandRun > 0)
        {
            endOfBandRun--;
            return;
        }

        var k = First;
        while (k <= Last)
        {
            var symbol = table.Read(ref bits);
            int run = symbol >> 4, size = symbol & 15;
            if (size == 0)
            {
                if (run < 15)
                {
                    endOfBandRun = (1 << run) - 1 + bits.Read(run);
                    return;
                }

                k += 16;
                continue;
            }

            k += run;
            CheckPlace(k, Last);
            bits.Skip(size);
            known |= 1ul << k++;
        }

        CheckPlace(k - 1, Last);
    }

    private void Refinement(ref JpegBits bits, JpegHuffman table, ref ulong known)
    {
        var k = First;
        while (endOfBandRun == 0 && k <= Last)
        {
            var symbol = table.Read(ref bits);
            int run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run < 15)
            {
                endOfBandRun = (1 << run) + bits.Read(run);
                break;
            }

            if (size > 1)
            {
                throw new InvalidImageException(
                    "the JPEG scan data is damaged: a refinement scan holds a coefficient of more than one bit");
            }

            bits.Skip(size);
            for (; k <= Last; k++)
            {
                if ((known >> k & 1) != 0)
                {
                    bits.Skip(1);
                }
                else if (--run < 0)
                {
                    break;
                }
            }

            if (size == 1)
            {
                CheckPlace(k, Last);
                known |= 1ul << k;
            }

            k++;
        }

        if (endOfBandRun > 0)
        {
            endOfBandRun--;
            if (k <= Last)
            {
                // One correction bit for each coefficient of the rest of the band that is not zero.
                var band = known & (ulong.MaxValue << k) & (ulong.MaxValue >> (63 - Last));
                bits.SkipMany(BitOperations.PopCount(band));
            }
        }
    }

    private static int Magnitude(int size) =>
        size <= 15 ? size : throw new InvalidImageException("the JPEG scan data is damaged: a constant term has more than 15 bits");

    private static void CheckPlace(int k, int last)
    {
        if (k > last)
        {
            throw new InvalidImageException(
                $"the JPEG scan data is damaged: it places coefficient {k} of a block where the last is {last}");
        }
    }
}
