using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cpu;

/// <summary>Where a tensor's elements lie.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The first element of a contiguous tensor on the CPU; null where it has none. The caller keeps the tensor
    /// alive.</summary>
    /// <param name="tensor">Of at least one dimension, or null.</param>
    public static byte* Of(Tensor? tensor)
    {
        // A span of bytes ends at 2 GiB, the memory does not: the first image stands for it.
        if (tensor is null || tensor.numel() == 0)
            return null;
        using var first = tensor.narrow(0, 0, 1);
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
