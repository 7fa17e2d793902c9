using Sg3x.Configuration;
using Sg3x.Metrics;

namespace Sg3x.Departures.Tests;

/// <summary>The table for people.</summary>
public sealed class TableTests
{
    [Fact]
    public void ARowForEachRun()
    {
        static EquivarianceFigure Eq(double value) => new(new Interval(value, 0, 0), new Interval(value - 20, 0, 0));
        Settings settings = new();
        RunConfig paper = settings.Paper();
        Result healthy = new("paper", "none", 4)
        {
            Metrics = new MetricsReport(
                1000, 0, Eq(60.04), Eq(61), null, "cats",
                new SlicedWassersteinIntervals(1000, [], new Interval(120.26, 118, 123.45)), null, null),
            RefusedAfterwards = [],
        };
        Result departed = healthy with
        {
            Departure = "filters",
            Alarms = ["layers", "collapse", "layers"],
            RefusedBefore = ["filter.taps", "filter.delta", "filter.response", "op.x", "op.y"],
            RefusedAfterwards = ["filter.taps"],
        };
        Result declared = healthy with
        {
            Departure = "margin",
            WaivedBefore = ["config.alias-free"],
            RefusedAfterwards = ["config.alias-free"],
        };
        Result both = declared with { RefusedBefore = ["op.x"] };
        Result stopped = new("x", "another", 1.25) { StoppedBecause = "NaN | in\nG" };

        string[] lines = Table.Markdown(settings, paper, [healthy, departed, declared, both, stopped]).Split('\n');

        Assert.Equal("| none | 60.0 / 40.0 | 61.0 / 41.0 | 120.3 (118.0–123.5) | silent | passes | passes |", lines[2]);
        Assert.Equal(
            "| filters | 60.0 / 40.0 | 61.0 / 41.0 | 120.3 (118.0–123.5) | layers, collapse "
            + "| refuses: filter.taps, filter.delta, filter.response and 2 more | refuses: filter.taps |", lines[3]);
        Assert.Equal(
            "| margin | 60.0 / 40.0 | 61.0 / 41.0 | 120.3 (118.0–123.5) | silent | waived: config.alias-free "
            + "| refuses: config.alias-free |", lines[4]);
        Assert.Contains("| silent | refuses: op.x; waived: config.alias-free | ", lines[5], StringComparison.Ordinal);
        Assert.Equal("| another | stopped at 1.25 kimg: NaN \\| in G | – | – | silent | passes | – |", lines[6]);
        Assert.StartsWith(
            "ADA's time scale is 1.3441 kimg in the place of 500 (5.3764 where it is slow), ", lines[9],
            StringComparison.Ordinal);
    }
}
