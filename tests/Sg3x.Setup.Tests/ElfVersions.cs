using System.Buffers.Binary;
using System.Text;

namespace Sg3x.Setup.Tests;

/// <summary>The versions that a shared library needs of others (ELF's section .gnu.version_r, 64 bits, little-endian).</summary>
internal static class ElfVersions
{
    private const uint NeededVersions = 0x6ffffffe;

    /// <summary>Gives one needed version, whose name is at least as long, another name.</summary>
    public static void ReplaceOneNeeded(byte[] library, string name)
    {
        long sections = Long(0x28);
        int count = Short(0x3c);
        for (int i = 0; i < count; i++)
        {
            long section = sections + (64 * i);
            if ((uint)Int(section + 4) != NeededVersions)
            {
                continue;
            }

            long needed = Long(section + 0x18);
            long strings = Long(sections + (64 * Int(section + 0x28)) + 0x18);
            long entry = needed + Int(needed + 8);
            long at = strings + Int(entry + 8);
            int length = library.AsSpan((int)at).IndexOf((byte)0);
            if (length < name.Length)
            {
                throw new InvalidDataException("the needed version's name is shorter than the new one");
            }

            byte[] text = Encoding.ASCII.GetBytes(name);
            library.AsSpan((int)at, length).Clear();
            text.CopyTo(library.AsSpan((int)at));

            // The loader compares hashes before names.
            BinaryPrimitives.WriteUInt32LittleEndian(library.AsSpan((int)entry), Hash(text));
            return;
        }

        throw new InvalidDataException("the library needs no versions");

        long Long(long offset) => BinaryPrimitives.ReadInt64LittleEndian(library.AsSpan((int)offset));

        int Int(long offset) => BinaryPrimitives.ReadInt32LittleEndian(library.AsSpan((int)offset));

        int Short(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan((int)offset));
    }

    private static uint Hash(byte[] name)
    {
        uint hash = 0;
        foreach (byte c in name)
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
