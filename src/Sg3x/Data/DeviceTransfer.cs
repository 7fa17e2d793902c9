using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Data;

/// <summary>What goes from the host to the device within an iteration.</summary>
internal static class DeviceTransfer
{
    /// <summary>
    /// Sends a tensor without waiting for what the device has yet to do, as a copy from ordinary memory would: page-locked memory is
    /// read when the device comes to it, and libtorch keeps it until then.
    /// </summary>
    /// <param name="host">A tensor on the CPU; it may be disposed afterwards, not overwritten.</param>
    /// <param name="device">Where to.</param>
    /// <returns>A tensor of its shape and dtype; on the CPU the same memory.</returns>
    internal static Tensor Send(Tensor host, Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            return host.to(device);
        }

        using Tensor locked = host.pin_memory();
        return locked.to(device, non_blocking: true);
    }
}
