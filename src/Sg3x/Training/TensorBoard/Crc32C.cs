using System.Buffers.Binary;
using System.Numerics;

namespace Sg3x.Training.TensorBoard;

/// <summary>CRC-32C (Castagnoli), and the form of it that stands in TensorFlow's record files.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of bytes.</summary>
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    /// <summary>The checksum as it is stored, so that the checksum of data that holds checksums is not degenerate: turned right by 15
    /// bits, plus a constant.</summary>
    internal static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xa282ead8u;
}
