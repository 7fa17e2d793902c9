using System.Globalization;
using Sg3x.Configuration;

namespace Sg3x.Training.Monitors;

/// <summary>
/// Discriminator collapse: D tells every image apart (D's loss under 0.1) and G is far from fooling it (G's loss over 3), line after
/// line. From there on D's gradient says nothing about how to be better, and a run seldom comes back.
/// </summary>
public sealed class CollapseMonitor : IRunMonitor
{
    /// <summary>D's loss, both terms together, under which it tells every image apart.</summary>
    public const double DiscriminatorLoss = 0.1;

    /// <summary>G's loss over which it fools D with none.</summary>
    public const double GeneratorLoss = 3;

    private readonly MonitorConfig _config;
    private readonly Sustained _collapsed = new();

    /// <summary>A monitor that has seen nothing yet.</summary>
    /// <param name="config">How long it must last, and whether the run is then stopped.</param>
    public CollapseMonitor(MonitorConfig config) => _config = config;

    /// <inheritdoc/>
    public IEnumerable<MonitorAlarm> Look(TrainingTick tick)
    {
        bool now = tick.DiscriminatorLoss < DiscriminatorLoss && tick.GeneratorLoss > GeneratorLoss;
        if (_config.CollapseKimg > 0 && _collapsed.Look(now, tick.Kimg, _config.CollapseKimg))
        {
            yield return new MonitorAlarm("collapse", string.Create(CultureInfo.InvariantCulture,
                $"Discriminator collapse: for {_collapsed.Kimg:0.###} kimg D's loss has been under {DiscriminatorLoss} (now ")
                + string.Create(CultureInfo.InvariantCulture,
                $"{tick.DiscriminatorLoss:0.000}) and G's over {GeneratorLoss} (now {tick.GeneratorLoss:0.00}): G learns nothing from a ")
                + "D that is never in doubt. Levers: a faster adaptive augmentation, a larger batch, more images; a checkpoint from "
                + "before it to go on from.", _config.StopOnCollapse);
        }
    }
}
