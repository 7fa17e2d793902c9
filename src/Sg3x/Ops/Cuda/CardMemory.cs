using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// The memory of a GPU as its driver tells it. TorchSharp has no statistics of libtorch's allocator; the driver knows what is in
/// use by all programs, what libtorch keeps for later included.
/// </summary>
internal static class CardMemory
{
    private static readonly Lazy<CudaDriver?> s_driver = new(Open);

    /// <summary>Bytes in use on a device by all programs; null on a CPU, or where the driver does not tell.</summary>
    public static long? Used(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            return device.type == DeviceType.CUDA ? s_driver.Value?.UsedMemory(Math.Max(0, device.index)) : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static CudaDriver? Open()
    {
        try
        {
            return new CudaDriver();
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
