using Sg3x.Spec.Augmentation;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>The matrices of adaptive augmentation, and what is done with that of the geometry.</summary>
internal static class AugmentationCases
{
    private static readonly Bug Forward =
        new("ForwardMatrices", "each factor is what is done to the image, not its inverse",
            "the image moves the other way: right for a symmetric draw, wrong for the order", Sources.Classic);

    private static readonly Bug Reversed =
        new("FactorsReversed", "the factors are multiplied from the other side", "a translation before a turn is one after it",
            Sources.Classic);

    private static readonly Bug Upwards =
        new("RotationYUp", "rotations turn as if y pointed up", "mirrored turns: seen only where the order matters",
            Sources.Classic);

    private static readonly Bug AwayFromZero =
        new("RoundedAwayFromZero", "half a pixel is rounded away from 0, not to the even number", "another pixel at every half",
            Sources.Classic);

    private static readonly Bug NotRounded =
        new("IntegerTranslationNotRounded", "the integer translation is not rounded",
            "what should cost no sharpness is interpolated",
            Sources.Classic);

    private static readonly Bug Isotropic =
        new("AnisotropicBothAxes", "the anisotropic scale acts on both axes alike", "no anisotropy, and twice the scale",
            Sources.Classic);

    private static readonly Bug RotationTwice =
        new("RotationsAtP", "both rotations are taken with p each", "1 − (1 − p)² of the images are turned, not p",
            Sources.Classic);

    private static readonly Bug HalfP =
        new("RotationsAtHalfP", "both rotations are taken with p/2 each", "p − p²/4 of the images are turned, not p",
            Sources.Classic);

    private static readonly Bug ColourReversed =
        new("ColourReversed", "the first matrix is applied last", "contrast acts before brightness", Sources.Classic);

    private static readonly Bug LeftHanded =
        new("HueLeftHanded", "hue turns the other way", "not seen by statistics, wrong for given angles", Sources.Classic);

    private static readonly Bug Projection =
        new("LumaProjected", "the luma flip is I − v vᵀ: a projection", "the image loses its luma", Sources.Classic);

    private static readonly Bug Centred =
        new("ContrastAboutHalf", "contrast leaves ½ in its place, as for images in 0…1", "images in −1…1 are made brighter",
            Sources.Classic);

    private static readonly Bug NoWavelet =
        new("NoOversampling", "the image is sampled bilinearly as it is, without the wavelet", "blur that D learns to see",
            Sources.Classic);

    private static readonly Bug ZeroOutside =
        new("ZeroOutside", "zeros outside the image in the place of its reflection", "black corners that G learns to make",
            Sources.Classic);

    public static VectorGroup Geometry { get; } = new()
    {
        Name = "augmentation-geometry",
        Equation = "ADA B.2: G⁻¹ = flip · rot(i·π/2) · trans(−round(t·size)) · scale(1/s) · rot(θ₁) · scale(1/a, a) · rot(θ₂) ·"
            + " trans(−t·size); rot(θ) = [cos −sin; sin cos], pixels, y down",
        Instructions = "All augmentations are taken, with the draws `flip` (0 or 1), `rotate90` i, `xint` [2] (shares of the"
            + " image,"
            + " x first), `scale` s, `rotate` θ₁, `aniso` a, `rotate_after` θ₂, `xfrac` [2], for images of `size` pixels,"
                + " round to"
            + " even: `inverse` [3, 3], the matrix that takes positions of the result to positions of the image.",
        Cases = CaseBuilder.Number([
            Composed("all at once", 32, 1, 1, [0.1, -0.06], 1.25, 0.7, 0.8, -1.1, [0.03125, -0.125]),
            Composed("half a pixel", 20, 0, 0, [0.125, -0.0625], 1, 0, 1, 0, [0, 0]),
            Composed("turns and scales alone", 64, 0, 3, [0, 0], 0.75, -2, 1.5, 0.25, [0, 0])]),
    };

