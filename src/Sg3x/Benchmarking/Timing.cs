using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>Wall-clock times.</summary>
internal static class Timing
{
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

    /// <summary>The median of several calls after one that is not counted.</summary>
    public static double MedianOf(int repeats, Action call, Device device)
    {
        Once(call, device);
        return Median(Enumerable.Range(0, repeats).Select(_ => Once(call, device)));
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    // There is no stream to wait for in TorchSharp: a value that comes back has waited for all before it.
    private static void Finish(Device device)
    {
        if (device.type == DeviceType.CPU)
            return;
        using Tensor one = zeros(1, ScalarType.Float32, device);
        one.cpu().Dispose();
    }
}
