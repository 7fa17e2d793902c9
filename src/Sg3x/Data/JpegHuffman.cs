namespace Sg3x.Data;

/// <summary>A Huffman table of a JPEG file (ITU T.81, annex C), for looking codes up.</summary>
internal sealed class JpegHuffman
{
    // Codes to this length are found in one step.
    private const int FastBits = 9;

    private readonly ushort[] fast = new ushort[1 << FastBits];
    private readonly int[] lastCode = new int[17], offset = new int[17];
    private readonly byte[] symbols;

    /// <param name="counts">Codes of each length 1 to 16.</param>
    /// <param name="symbols">Their symbols, shortest first.</param>
    /// <exception cref="InvalidImageException">There are more codes of a length than fit.</exception>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        this.symbols = symbols.ToArray();
        int code = 0, index = 0;
        for (var length = 1; length <= 16; length++)
        {
            offset[length] = index - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length)
                {
                    throw new InvalidImageException("a JPEG Huffman table is damaged: it has more codes than fit");
                }

                if (length <= FastBits)
                {
                    fast.AsSpan(code << (FastBits - length), 1 << (FastBits - length)).Fill((ushort)((length << 8) | symbols[index]));
                }
            }

            lastCode[length] = code - 1;
            code <<= 1;
        }
    }

    /// <summary>Reads one symbol.</summary>
    public int Read(ref JpegBits bits)
    {
        var window = bits.Peek16();
        int entry = fast[window >> (16 - FastBits)];
        if (entry != 0)
        {
            bits.Skip(entry >> 8);
            return entry & 255;
        }

        for (var length = FastBits + 1; length <= 16; length++)
        {
            var code = window >> (16 - length);
            if (code <= lastCode[length] && code + offset[length] >= 0 && code + offset[length] < symbols.Length)
            {
                bits.Skip(length);
                return symbols[code + offset[length]];
            }
        }

        throw new InvalidImageException("the JPEG scan data is damaged: it holds a code that its Huffman table does not have");
    }
}
