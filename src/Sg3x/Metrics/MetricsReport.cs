namespace Sg3x.Metrics;

/// <summary>An equivariance of a generator.</summary>
/// <param name="Decibels">EQ with I_max = 2, in dB, and its 95 % interval.</param>
/// <param name="Variance">The same with the images' own variance as the signal: a weak image does not score high.</param>
public sealed record EquivarianceFigure(Interval Decibels, Interval Variance)
{
    internal static EquivarianceFigure Of(EquivarianceError error) => new(error.DecibelsInterval(), error.VarianceInterval());
}

/// <summary>Average power spectra of generated and real images.</summary>
/// <param name="Generated">dB at k = 0 … R/2 cycles per image, as <see cref="PowerSpectrum"/> gives them.</param>
/// <param name="Real">The same of the real images.</param>
/// <param name="Difference">
/// Root mean square of their difference over k ≥ 1, in dB, and its 95 % interval by the bootstrap over images.
/// </param>
public sealed record SpectraFigure(IReadOnlyList<double> Generated, IReadOnlyList<double> Real, Interval Difference);

/// <summary>Metrics over the features of a network.</summary>
/// <param name="Network">SHA-256 of its file.</param>
/// <param name="Generated">Generated images.</param>
/// <param name="Real">Real images.</param>
/// <param name="Fid">
/// Fréchet distance; null where there are fewer than 2 images. It has no interval: on few images it is too large by more than it
/// varies, so that an interval of drawings would not hold the distance of the distributions. Compare it at equal numbers of
/// images.
/// </param>
/// <param name="Kid">Kernel distance, which does not depend on the number of images, and its 95 % interval.</param>
/// <param name="Precision">Share of generated images among the real ones; null where there are fewer than 4 images.</param>
/// <param name="Recall">Share of real images among the generated ones.</param>
/// <param name="FromCache">Whether the real images' features were there already.</param>
public sealed record FeatureFigures(
    string Network, int Generated, int Real, double? Fid, Interval? Kid, double? Precision, double? Recall, bool FromCache);

/// <summary>Everything that was measured of a generator; null is what was not asked for.</summary>
/// <param name="Samples">Images made.</param>
/// <param name="Seed">Seed of the first.</param>
/// <param name="Translation">EQ-T: translations rounded to pixels.</param>
/// <param name="Fractional">EQ-T_frac.</param>
/// <param name="Rotation">EQ-R.</param>
/// <param name="Data">The data set's name.</param>
/// <param name="SlicedWasserstein">Distances to the data set.</param>
/// <param name="Spectra">Average power spectra.</param>
/// <param name="Features">FID, KID, precision and recall.</param>
public sealed record MetricsReport(
    int Samples, long Seed, EquivarianceFigure? Translation, EquivarianceFigure? Fractional, EquivarianceFigure? Rotation,
    string? Data, SlicedWassersteinIntervals? SlicedWasserstein, SpectraFigure? Spectra, FeatureFigures? Features);
