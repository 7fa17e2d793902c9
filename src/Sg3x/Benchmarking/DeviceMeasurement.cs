using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>Measures what a device can do: a copy within it, and dense products.</summary>
internal static class DeviceMeasurement
{
    private const int Repeats = 5;

    // Larger than any cache, and products that fill the device; small enough for a CPU to make several.
    private const long CopiedOnCpu = 64L << 20, CopiedOnDevice = 1L << 30;
    private const int OnCpu = 1024, EmulatedOnCpu = 256, OnDevice = 8192;

    /// <summary>Measures a device.</summary>
    public static DeviceRates Run(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        bool cpu = device.type == DeviceType.CPU;
        return new(
            Copy(device, cpu ? CopiedOnCpu : CopiedOnDevice) / 1e9,
            Product(device, ScalarType.Float32, cpu ? OnCpu : OnDevice) / 1e9,
            Product(device, ScalarType.BFloat16, cpu ? EmulatedOnCpu : OnDevice) / 1e9);
    }

    // Bytes read and bytes written.
    private static double Copy(Device device, long bytes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor from = randn([bytes / sizeof(float)], device: device), to = empty_like(from);
        return 2 * bytes / Timing.MedianOf(Repeats, () => to.copy_(from), device);
    }

    // Random numbers: on some devices zeros take less power, and so less time.
    private static double Product(Device device, ScalarType dtype, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = randn([size, size], device: device).to(dtype), b = randn([size, size], device: device).to(dtype);
        return 2.0 * size * size * size / Timing.MedianOf(Repeats, () => a.mm(b), device);
    }
}
