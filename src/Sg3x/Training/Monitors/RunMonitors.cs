using Sg3x.Configuration;

namespace Sg3x.Training.Monitors;

/// <summary>All monitors of a run.</summary>
internal sealed class RunMonitors
{
    private readonly FilterGuard _filters;
    private readonly IRunMonitor[] _monitors;

    /// <summary>Monitors as they were where an earlier part of the run ended.</summary>
    /// <param name="config">The run's configuration.</param>
    /// <param name="filters">The filters as they were checked.</param>
    /// <param name="before">The statistics of earlier parts; what they show has been reported then.</param>
    internal RunMonitors(RunConfig config, FilterGuard filters, IEnumerable<TrainingTick> before)
    {
        _filters = filters;
        _monitors =
        [
            new CollapseMonitor(config.Monitors),
            new MemorisationMonitor(config.Monitors),
            new LayerMonitor(config.Monitors, config.Training.MagnitudeHalfLifeKimg),
        ];
        foreach (TrainingTick tick in before)
        {
            _ = _monitors.SelectMany(m => m.Look(tick)).Count();
        }
    }

    /// <summary>What is found after a line of statistics.</summary>
    internal IEnumerable<MonitorAlarm> Look(TrainingTick tick) =>
    [
        .. _monitors.SelectMany(m => m.Look(tick)),
        .. _filters.FindChanged() is not string filter ? [] : new MonitorAlarm[]
        {
            new("filters", $"The filter {filter} is no longer the one that was checked before the run.", StopsRun: true),
        },
    ];
}
