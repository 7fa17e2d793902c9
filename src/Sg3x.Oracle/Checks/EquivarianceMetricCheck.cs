using Sg3x.Spec.Equivariance;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>Production's EQ-T, EQ-T_frac and EQ-R, part by part, in float64.</summary>
internal sealed class EquivarianceMetricCheck : ICheck
{
    private const double Roundings = 1.11e-16;

    public string Id => "metric.equivariance";

    public string Equation =>
        "AFG E: integer shift; 6 taps of sinc·Lanczos; f = (S ∗ S_α)·(L ∗ L_α), ↑4, bilinear; EQ = 10·log10(4·Σm/Σm·(a − b)²)";

    public string ToleranceBasis => "2⁻⁵³ times 16·√taps; of the band limit's filter, sums over 2·64·4 samples along both axes";

    // The filters of a rotation take a second to design.
    public bool Quick => false;

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draw = new Draw(subject.Seed);
        const int size = 24;
        double[][][,] x = draw.Batch(2, 2, size, size);
        Tensor images = subject.Tensor(x, ScalarType.Float64);
        MetricParts metrics = subject.Metrics;
        var pooled = new List<(Tensor, Tensor, Tensor)>();
        var psnr = new Psnr();

        foreach ((double tx, double ty) in new[] { (3.0, -2.0), (0, 5), (2.4, -3.3), (-0.5, 0.25) })
        {
            bool whole = tx == Math.Round(tx) && ty == Math.Round(ty);
            (Tensor y, Tensor mask) = whole ? metrics.ByPixels(images, tx, ty) : metrics.Fractional(images, tx, ty);
            Masked[] expected = [.. x.Select(
                image => whole ? Translation.ByPixels(image, (int)tx, (int)ty) : Translation.Fractional(image, tx, ty))];
            foreach (Finding finding in Compare($"shift by ({tx}, {ty})", expected, y, mask, 16 * 4 * Roundings))
                yield return finding;
            pooled.Add((y, images, mask));
            for (int n = 0; n < x.Length; n++)
                psnr.Add(expected[n], x[n]);
        }
        (double decibels, double variance) = metrics.Pool(pooled);
        yield return Differences.Number(
            "EQ of all these", psnr.Decibels, decibels, 1e-12, "all samples are summed before the quotient; I_max is 2");
        yield return Differences.Number("variance over error", psnr.VarianceDecibels, variance, 1e-12);

        // 511 samples along each axis of both products, and 47² taps of the filter.
        double tolerance = 16 * Roundings * Math.Sqrt(511 * 511 + 47 * 47);
        Tensor one = images.narrow(0, 0, 1);
        (Tensor turned, Tensor of) = metrics.Rotate(one, 0.7);
        foreach (Finding finding in Compare("turn by 0.7", [Rotation.Rotate(x[0], 0.7)], turned, of, tolerance))
            yield return finding;
        (Tensor limited, Tensor inside) = metrics.PseudoRotate(one, -2.3);
        foreach (Finding finding in Compare(
            "limit of a turn by −2.3", [Rotation.PseudoRotate(x[0], -2.3)], limited, inside, tolerance))
            yield return finding;
    }

    private static IEnumerable<Finding> Compare(string where, Masked[] expected, Tensor images, Tensor mask, double tolerance)
    {
        double[] e = [.. expected.SelectMany(masked => masked.Image).SelectMany(plane => plane.Cast<double>())];
        yield return Differences.Array(where, images.shape, e, Bridge.Values(images), tolerance,
            "the reference image is moved in another way than the paper's");
        double[] m = [.. expected[0].Mask.Cast<double>()];
        yield return Differences.Array($"mask of a {where}", mask.shape, m, Bridge.Values(mask), 0,
            "pixels count that have no source, or the other way round");
    }
}
