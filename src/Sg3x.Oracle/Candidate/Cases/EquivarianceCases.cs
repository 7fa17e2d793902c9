using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>The measures of equivariance: how images are moved, which pixels count, and decibels.</summary>
internal static class EquivarianceCases
{
    private static readonly Bug Rolled =
        new("ShiftedRoundTheEdge", "pixels that leave on one side come in on the other, and all count",
            "EQ-T of 15 dB for anything",
            Sources.Classic);

    private static readonly Bug Exchanged =
        new("RowsForColumns", "x moves rows, y columns", "EQ-T of 15 dB for anything", Sources.Classic);

    private static readonly Bug BilinearShift =
        new("BilinearFraction", "a fraction of a pixel is bilinear, not sinc·Lanczos", "EQ-T_frac of 30 dB for anything",
            Sources.Classic);

    private static readonly Bug NotNormalised =
        new("ShiftTapsNotNormalised", "the six taps are not brought to unit sum", "the reference is darker than the image",
            Sources.Classic);

    private static readonly Bug WrongWay =
        new("UserTransformForward", "the user transform moves as the image does; it is the inverse",
            "the image moves the other way",
            Sources.Classic);

    private static readonly Bug BilinearTurn =
        new("BilinearTurn", "the reference is read bilinearly, without a band limit",
            "EQ-R of 20 dB for anything", Sources.Classic);

    private static readonly Bug TurnedBack =
        new("TurnedTheOtherWay", "the reference turns by −α: an angle with y up", "EQ-R of 10 dB for anything", Sources.Classic);

    private static readonly Bug NotLimited =
        new("GeneratedNotLimited", "the generated image keeps what a turned square of frequencies does not hold",
            "what the reference cannot have is counted as an error", Sources.Classic);

    private static readonly Bug LimitedForTheOtherTurn =
        new("LimitedForTheOtherTurn", "the generated image gets the reference's filter, not the one of the opposite angle",
            "another part of the corners is left", Sources.Classic);

    private static readonly Bug UnitPeak =
        new("PeakOfOne", "I_max is 1, as for images in 0…1", "6 dB less", Sources.Classic);

    private static readonly Bug MeanOfDecibels =
        new("MeanOfDecibels", "decibels of each sample are averaged", "one perfect sample makes all perfect", Sources.Classic);

    private static readonly Bug AllPixels =
        new("MaskIgnored", "pixels that have no source count", "the border's error hides the image's", Sources.Classic);

    public static VectorGroup User { get; } = new()
    {
        Name = "equivariance-transform",
        Equation = "AFG E: for an image moved by t or turned by α the input gets [1 0 −t_x; 0 1 −t_y; 0 0 1], or"
            + " [cos α −sin α; sin α cos α]",
        Instructions = "The user transforms of the Fourier input, `translation` [3, 3] for the image moved by `t` [2] (shares"
            + " of its"
            + " size, right and down) and `rotation` [3, 3] for the image turned by `angle`.",
        Cases = CaseBuilder.Number([Transforms()]),
    };

    public static VectorGroup Shift { get; } = new()
    {
        Name = "equivariance-translation",
        Equation = "AFG E.1: by whole pixels; by fractions with six taps at −2…3, sinc(k − f)·sinc((k − f)/3), unit sum, along"
            + " each"
            + " axis",
        Instructions = "Of `x` [N, C, H, W], moved right and down by `t` [2] pixels with zeros outside: `y` of the same shape,"
            + " and"
            + " `mask` [H, W], 1 where the source lies in the image (of a fraction: ⌊t⌋ + 3 ≤ u < size + ⌊t⌋ − 2).",
        Cases = CaseBuilder.Number([Moved("whole pixels", 81, 2, -1), Moved("fractions", 82, 1.375, -2.5)]),
    };

