namespace Sg3x.Data;

/// <summary>The sum at the end of a zlib stream (RFC 1950, section 9).</summary>
internal struct Adler32
{
    private const uint Base = 65521;

    // 5552 is the most values that can be added before the second sum, in 32 bits, could overflow.
    private const int Run = 5552;

    private uint low = 1, high;

    public Adler32()
    {
    }

    public readonly uint Value => (high << 16) | low;

    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(Run, data.Length)];
            foreach (var value in part)
            {
                low += value;
                high += low;
            }

            low %= Base;
            high %= Base;
            data = data[part.Length..];
        }
    }
}
