namespace Sg3x.Oracle.Reports;

/// <summary>A row of the paper's table: 50 000 samples of FFHQ-U at 256².</summary>
/// <param name="Step">What the configuration adds to the one before.</param>
/// <param name="Fid">Fréchet inception distance.</param>
/// <param name="Translation">EQ-T in dB; null where it was not given.</param>
/// <param name="Rotation">EQ-R in dB; null where it was not given.</param>
public sealed record PublishedEquivariance(string Step, double Fid, double? Translation, double? Rotation)
{
    /// <summary>AFG table 1, from StyleGAN2 to config R.</summary>
    public static IReadOnlyList<PublishedEquivariance> Table { get; } =
    [
        new("StyleGAN2", 5.14, null, null),
        new("+ Fourier features", 4.79, 16.23, 10.81),
        new("+ no noise inputs", 4.54, 15.81, 10.84),
        new("+ simplified generator", 5.21, 19.47, 10.41),
        new("+ boundaries & upsampling", 6.02, 24.62, 10.97),
        new("+ filtered nonlinearities", 6.35, 30.60, 10.81),
        new("+ non-critical sampling", 4.78, 43.90, 10.84),
        new("+ transformed Fourier features", 4.64, 45.20, 10.61),
        new("+ flexible layers (T)", 4.62, 63.01, 13.12),
        new("+ rotation equivariance (R)", 4.50, 66.65, 40.48),
    ];
}
