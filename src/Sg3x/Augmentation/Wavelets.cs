namespace Sg3x.Augmentation;

/// <summary>Low-pass filters of orthonormal wavelets, Σ h = √2 (Daubechies' least asymmetric ones).</summary>
internal static class Wavelets
{
    /// <summary>sym6, six vanishing moments: for resampling.</summary>
    public static double[] Sym6 { get; } =
    [
        0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
        0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
        0.0017677118642428036, -0.007800708325034148,
    ];

    /// <summary>sym2, two vanishing moments: ((1 − √3), (3 − √3), (3 + √3), (1 + √3)) / (4√2).</summary>
    public static double[] Sym2 { get; } =
    [
        (1 - Math.Sqrt(3)) / (4 * Math.Sqrt(2)), (3 - Math.Sqrt(3)) / (4 * Math.Sqrt(2)),
        (3 + Math.Sqrt(3)) / (4 * Math.Sqrt(2)), (1 + Math.Sqrt(3)) / (4 * Math.Sqrt(2)),
    ];

    /// <summary>Divided by its sum.</summary>
    /// <param name="taps">A filter.</param>
    public static double[] UnitSum(double[] taps) => [.. taps.Select(tap => tap / taps.Sum())];

    /// <summary>Where a signal that is reflected at its first and last sample, and at those of its reflections, has sample
    /// i.</summary>
    /// <param name="i">Any index.</param>
    /// <param name="length">Samples, at least 2.</param>
    public static int Reflect(int i, int length)
    {
        int period = 2 * (length - 1);
        int at = ((i % period) + period) % period;
        return Math.Min(at, period - at);
    }
}