    public static VectorGroup Turn { get; } = new()
    {
        Name = "equivariance-rotation",
        Equation = "AFG E.3: f = (S ∗ S_α)·(L ∗ L_α), S(x, y) = sinc x·sinc y, L = window ⊗ window, window(t) = sinc(t/3) for"
            + " |t| < 3, S_α(p) = S(R·p), L_α(p) = L(R·p), R = [cos α, sin α; −sin α, cos α]",
        Instructions = "f is sampled at 1/up pixel, |x| and |y| < 6 pixels, each of its up² phases brought to unit sum; its"
            + " convolutions are sums over samples within 64 pixels, S and L wrapping round there. Of `x` [N, C, size, size] and"
            + " α = `angle`: `rotated`, of the same shape, what is p from the centre (y down) going to R·p: x upsampled by 4 with"
            + " f for α, zeros outside, and read bilinearly; `rotated_mask` [size, size], 1 where four times the source's column"
            + " and row, rounded, are from 22 to 4·size − 27; `limited`, x convolved with f for −α, up = 1; `limited_mask`, 1"
            + " where that needs no zeros.",
        Cases = CaseBuilder.Number([Turned()]),
    };

    public static VectorGroup Decibels { get; } = new()
    {
        Name = "equivariance-decibels",
        Equation = "AFG 3, equation 3: EQ = 10·log10(2² / (Σ m·(a − b)² / Σ m)), all samples summed before the quotient",
        Instructions = "Of `reference` and `generated` [N, C, H, W] and `mask` [H, W]: `eq`, and `variance_over_error`, the"
            + " variance"
            + " of the generated pixels that count over the same error, both in dB.",
        Cases = CaseBuilder.Number([Pooled()]),
    };

    private static CaseBuilder Transforms()
    {
        double[] t = [0.125, -0.0625];
        const double α = 0.75;
        Dictionary<string, NumericArray> Outputs(double[,] translation, double[,] rotation) => new()
        {
            ["translation"] = NumericArray.Of(translation),
            ["rotation"] = NumericArray.Of(rotation),
        };
        return new CaseBuilder("right and up, and a turn", 2).With("angle", α).Given("t", NumericArray.Row(t))
            .Expect(Outputs(Translation.User(t[0], t[1]), Rotation.User(α)))
            .Fault(WrongWay, Outputs(Translation.User(-t[0], -t[1]), Rotation.User(-α)));
    }

    private static CaseBuilder Moved(string comment, uint seed, double tx, double ty)
    {
        NumericArray x = new Dyadic(seed).Array(1, 2, 12, 10);
        double[][,] image = x.Batch[0];
        (int height, int width) = (image[0].Height(), image[0].Width());
        bool whole = tx == Math.Round(tx) && ty == Math.Round(ty);
        Dictionary<string, NumericArray> Outputs(Masked moved) => new()
        {
            ["y"] = NumericArray.Of((double[][][,])[moved.Image]),
            ["mask"] = NumericArray.Of(moved.Mask),
        };
        Masked By(double u, double v) =>
            whole ? Translation.ByPixels(image, (int)u, (int)v) : Translation.Fractional(image, u, v);

        // The same taps before they are divided by their sum.
        double Sum(double φ) => Enumerable.Range(-2, 6).Sum(
            k => Spec.Filters.LowPass.Sinc(k - φ) * Spec.Filters.LowPass.Sinc((k - φ) / 3));

        Masked right = By(tx, ty);
        CaseBuilder built = new CaseBuilder(comment, whole ? 1 : 12).Given("x", x).Given("t", NumericArray.Row(tx, ty))
            .Expect(Outputs(right)).Fault(Exchanged, Outputs(By(ty, tx)));
        if (whole)
        {
            double[,] Roll(double[,] plane)
            {
                var y = new double[height, width];
                for (int v = 0; v < height; v++)
                    for (int u = 0; u < width; u++)
                        y[v, u] = plane[(v - (int)ty + height) % height, (u - (int)tx + width) % width];
                return y;
            }
            return built.Fault(Rolled, Outputs(new([.. image.Select(Roll)], Plane.Map(right.Mask, _ => 1.0))));
        }
        double[][,] At(int dx, int dy) =>
            Translation.ByPixels(image, (int)Math.Floor(tx) + dx, (int)Math.Floor(ty) + dy).Image;
        double fx = tx - Math.Floor(tx), fy = ty - Math.Floor(ty), sum = Sum(fx) * Sum(fy);
        double[][,] bilinear = [.. Enumerable.Range(0, image.Length).Select(c => Plane.Map(
            Plane.Map(At(0, 0)[c], At(1, 0)[c], (a, b) => (a * (1 - fx) + b * fx) * (1 - fy)),
            Plane.Map(At(0, 1)[c], At(1, 1)[c], (a, b) => (a * (1 - fx) + b * fx) * fy), (a, b) => a + b))];
        return built.Fault(BilinearShift, Outputs(right with { Image = bilinear }))
            .Fault(NotNormalised, Outputs(right with { Image = [.. right.Image.Select(p => Plane.Map(p, value =>
                value * sum))] }));
    }

