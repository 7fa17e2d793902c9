using Sg3x.Metrics;
using Sg3x.Training;

namespace Sg3x.Departures;

/// <summary>What came of a run.</summary>
/// <param name="Name">Its folder.</param>
/// <param name="Departure">What is not as in the papers.</param>
/// <param name="Kimg">Thousands of images that it was trained on.</param>
internal sealed record Result(string Name, string Departure, double Kimg)
{
    /// <summary>Why it stopped before its end; null: it did not.</summary>
    public string? StoppedBecause { get; init; }

    /// <summary>The monitors that raised an alarm, in order.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>The checks of the preflight that failed.</summary>
    public IReadOnlyList<string> RefusedBefore { get; init; } = [];

    /// <summary>The checks of the preflight that the run declares to depart from, and does.</summary>
    public IReadOnlyList<string> WaivedBefore { get; init; } = [];

    /// <summary>The checks that failed when the run was held to the papers by what it exports; null: it was not.</summary>
    public IReadOnlyList<string>? RefusedAfterwards { get; init; }

    /// <summary>The trained network's figures; null: it was not measured.</summary>
    public MetricsReport? Metrics { get; init; }

    /// <summary>The last line of statistics.</summary>
    public TrainingTick? Last { get; init; }
}