    public static VectorGroup Probability { get; } = new()
    {
        Name = "augmentation-probability",
        Equation = "ADA B.2: each kind is taken with probability p; the two rotations with 1 − √(1 − p) each, so that p are"
            + " turned",
        Instructions = "Of the controller's `p` [n], which has no upper bound: the probability of `rotation` [n] of each of"
            + " the two.",
        Cases = CaseBuilder.Number([Rotations()]),
    };

    public static VectorGroup Colour { get; } = new()
    {
        Name = "augmentation-colour",
        Equation = "ADA B.2: C ← M·C in the order brightness, contrast, luma flip, hue, saturation; v = (1,1,1)/√3, flip I −"
            + " 2vvᵀ,"
            + " hue a right-handed turn about v, saturation vvᵀ + s(I − vvᵀ)",
        Instructions = "All are taken, with the draws `brightness` b, `contrast` c, `luma_flip` (0 or 1), `hue` θ,"
            + " `saturation` s, for"
            + " images in [−1, 1]: `matrix` [4, 4], which acts on (r, g, b, 1).",
        Cases = CaseBuilder.Number([Coloured("with a luma flip", 0.25, 1.5, 1, 0.9, 0.5), Coloured("without", -0.3, 0.75, 0, -2.2,
            1.75)]),
    };

    public static VectorGroup Sampling { get; } = new()
    {
        Name = "augmentation-sampling",
        Equation = "ADA B.2: reflect; ↑2 by sym6 (zeros, pad [6, 5], true convolution, ×4); bilinear at G⁻¹·position onto"
            + " 2(size + 6);"
            + " ↓2: crop 1, sym6 unflipped, every second sample",
        Instructions = "The image `x` [1, 1, size, size] seen through `inverse` [3, 3], in pixels about the centre, y down:"
            + " `y`, of the"
            + " same shape. sym6 to double precision, of unit sum.",
        Cases = CaseBuilder.Number([
            Sampled("a shift by pixels", 91, Matrices.Translation(2, -1)),
            Sampled("a turn and a scale", 92, FourierFeatures.Multiply(Matrices.Rotation(0.6), Matrices.Scale(1.25, 0.8)))]),
    };

    private static CaseBuilder Composed(string comment, int size, int flip, int quarter, double[] xint, double s, double θ1,
        double a,
        double θ2, double[] xfrac)
    {
        double[][,] Factors(int way = 1, int turn = 1, MidpointRounding? rounding = MidpointRounding.ToEven, bool both = false)
        {
            double Whole(double t) => rounding is { } r ? Math.Round(t * size, r) : t * size;
            double Power(double x) => Math.Pow(x, -way);
            return
            [
                Matrices.Scale(1 - 2 * flip, 1), Matrices.Rotation(turn * way * Math.PI / 2 * quarter),
                Matrices.Translation(-way * Whole(xint[0]), -way * Whole(xint[1])), Matrices.Scale(Power(s), Power(s)),
                Matrices.Rotation(turn * way * θ1), Matrices.Scale(Power(a), both ? Power(a) : 1 / Power(a)),
                Matrices.Rotation(turn * way * θ2), Matrices.Translation(-way * xfrac[0] * size, -way * xfrac[1] * size),
            ];
        }

        NumericArray Product(IEnumerable<double[,]> factors) => NumericArray.Of(factors.Aggregate(FourierFeatures.Multiply));
        CaseBuilder built = new CaseBuilder(comment, 24).With("size", size).With("flip", flip).With("rotate90", quarter)
            .With("scale", s).With("rotate", θ1).With("aniso", a).With("rotate_after", θ2)
            .Given("xint", NumericArray.Row(xint)).Given("xfrac", NumericArray.Row(xfrac))
            .Expect("inverse", Product(Factors()))
            .Fault(Forward, Product(Factors(way: -1)));
        bool turns = θ1 != 0, moves = xint[0] != 0;
        if (turns)
            built = built.Fault(Reversed, Product(Factors().Reverse())).Fault(Upwards, Product(Factors(turn: -1)))
                .Fault(Isotropic, Product(Factors(both: true)));
        if (moves)
            built = built.Fault(NotRounded, Product(Factors(rounding: null)));
        return moves && !turns ? built.Fault(AwayFromZero, Product(Factors(rounding: MidpointRounding.AwayFromZero))) : built;
    }

