namespace Sg3x.Metrics;

/// <summary>A figure of a <see cref="MetricsReport"/> by which states of a run can be told apart.</summary>
/// <param name="Name">Its name, as configurations and logs have it.</param>
/// <param name="MoreIsBetter">Whether the larger figure is the better one.</param>
/// <param name="Of">The figure; null where the report does not have it.</param>
public sealed record QualityMetric(string Name, bool MoreIsBetter, Func<MetricsReport, double?> Of)
{
    internal const string SlicedWasserstein = "slicedWasserstein";

    /// <summary>All there are.</summary>
    public static IReadOnlyList<QualityMetric> All { get; } =
    [
        new(SlicedWasserstein, false, r => r.SlicedWasserstein?.Mean.Value),
        new("spectrum", false, r => r.Spectra?.Difference.Value),
        new("fid", false, r => r.Features?.Fid) { NeedsFeatures = true },
        new("kid", false, r => r.Features?.Kid?.Value) { NeedsFeatures = true },
        new("precision", true, r => r.Features?.Precision) { NeedsFeatures = true },
        new("recall", true, r => r.Features?.Recall) { NeedsFeatures = true },
        new("eqT", true, r => r.Translation?.Decibels.Value) { NeedsEquivariance = true },
        new("eqTVariance", true, r => r.Translation?.Variance.Value) { NeedsEquivariance = true },
        new("eqTFrac", true, r => r.Fractional?.Decibels.Value) { NeedsEquivariance = true },
        new("eqTFracVariance", true, r => r.Fractional?.Variance.Value) { NeedsEquivariance = true },
        new("eqR", true, r => r.Rotation?.Decibels.Value) { NeedsEquivariance = true, NeedsRadialFilters = true },
        new("eqRVariance", true, r => r.Rotation?.Variance.Value) { NeedsEquivariance = true, NeedsRadialFilters = true },
    ];

    /// <summary>Whether it needs a network for features.</summary>
    public bool NeedsFeatures { get; private init; }

    /// <summary>Whether it needs the measurement of equivariance.</summary>
    public bool NeedsEquivariance { get; private init; }

    /// <summary>Whether it is measured of config R alone.</summary>
    public bool NeedsRadialFilters { get; private init; }

    /// <summary>The metric of a name; null where there is none.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    public static QualityMetric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>Every figure that a report has, by name.</summary>
    /// <param name="report">The report.</param>
    public static IReadOnlyDictionary<string, double> Figures(MetricsReport report) => All
        .Select(metric => (metric.Name, Value: metric.Of(report)))
        .Where(figure => figure.Value is double value && double.IsFinite(value))
        .ToDictionary(figure => figure.Name, figure => figure.Value!.Value, StringComparer.Ordinal);

    /// <summary>Whether a figure is better than another.</summary>
    /// <param name="value">The one.</param>
    /// <param name="other">The other.</param>
    public bool IsBetter(double value, double other) => MoreIsBetter ? value > other : value < other;
}
