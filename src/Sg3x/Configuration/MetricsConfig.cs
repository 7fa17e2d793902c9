namespace Sg3x.Configuration;

/// <summary>What is measured of G_ema while a run trains, and by which of it the best state is kept.</summary>
public sealed record MetricsConfig
{
    /// <summary>Thousands of images from one measurement to the next; the end of the run is measured as well. 0: none
    /// is.</summary>
    public double EveryKimg { get; init; }

    /// <summary>Images that are made for it, of the seeds 0, 1, …</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Measures EQ-T and EQ-T_frac, and of config R EQ-R.</summary>
    public bool Equivariance { get; init; }

    /// <summary>
    /// File of a network for features in TorchScript, for FID, KID, precision and recall; empty: none of them. It is a program, and runs
    /// with the training: take none of unknown origin, nor a configuration that names one.
    /// </summary>
    public string Features { get; init; } = "";

    /// <summary>Most real images that features are taken of.</summary>
    public int MostReal { get; init; } = 50_000;

    /// <summary>
    /// The metric (a name of <see cref="Metrics.QualityMetric"/>) by which the best state so far is kept, beside the latest
    /// checkpoints and the milestones; empty: none is.
    /// </summary>
    public string Best { get; init; } = "";
}
