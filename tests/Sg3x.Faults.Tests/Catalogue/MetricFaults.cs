using Sg3x.Metrics;
using Sg3x.Oracle.Checks;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>EQ-T, EQ-T_frac, EQ-R.</summary>
internal static class MetricFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Fault("shifted round the edge", "mask of a shift", "roll, with every pixel counted", m => m with
        {
            ByPixels = (x, tx, ty) => (x.roll([(long)ty, (long)tx], [2, 3]), ones([x.shape[2], x.shape[3]], x.dtype)),
        }),
        Fault("a fraction by bilinear taps", "interpolation of a shift",
            "a blur that the generated image does not have: EQ-T_frac of 30 dB for anything", m => m with
        {
            Fractional = (x, tx, ty) =>
            {
                (_, Tensor mask) = ImageTranslation.Fractional(x, tx, ty);
                (double fx, double fy) = (tx - Math.Floor(tx), ty - Math.Floor(ty));
                Tensor At(int dx, int dy) =>
                    ImageTranslation.ByPixels(x, (int)Math.Floor(tx) + dx, (int)Math.Floor(ty) + dy).Images;
                return ((At(0, 0) * (1 - fx) + At(1, 0) * fx) * (1 - fy) + (At(0, 1) * (1 - fx) + At(1, 1) * fx) * fy, mask);
            },
        }),
        Fault("rows and columns exchanged", "direction of a shift", "x taken for y", m =>
            m with { ByPixels = (x, tx, ty) => m.ByPixels(x, ty, tx) }),
        Fault("turned the other way round", "direction of a turn", "y up in the place of y down: 10 dB for anything", m =>
            m with { Rotate = (x, angle) => m.Rotate(x, -angle) }),
        Fault("no band limit on the generated image", "band limit of a turn",
            "the reference's corners are gone, the image's are not", m => m with
        {
            PseudoRotate = (x, angle) => (x, m.PseudoRotate(x, angle).Mask),
        }),
        Fault("I_max of 1", "scale of EQ", "images in 0…1: 6 dB less", m => m with
        {
            Pool = pairs => (m.Pool(pairs).Decibels - 20 * Math.Log10(2), m.Pool(pairs).Variance),
        }),
        Fault("a mean of decibels", "pooling", "each batch by itself: one perfect image makes all perfect", m => m with
        {
            Pool = pairs => (pairs.Average(pair => m.Pool([pair]).Decibels), m.Pool(pairs).Variance),
        }),
    ];

    private static PlantedFault Fault(string name, string mechanism, string story, Func<MetricParts, MetricParts> change) =>
        new(name, $"metric: {mechanism}", Classic, story, "metric.equivariance", () =>
            T with { Metrics = change(MetricParts.Production) });
}
