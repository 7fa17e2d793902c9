using Sg3x.Training;
using Sg3x.Training.Monitors;

namespace Sg3x.Tests.Training.Monitors;

/// <summary>Lines of statistics that no run has made.</summary>
internal static class MadeUpRun
{
    /// <summary>A line; what is not given is that of a healthy run.</summary>
    internal static TrainingTick Tick(
        double kimg, double g = 1.1, double d = 1.2, double sign = 0.4, params LayerActivity[] layers) => new(
        (long)(kimg * 1000 / 32), kimg, 10_000, 60, g, d / 2, d / 2, sign, null, 0.05, 1 << 28, kimg * 60, 1000) { Layers = layers };

    /// <summary>A layer; what is not given is that of a healthy one.</summary>
    internal static LayerActivity Layer(double magnitude = 0.9, double clamped = 0, double zero = 0) =>
        new("L3_52_512", magnitude, clamped, zero);

    /// <summary>The alarms of a monitor over a run of lines 4 kimg apart, each with the kimg at which it came.</summary>
    internal static (double Kimg, MonitorAlarm Alarm)[] Alarms(
        IRunMonitor monitor, int lines, Func<double, TrainingTick> line) =>
        [.. Enumerable.Range(1, lines).Select(i => 4.0 * i).SelectMany(kimg => monitor.Look(line(kimg)).Select(a => (kimg, a)))];
}
