using Sg3x.Augmentation;
using Sg3x.Configuration;
using Sg3x.Spec.Augmentation;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;
using Choice = Sg3x.Augmentation.AugmentationChoice;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// A batch of draws as production has them, and what the spec's pipeline makes of the same numbers. Some images have every kind
/// taken, some have those that fall below their probability.
/// </summary>
internal sealed class SameDraws
{
    public const int Images = 6;
    public const int Size = 12;

    private static readonly int s_choiceColumns = Enum.GetValues<Choice>().Length, s_amountColumns =
        Enum.GetValues<Amount>().Length;

    public SameDraws(Subject subject)
    {
        var draw = new Draw(subject.Seed);
        double[] choices = [.. Enumerable.Range(0, Images * s_choiceColumns).Select(_ => draw.Uniform(0, 1))];
        double[] values = [.. Enumerable.Range(0, Images * s_amountColumns).Select(
            i => SpecDraws.IsNormal((Amount)(i % s_amountColumns)) ? draw.Normal() : draw.Uniform(0, 1))];
        Production = new AugmentationDraws(
            subject.Tensor(choices, [Images, s_choiceColumns], ScalarType.Float64),
            subject.Tensor(values, [Images, s_amountColumns], ScalarType.Float64));
        X = draw.Batch(Images, 3, Size, Size);
        Tensor = subject.Tensor(X, ScalarType.Float64);
    }

    public AugmentationDraws Production { get; }

    public double[][][,] X { get; }

    public Tensor Tensor { get; }

    /// <summary>The spec's draws of each image.</summary>
    public IEnumerable<IDraw> Spec => SpecDraws.Of(Production);
}

/// <summary>A matrix of the pipeline, image by image, for p below 1, at 1 and beyond.</summary>
internal abstract class AugmentationMatrixCheck : ICheck
{
    public abstract string Id { get; }

    public abstract string Equation { get; }

    public string ToleranceBasis => "eight products of up to four terms, each factor's functions good to some roundings:"
        + " 512·2⁻⁵³";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draws = new SameDraws(subject);
        foreach (double p in new[] { 0, 0.45, 1, 1.3 })
        {
            double[] expected = [.. draws.Spec.SelectMany(draw => Expected(p, draw).Cast<double>())];
            Tensor measured = Measured(subject.Augmentation, p, draws);
            yield return Differences.Array(
                $"p = {p}", measured.shape, expected, Bridge.Values(measured), 512 * Math.ScaleB(1, -53), Explanation);
        }
    }

    protected abstract string Explanation { get; }

    protected abstract double[,] Expected(double p, IDraw draw);

    protected abstract Tensor Measured(AugmentationParts parts, double p, SameDraws draws);
}

internal sealed class AugmentationGeometryCheck : AugmentationMatrixCheck
{
    public override string Id => "augment.geometry";

    public override string Equation => "ADA B.2: G⁻¹ = flip·rot(i·π/2)·trans(−round(t·size))·scale(1/s)·rot(θ)·scale(1/a,"
        + " a)·rot(θ)·"
        + "trans(−t·size), each with p, rotations with 1 − √(1 − p)";

    protected override string Explanation => "inverses of what is done to the image, in the order of drawing, pixels about the"
        + " centre, y down";

    protected override double[,] Expected(double p, IDraw draw) => Geometry.InverseMatrix(Kinds.Bgc, p, draw, SameDraws.Size);

    protected override Tensor Measured(AugmentationParts parts, double p, SameDraws draws) =>
        parts.Geometry(AugmentationKinds.Bgc, p, draws.Production, draws.Tensor);
}

internal sealed class AugmentationColourCheck : AugmentationMatrixCheck
{
    public override string Id => "augment.colour";

    public override string Equation => "ADA B.2: C ← M·C: brightness, contrast, luma flip I − 2vvᵀ, hue about v, saturation"
        + " vvᵀ + s(I − vvᵀ)";

    protected override string Explanation => "each matrix from the left, in that order, for images in [−1, 1]";

    // The colours' draws come after the geometry's.
    protected override double[,] Expected(double p, IDraw draw)
    {
        _ = Geometry.InverseMatrix(Kinds.Bgc, p, draw, SameDraws.Size);
        return Colour.Matrix(Kinds.Bgc, p, draw);
    }

    protected override Tensor Measured(AugmentationParts parts, double p, SameDraws draws) =>
        parts.Colour(AugmentationKinds.Bgc, p, draws.Production, draws.Tensor);
}

/// <summary>The images, in float64.</summary>
internal sealed class AugmentationImagesCheck : ICheck
{
    // Of up to 4·size pixels about the centre, to the matrix's 512 roundings; between two samples the doubled image, whose filter
    // has Σ|h| < 2 along each axis, changes by less than 2·2² of the largest value.
    internal const double Position = 4 * SameDraws.Size * 512 * 2 * 4 * 1.1102230246251565e-16;

    public string Id => "augment.images";

    public string Equation => "ADA B.2: reflect, ↑2 by sym6, bilinear at G⁻¹·position, ↓2 by sym6; then C·(r, g, b, 1)";

    public string ToleranceBasis => "positions to 512·2⁻⁵³ of 4·size pixels, times the steepest slope between samples";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draws = new SameDraws(subject);
        foreach (double p in new[] { 0, 0.45, 1 })
        {
            double[] expected = [.. draws.X.Zip(draws.Spec).SelectMany(pair => Pipeline.Apply(pair.First, Kinds.Bgc, p,
                pair.Second))
                .SelectMany(plane => plane.Cast<double>())];
            Tensor measured = subject.Augmentation.Apply(AugmentationKinds.Bgc, p, draws.Production, draws.Tensor);
            yield return Differences.Array($"p = {p}", measured.shape, expected, Bridge.Values(measured), Position,
                "padding, sym6 before and after, or half a sample between the two grids");
        }
    }
}

