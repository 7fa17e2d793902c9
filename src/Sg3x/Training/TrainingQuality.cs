namespace Sg3x.Training;

/// <summary>What was measured of G_ema.</summary>
/// <param name="Kimg">Thousands of real images shown before.</param>
/// <param name="Samples">Images that were made for it.</param>
/// <param name="Figures">The figures by the names of <see cref="Metrics.QualityMetric"/>.</param>
public sealed record TrainingQuality(double Kimg, int Samples, IReadOnlyDictionary<string, double> Figures)
{
    /// <summary>Whether the state was kept as the best so far.</summary>
    public bool IsBest { get; init; }
}

/// <summary>The state that is kept as the best of a run.</summary>
/// <param name="Metric">The metric it was chosen by.</param>
/// <param name="Value">Its value.</param>
/// <param name="Kimg">Thousands of real images shown before.</param>
/// <param name="Path">The file.</param>
public sealed record BestState(string Metric, double Value, double Kimg, string Path);
