using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>Wall-clock times.</summary>
internal static class Timing
{
    // A device is waited for once in so long: the wait itself takes some hundredths of a millisecond.
    private const double ShortestOnDevice = 5e-3;
    private const int MostCalls = 200;

    /// <summary>The seconds that one call takes, the device's work included.</summary>
    public static double Once(Action call, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Finish(device);
        long start = Stopwatch.GetTimestamp();
        call();
        Finish(device);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The seconds of one call. Of a short one on a device the mean of several in a row: the device then has the next one
    /// queued, as it has in a training, and waiting for it is no part of the time.</summary>
    public static double Steady(Action call, Device device)
    {
        double once = Once(call, device);
        int calls = Calls(once, device);
        return calls == 1 ? once : Repeated(call, calls, device);
    }

    /// <summary>The median of several calls, each as <see cref="Steady"/> has it, after one that is not counted.</summary>
    public static double MedianOf(int repeats, Action call, Device device)
    {
        Once(call, device);
        int calls = Calls(Once(call, device), device);
        return Median(Enumerable.Range(0, repeats).Select(_ => Repeated(call, calls, device)));
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Waits until a device has done all that it was given. TorchSharp has neither streams nor events; but all work, the kernel's
    /// too, goes to the legacy default stream in order, so a number that comes back to the host has waited for all before it.
    /// </summary>
    public static void Finish(Device device)
    {
        if (device.type == DeviceType.CPU)
            return;
        using Tensor one = zeros(1, ScalarType.Float32, device);
        one.cpu().Dispose();
    }

    private static int Calls(double seconds, Device device) =>
        device.type == DeviceType.CPU ? 1 : (int)Math.Clamp(Math.Ceiling(ShortestOnDevice / seconds), 1, MostCalls);

    // What a call makes is freed before the next: all of it at once would not fit.
    private static double Repeated(Action call, int calls, Device device) => Once(
        () =>
        {
            for (int i = 0; i < calls; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                call();
            }
        },
        device) / calls;
}
