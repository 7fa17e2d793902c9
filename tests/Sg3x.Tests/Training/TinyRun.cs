using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Tests.Training;

/// <summary>The smallest run that has every part of a large one.</summary>
internal static class TinyRun
{
    internal const int Batch = 4;

    /// <summary>11 iterations, R1 at 0, 4 and 8.</summary>
    internal static RunConfig Config { get; } = new RunConfig
    {
        Generator = new GeneratorConfig
        {
            Resolution = 16, ZDim = 8, WDim = 8, ChannelBase = 32, ChannelMax = 4, Layers = 4, CriticalLayers = 1, Margin = 2,
        },
        Discriminator = new DiscriminatorConfig { Resolution = 16, ChannelBase = 64, ChannelMax = 4 },
        Training = new TrainingConfig
        {
            Device = "cpu", Threads = 1, Batch = Batch, Kimg = 11 * Batch / 1000.0, R1Interval = 4, R1Gamma = 1,
        },
        Data = new DataConfig { Source = "cats:13", Mirror = true },
        Snapshots = new SnapshotConfig
        {
            TickKimg = 2 * Batch / 1000.0, SamplesKimg = 0, CheckpointKimg = 0, GridColumns = 2, GridRows = 2, DistanceImages = 0,
        },
    }.Validate();
}