/// <summary>The numbers that decide what happens to which image.</summary>
internal sealed class AugmentationDrawsCheck : ICheck
{
    // −ln of the chance of a false alarm, as for initial weights.
    private const double T = 25;
    private const int N = 4096;

    public string Id => "augment.draws";

    public string Equation => "ADA B: each image and kind by a draw of its own: uniform in [0, 1), or normal where a scale, a"
        + " fraction, "
        + "brightness, contrast or saturation is drawn";

    public string ToleranceBasis =>
        "distribution √(t/2n), mean √(2t/n), variance 2√(t/n) + 2t/n, correlation √(2t/n) + 3t/n; t = 25: a false alarm in 10¹⁰";

    public IEnumerable<Finding> Run(Subject subject)
    {
        using IDisposable scope = NewDisposeScope();
        AugmentationDraws draws = subject.Augmentation.Draw(subject.Seed, N, subject.Device);
        double[][] choices = Columns(draws.Choices), values = Columns(draws.Values);
        for (int c = 0; c < choices.Length; c++)
            yield return Uniform($"whether: {(Choice)c}", choices[c]);
        for (int c = 0; c < values.Length; c++)
        {
            if (!SpecDraws.IsNormal((Amount)c))
            {
                yield return Uniform($"how much: {(Amount)c}", values[c]);
                continue;
            }
            double mean = values[c].Average(), variance = values[c].Average(x => x * x);
            yield return new Finding($"how much: {(Amount)c}, mean", "0", $"{mean:G3}", Math.Abs(mean), Math.Sqrt(2 * T / N));
            yield return new Finding($"how much: {(Amount)c}, variance", "1", $"{variance:G3}", Math.Abs(variance - 1),
                2 * Math.Sqrt(T / N) + 2 * T / N);
        }

        // Of uniform numbers, brought to unit variance: the mean of n bounded products.
        for (int c = 1; c < choices.Length; c++)
        {
            double together = 12 * choices[c - 1].Zip(choices[c], (a, b) => (a - 0.5) * (b - 0.5)).Average();
            double tolerance = Math.Sqrt(2 * T / N) + 3 * T / N;
            yield return new Finding($"whether: {(Choice)(c - 1)} and {(Choice)c}", "independent", $"correlation {together:G3}",
                Math.Abs(together), tolerance,
                Math.Abs(together) <= tolerance ? null : "one draw decides several kinds: all or none are taken");
        }
    }

    private static double[][] Columns(Tensor draws)
    {
        double[][] rows = SpecDraws.Rows(draws);
        return [.. Enumerable.Range(0, (int)draws.shape[1]).Select(c => rows.Select(row => row[c]).ToArray())];
    }

    private static Finding Uniform(string where, double[] v)
    {
        double[] sorted = [.. v.Order()];
        double n = v.Length, error = sorted[0] < 0 || sorted[^1] >= 1 ? double.PositiveInfinity : 0;
        for (int i = 0; i < sorted.Length; i++)
            error = Math.Max(error, Math.Max(Math.Abs((i + 1) / n - sorted[i]), Math.Abs(sorted[i] - i / n)));
        double tolerance = Math.Sqrt(T / (2 * n));
        return new Finding(where, "uniform in [0, 1)", $"distribution function off by {error:G3}", error, tolerance,
            error <= tolerance ? null : "not uniform, or the same for all images");
    }
}

/// <summary>What moves p.</summary>
internal sealed class AugmentationControllerCheck : ICheck
{
    public string Id => "augment.controller";

    public string Equation => "ADA 3: at the end of iterations 3, 7, 11, … p ← max(0, p + sign(r_t − 0.6)·batch·4/500 000), "
        + "r_t = E sign D(real) over the last 4";

    public string ToleranceBasis => "a rounding of 2⁻⁵³ an update";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var config = new AugmentationConfig { Mode = AugmentationConfig.Adaptive };
        yield return Differences.Equal("target", 0.6, config.Target);
        yield return Differences.Equal("thousands of images from 0 to 1", 500.0, config.Kimg);
        yield return Differences.Equal("interval", 4, config.Interval);

        // Beyond 1 and down to 0 again, in large steps and in those of a usual batch; logits whose mean is not that of their
        // signs. The turn comes with the last iteration of four, which alone would move p the other way.
        foreach ((int batch, int up, int down) in new[] { (32, 15, 25), (20_000, 43, 60) })
        {
            double[][] logits = [.. Enumerable.Range(0, up + down).Select(i => Row(i < up ? 9 : 7))];
            var spec = new Controller(batch);
            double[] expected = [.. logits.Select((row, i) =>
            {
                spec.Observe(row);
                spec.EndIteration(i);
                return spec.P;
            })];
            yield return Differences.Array($"p at a batch of {batch}", [expected.Length], expected,
                subject.Augmentation.Control(config, batch, logits, subject.Device), expected.Length * Math.ScaleB(1, -53),
                "another step, bound, time, or r_t: signs are averaged over all iterations since p last moved, first four");
        }

        static double[] Row(int positive) => [.. Enumerable.Range(0, 10).Select(i => i < positive ? 0.1 : -3.0)];
    }
}
