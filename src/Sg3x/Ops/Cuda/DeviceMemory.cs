using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>Where a tensor's elements lie, on any device.</summary>
/// <remarks>
/// TorchSharp tells it of storages alone, without the tensor's offset, and not of bfloat16: its native library is asked, whose
/// function the stand-in's has under the same name.
/// </remarks>
internal static unsafe class DeviceMemory
{
    private static readonly delegate* unmanaged<nint, nint> s_data = Find();

    /// <summary>The native library tells.</summary>
    public static bool IsKnown => s_data is not null;

    /// <summary>The first element of a contiguous tensor; 0 of null or where it has none. The caller keeps the tensor alive.</summary>
    /// <param name="tensor">Of any dtype and device, or null.</param>
    /// <exception cref="NotSupportedException">The native library has no such function.</exception>
    public static nint Of(Tensor? tensor)
    {
        if (tensor is null || tensor.numel() == 0)
            return 0;
        if (s_data is null)
            throw new NotSupportedException("TorchSharp's native library does not export THSTensor_data.");
        return s_data(tensor.Handle);
    }

    private static delegate* unmanaged<nint, nint> Find()
    {
        foreach (string library in (string[])["LibTorchSharp", "torchsharp_local"])
        {
            if (NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out nint handle)
                && NativeLibrary.TryGetExport(handle, "THSTensor_data", out nint function))
            {
                return (delegate* unmanaged<nint, nint>)function;
            }
        }
        return null;
    }
}
