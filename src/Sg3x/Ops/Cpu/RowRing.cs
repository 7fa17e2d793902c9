using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// The last few rows of an endless sequence, in a fixed buffer. The offsets are listed twice over, so that those of any run of
/// neighbouring rows stand side by side.
/// </summary>
internal sealed unsafe class RowRing
{
    private readonly nint* _offsets;

    public RowRing(int capacity, int row, List<Array> pinned)
    {
        Capacity = Math.Max(capacity, 1);
        var offsets = GC.AllocateArray<nint>(2 * Capacity, pinned: true);
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = (nint)(i % Capacity) * row;
        pinned.Add(offsets);
        _offsets = (nint*)Unsafe.AsPointer(ref offsets[0]);
    }

    /// <summary>Rows kept.</summary>
    public int Capacity { get; }

    /// <summary>Offsets of row <paramref name="index"/> (counted from 0) and of those after it.</summary>
    public nint* From(int index) => _offsets + (index % Capacity);
}
