namespace Sg3x.Configuration;

/// <summary>What a run leaves in its folder, and how often.</summary>
public sealed record SnapshotConfig
{
    /// <summary>Thousands of images from one line of statistics to the next.</summary>
    public double TickKimg { get; init; } = 4;

    /// <summary>Thousands of images from one sample grid to the next; 0: only the first and the last.</summary>
    public double SamplesKimg { get; init; } = 200;

    /// <summary>Thousands of images from one checkpoint to the next; 0: only the last.</summary>
    public double CheckpointKimg { get; init; } = 200;

    /// <summary>Checkpoints that are kept; older ones are removed. 0: all.</summary>
    public int KeepCheckpoints { get; init; } = 3;

    /// <summary>
    /// Thousands of images from one milestone to the next: the first checkpoint at or after each multiple is kept beside the latest
    /// <see cref="KeepCheckpoints"/>. 0: no milestones.
    /// </summary>
    public double MilestoneKimg { get; init; } = 1000;

    /// <summary>Columns of a sample grid.</summary>
    public int GridColumns { get; init; } = 8;

    /// <summary>Rows of a sample grid.</summary>
    public int GridRows { get; init; } = 8;

    /// <summary>
    /// Generated and real images whose sliced Wasserstein distance is measured at the start and at the end; 0: no measurement.
    /// </summary>
    public int DistanceImages { get; init; } = 1024;

    /// <summary>Measures the distance with every sample grid as well.</summary>
    public bool DistanceEverySamples { get; init; }

    /// <summary>Writes statistics and sample grids as TensorBoard events as well.</summary>
    public bool TensorBoard { get; init; } = true;
}