    private static CaseBuilder Turned()
    {
        const double α = 0.6;
        NumericArray x = new Dyadic(85).Array(1, 1, 18, 18);
        double[][,] image = x.Batch[0];
        int size = image[0].Height();
        Dictionary<string, NumericArray> Outputs(Masked rotated, Masked limited) => new()
        {
            ["rotated"] = NumericArray.Of((double[][][,])[rotated.Image]),
            ["rotated_mask"] = NumericArray.Of(rotated.Mask),
            ["limited"] = NumericArray.Of((double[][][,])[limited.Image]),
            ["limited_mask"] = NumericArray.Of(limited.Mask),
        };
        var bilinear = new double[size, size];
        double[,] source = Rotation.Matrix(-α);
        double centre = (size - 1) / 2.0;
        for (int v = 0; v < size; v++)
            for (int u = 0; u < size; u++)
                bilinear[v, u] = Spec.Augmentation.Geometry.Bilinear(
                    image[0], source[0, 0] * (u - centre) + source[0, 1] * (v - centre) + centre,
                    source[1, 0] * (u - centre) + source[1, 1] * (v - centre) + centre);

        // A phase of f has twelve taps an axis, each a sum of 511 samples along both axes.
        Masked rotated = Rotation.Rotate(image, α), limited = Rotation.PseudoRotate(image, α);
        return new CaseBuilder("a turn to the left", 12 * 12 + 4 + 2 * 511).With("angle", α).Given("x", x)
            .Expect(Outputs(rotated, limited))
            .Fault(BilinearTurn, Outputs(rotated with { Image = [bilinear] }, limited))
            .Fault(TurnedBack, Outputs(Rotation.Rotate(image, -α), limited))
            .Fault(NotLimited, Outputs(rotated, limited with { Image = image }))
            .Fault(LimitedForTheOtherTurn, Outputs(rotated, Rotation.PseudoRotate(image, -α)));
    }

    private static CaseBuilder Pooled()
    {
        NumericArray a = new Dyadic(83).Array(2, 1, 4, 5), b = new Dyadic(84).Array(2, 1, 4, 5);

        // Samples of different errors, of which the first is good.
        double[][][,] reference = a.Batch;
        double[][][,] generated = [.. reference.Zip(b.Batch, (r, noise) => r.Zip(
            noise, (p, q) => Plane.Map(p, q, (s, t) => s + t / (r == reference[0] ? 64 : 4))).ToArray())];
        double[,] mask = Plane.Map(reference[0][0], _ => 1.0);
        for (int v = 0; v < 4; v++)
            mask[v, 0] = 0;
        Psnr Of(double[,] m, params int[] samples)
        {
            var psnr = new Psnr();
            foreach (int n in samples)
                psnr.Add(new Masked(reference[n], m), generated[n]);
            return psnr;
        }

        Dictionary<string, NumericArray> Outputs(double eq, double variance) => new()
        {
            ["eq"] = NumericArray.Scalar(eq),
            ["variance_over_error"] = NumericArray.Scalar(variance),
        };
        Psnr right = Of(mask, 0, 1), first = Of(mask, 0), second = Of(mask, 1), all = Of(Plane.Map(mask, _ => 1.0), 0, 1);
        return new CaseBuilder("a good sample and a bad one", 40)
            .Given("reference", a).Given("generated", NumericArray.Of(generated)).Given("mask", NumericArray.Of(mask))
            .Expect(Outputs(right.Decibels, right.VarianceDecibels))
            .Fault(UnitPeak, Outputs(right.Decibels - 10 * Math.Log10(4), right.VarianceDecibels))
            .Fault(MeanOfDecibels, Outputs(
                (first.Decibels + second.Decibels) / 2, (first.VarianceDecibels + second.VarianceDecibels) / 2))
            .Fault(AllPixels, Outputs(all.Decibels, all.VarianceDecibels));
    }
}