    private static CaseBuilder Rotations()
    {
        double[] p = [0, 0.125, 0.5, 0.875, 1, 1.25];
        NumericArray Of(Func<double, double> rotation) => NumericArray.Row([.. p.Select(rotation)]);
        return new CaseBuilder("from 0 beyond 1", 4).Given("p", NumericArray.Row(p))
            .Expect("rotation", Of(Kinds.RotationProbability))
            .Fault(RotationTwice, Of(x => Math.Min(1, x))).Fault(HalfP, Of(x => Math.Min(1, x / 2)));
    }

    private static CaseBuilder Coloured(string comment, double b, double c, int flip, double θ, double s)
    {
        double[][,] factors =
            [Matrices.Brightness(b), Matrices.Contrast(c), Matrices.LumaFlip(flip), Matrices.Hue(θ), Matrices.Saturation(s)];
        NumericArray Product(IEnumerable<double[,]> all) =>
            NumericArray.Of(all.Aggregate((C, M) => FourierFeatures.Multiply(M, C)));
        NumericArray With(int place, double[,] other) => Product(factors.Select((M, i) => i == place ? other : M));
        double[,] half = Matrices.Contrast(c), projection = Matrices.LumaFlip(1);
        for (int row = 0; row < 3; row++)
        {
            half[row, 3] = 0.5 * (1 - c);
            for (int column = 0; column < 3; column++)
                projection[row, column] = (row == column ? 1 : 0) - 1 / 3.0;
        }
        CaseBuilder built = new CaseBuilder(comment, 20).With("brightness", b).With("contrast", c).With("luma_flip", flip)
            .With("hue", θ).With("saturation", s)
            .Expect("matrix", Product(factors))
            .Fault(ColourReversed, Product(factors.Reverse())).Fault(LeftHanded, With(3, Matrices.Hue(-θ))).Fault(Centred, With(1,
                half));
        return flip == 1 ? built.Fault(Projection, With(2, projection)) : built;
    }

    private static CaseBuilder Sampled(string comment, uint seed, double[,] inverse)
    {
        NumericArray x = new Dyadic(seed).Array(1, 1, 8, 8);
        double[,] plane = x.Batch[0][0];
        int size = plane.Height();

        double[,] Plain()
        {
            var y = new double[size, size];
            for (int v = 0; v < size; v++)
                for (int u = 0; u < size; u++)
                {
                    double px = u - (size - 1) / 2.0, py = v - (size - 1) / 2.0;
                    double[,] padded = Plane.Both(plane, row => Spec.Augmentation.Geometry.Reflect(row, size - 1));
                    double centre = (padded.Width() - 1) / 2.0;
                    y[v, u] = Spec.Augmentation.Geometry.Bilinear(
                        padded, inverse[0, 0] * px + inverse[0, 1] * py + inverse[0, 2] + centre,
                        inverse[1, 0] * px + inverse[1, 1] * py + inverse[1, 2] + centre);
                }
            return y;
        }

        // A frame of zeros as wide as a reflection reaches: what the middle of its result shows has no reflection in it.
        double[,] Zeros()
        {
            double[,] framed = Plane.Both(plane, row => Signal.Pad(row, size, size));
            return Plane.Both(Spec.Augmentation.Geometry.Apply(framed, inverse), row => Signal.Pad(row, -size, -size));
        }

        // Two passes of twelve taps along both axes, and four samples in between. Pixel by pixel the wavelet gives back what it took.
        CaseBuilder built = new CaseBuilder(comment, 4 * 12 * 12 + 4).Given("x", x).Given("inverse", NumericArray.Of(inverse))
            .Expect("y", NumericArray.Of((double[][][,])[[Spec.Augmentation.Geometry.Apply(plane, inverse)]]))
            .Fault(ZeroOutside, NumericArray.Of((double[][][,])[[Zeros()]]));
        return inverse[0, 0] == 1 ? built : built.Fault(NoWavelet, NumericArray.Of((double[][][,])[[Plain()]]));
    }
}
