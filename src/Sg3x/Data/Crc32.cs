namespace Sg3x.Data;

/// <summary>The cyclic redundancy check of PNG chunks and zip entries (ISO 3309, polynomial 0xEDB88320 reflected).</summary>
internal static class Crc32
{
    // Eight tables let eight bytes be folded in at once ("slicing by eight").
    private static readonly uint[][] Tables = BuildTables();

    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The sum of what <paramref name="crc"/> is the sum of, followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var c = ~crc;
        var t = Tables;
        while (data.Length >= 8)
        {
            var low = c ^ BitConverter.ToUInt32(data);
            var high = BitConverter.ToUInt32(data[4..]);
            c = t[7][low & 255] ^ t[6][(low >> 8) & 255] ^ t[5][(low >> 16) & 255] ^ t[4][low >> 24]
                ^ t[3][high & 255] ^ t[2][(high >> 8) & 255] ^ t[1][(high >> 16) & 255] ^ t[0][high >> 24];
            data = data[8..];
        }

        foreach (var value in data)
        {
            c = t[0][(c ^ value) & 255] ^ (c >> 8);
        }

        return ~c;
    }

    private static uint[][] BuildTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (var n = 0u; n < 256; n++)
            {
                if (k > 0)
                {
                    var previous = tables[k - 1][n];
                    tables[k][n] = tables[0][previous & 255] ^ (previous >> 8);
                    continue;
                }

                var c = n;
                for (var bit = 0; bit < 8; bit++)
                {
                    c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
                }

                tables[0][n] = c;
            }
        }

        return tables;
    }
}
