namespace Sg3x.Spec.Augmentation;

/// <summary>
/// The sym6 low-pass filter of ADA's oversampling: Daubechies' least asymmetric orthonormal wavelet of six vanishing moments,
/// twelve taps with
/// <code>
///   Σ h = √2        Σ_k h[k]·h[k + 2m] = δ[m]        Σ_k (−1)^k·k^p·h[k] = 0 for p = 0…5
/// </code>
/// which fix it (up to the choice of roots); divided by its sum where it resamples.
/// </summary>
public static class Wavelet
{
    /// <summary>h.</summary>
    public static double[] Sym6 { get; } =
    [
        0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
        0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
        0.0017677118642428036, -0.007800708325034148,
    ];

    /// <summary>h / Σ h.</summary>
    public static double[] UnitSum { get; } = [.. Sym6.Select(tap => tap / Sym6.Sum())];
}
