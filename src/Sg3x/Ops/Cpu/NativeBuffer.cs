using System.Runtime.InteropServices;

namespace Sg3x.Ops.Cpu;

/// <summary>Memory outside the garbage collector's heap, aligned to cache lines, that grows and is kept for the next call.</summary>
internal sealed unsafe class NativeBuffer
{
    private const int Alignment = 64;
    private void* _data;
    private nuint _size;

    ~NativeBuffer() => NativeMemory.AlignedFree(_data);

    /// <summary>The buffer's memory, at least <paramref name="bytes"/> of it, all zero.</summary>
    public byte* Zeroed(nint bytes)
    {
        if ((nuint)bytes > _size)
        {
            NativeMemory.AlignedFree(_data);
            _data = null;
            _size = 0;
            _data = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            _size = (nuint)bytes;
        }
        NativeMemory.Clear(_data, (nuint)bytes);
        return (byte*)_data;
    }
}
