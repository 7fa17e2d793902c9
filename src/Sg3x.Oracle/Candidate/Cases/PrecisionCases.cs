using Sg3x.Spec.Precision;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>bfloat16: rounding, sums, norms.</summary>
internal static class PrecisionCases
{
    private static readonly Bug Truncated =
        new("RoundingTruncates", "the lower half of the float32 is cut off", "a bias towards zero in every tensor",
            Sources.Classic);

    private static readonly Bug TiesAway =
        new("TiesAwayFromZero", "ties go away from zero", "a bias away from zero", Sources.Classic);

    private static readonly Bug SumInBfloat16 = new(
        "SumInBfloat16", "products are summed in bfloat16", "a sum of 512 ones stops at 256", Sources.Measured);

    private static readonly Bug NormInBfloat16 = new(
        "NormInBfloat16", "a norm's squares are summed in bfloat16", "the norm of a wide layer is several times too small",
            Sources.WriteUp);

    public static VectorGroup Rounding { get; } = new()
    {
        Name = "bfloat16-rounding",
        Equation = "to the nearest bfloat16 (8 bits of precision), a tie to the one whose last bit is 0",
        Instructions = "Of `x` [n] (exact in float32): each number rounded to bfloat16, `rounded` [n]. Equality is asked for.",
        Cases = CaseBuilder.Number([Rounded("ties and neighbours"), Rounded("just below them", 512, -1.0 / 1024)]),
    };

    public static VectorGroup Sums { get; } = new()
    {
        Name = "bfloat16-sums",
        Equation = "operands rounded to bfloat16, products summed in float32, the result rounded; norms in float32",
        Instructions = "Of `x` and `w` [n] (exact in bfloat16), with the arithmetic of your bfloat16 training: `dot`, Σ x·w"
            + " as a convolution forms"
            + " it, and `mean_square`, the mean of x² as your norms form it. Give the precision as bfloat16.",
        AnyPrecision = true,
        Cases = CaseBuilder.Number([Summed("ones", 512, null), Summed("a wide layer", 4608, 81)]),
    };

    private static CaseBuilder Rounded(string comment, double scale = 1, double shift = 0)
    {
        double gap = 1 / 128.0;
        double[] x = [.. new[] { 1, 1 + gap / 2, 1 + 1.5 * gap, 1 + 0.25 * gap, 1 + 0.75 * gap, -1 - gap / 2,
            -1.5 - gap * 0.625, 1.9921875 + gap / 2, 3 + gap }
            .Select(value => value * scale + shift)];
        NumericArray Of(Func<double, double> round) => NumericArray.Row([.. x.Select(round)]);
        CaseBuilder built = new CaseBuilder(comment, 0).Given("x", NumericArray.Row(x)).Expect("rounded", Of(BFloat16.Round))
            .Fault(Truncated, Of(value => Snap(value, Math.Truncate)));
        return shift != 0 ? built
            : built.Fault(TiesAway, Of(value => Snap(value, q => Math.Round(q, MidpointRounding.AwayFromZero))));
    }

    private static double Snap(double x, Func<double, double> whole)
    {
        double gap = Math.ScaleB(1, Math.ILogB(x) - 7);
        return whole(x / gap) * gap;
    }

    private static CaseBuilder Summed(string comment, int n, uint? seed)
    {
        double[] Draw(uint offset) => seed is uint s ? new Dyadic(s + offset).Row(n).Select(value => Math.Abs(value) + 0.25)
            .Select(BFloat16.Round).ToArray()
            : [.. Enumerable.Repeat(1.0, n)];
        double[] x = Draw(0), w = Draw(1);
        double Sum(IEnumerable<double> terms, bool rounded) =>
            terms.Aggregate(0.0, (sum, term) => rounded ? BFloat16.Round(sum + BFloat16.Round(term)) : sum + term);
        Dictionary<string, NumericArray> Outputs(bool dot, bool norm) => new()
        {
            ["dot"] = NumericArray.Scalar(BFloat16.Round(Sum(x.Zip(w, (a, b) => a * b), dot))),
            ["mean_square"] = NumericArray.Scalar(Sum(x.Select(a => a * a), norm) / n),
        };
        return new CaseBuilder(comment, n).Given("x", NumericArray.Row(x)).Given("w", NumericArray.Row(w))
            .Expect(Outputs(false, false))
            .Fault(SumInBfloat16, Outputs(true, false)).Fault(NormInBfloat16, Outputs(false, true));
    }
}
