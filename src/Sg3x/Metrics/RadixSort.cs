using System.Buffers;

namespace Sg3x.Metrics;

/// <summary>
/// Sorts many numbers in a time that grows with their count alone: three passes over 11 bits each, lowest first.
/// </summary>
internal static class RadixSort
{
    private const int Bits = 11, Buckets = 1 << Bits, Passes = 3;

    /// <summary>Sorts in ascending order; numbers that are not a number have no defined place.</summary>
    public static void Sort(Span<float> values)
    {
        var from = ArrayPool<uint>.Shared.Rent(values.Length);
        var to = ArrayPool<uint>.Shared.Rent(values.Length);
        Span<int> places = stackalloc int[Buckets];
        for (var i = 0; i < values.Length; i++)
        {
            from[i] = Key(values[i]);
        }

        for (var pass = 0; pass < Passes; pass++)
        {
            var shift = Bits * pass;
            places.Clear();
            for (var i = 0; i < values.Length; i++)
            {
                places[(int)((from[i] >> shift) & (Buckets - 1))]++;
            }

            var sum = 0;
            foreach (ref var place in places)
            {
                (place, sum) = (sum, sum + place);
            }

            for (var i = 0; i < values.Length; i++)
            {
                to[places[(int)((from[i] >> shift) & (Buckets - 1))]++] = from[i];
            }

            (from, to) = (to, from);
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Value(from[i]);
        }

        ArrayPool<uint>.Shared.Return(from);
        ArrayPool<uint>.Shared.Return(to);
    }

    /// <summary>
    /// A whole number that is ordered as the floating-point numbers are: the sign turned, negative ones turned round.
    /// </summary>
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits >> 31) != 0 ? ~bits : bits | 0x80000000;
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key >> 31) != 0 ? key & 0x7FFFFFFF : ~key);
}
