using Sg3x.Schedule;
using Sg3x.Spec.Filters;
using SpecFilter = Sg3x.Spec.Signals.Filter;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>A filter of a layer, as designed by the spec and as production has it.</summary>
/// <param name="Where">Layer and direction.</param>
/// <param name="Expected">By the spec.</param>
/// <param name="Measured">Production's.</param>
/// <param name="Cutoff">f_c.</param>
/// <param name="HalfWidth">f_h.</param>
/// <param name="Rate">Of the samples that it filters.</param>
internal sealed record FilterPair(
    string Where, SpecFilter Expected, SpecFilter Measured, double Cutoff, double HalfWidth, double Rate)
{
    public static IEnumerable<FilterPair> Of(Subject subject)
    {
        foreach ((SpecLayer e, LayerPlan m) in Bridge.Schedule(subject.Config).Layers.Zip(subject.Layers))
        {
            if (!e.UpFilter.IsIdentity)
                yield return new($"L{e.Index} up", e.UpFilter, Bridge.Filter(m.UpFilter), e.In.Cutoff, e.In.HalfWidth, e.TmpRate);
            if (!e.DownFilter.IsIdentity)
                yield return new(
                    $"L{e.Index} down", e.DownFilter, Bridge.Filter(m.DownFilter), e.Out.Cutoff, e.Out.HalfWidth, e.TmpRate);
        }
    }
}

/// <summary>The taps themselves.</summary>
internal sealed class FilterTapsCheck : ICheck
{
    // The sum that normalises n taps, two Bessel functions good to some 16 roundings, and a sinc whose argument loses a few.
    private const double Roundings = 64;

    public string Id => "filter.taps";

    /// <summary>How far a tap may be off, over the largest.</summary>
    public static double Tolerance(SpecFilter filter) => (Roundings + filter.Count) * Math.ScaleB(1, -53);

    public string Equation =>
        "AFG C: h = sinc(2f_c x)·w, or J1(2πf_c r)/(πr)·w⊗w, unit sum; Kaiser β from A = 2.285(n−1)πΔf + 7.95, Δf = 2f_h/(s/2)";

    public string ToleranceBasis => "64 roundings of 2⁻⁵³ of the largest tap, and n for the sum";

    public IEnumerable<Finding> Run(Subject subject) => FilterPair.Of(subject).Select(pair =>
    {
        double[] expected = Bridge.Taps(pair.Expected), measured = Bridge.Taps(pair.Measured);
        return Differences.Array(
            pair.Where, [expected.Length], expected, measured, Tolerance(pair.Expected), Explain(pair));
    });

    private static string Explain(FilterPair pair)
    {
        if (pair.Expected.Count != pair.Measured.Count)
            return $"{pair.Measured.Count} taps where {pair.Expected.Count} are specified: was the half-width divided by the "
                + "sampling rate?";
        if ((pair.Expected.Grid == null) != (pair.Measured.Grid == null))
            return "a separable filter in the place of a radial one, or the other way round";
        return "other taps: see filter.response for what that does to the signal";
    }
}

/// <summary>Symmetry and unit gain, which hold whatever the design.</summary>
internal sealed class FilterSymmetryCheck : ICheck
{
    public string Id => "filter.symmetry";

    public string Equation => "AFG C: h[j] = h[n−1−j], Σ h = 1";

    public string ToleranceBasis => "symmetry to 64 roundings of 2⁻⁵³ of the largest tap, the sum to 4 roundings a tap";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach (FilterPair pair in FilterPair.Of(subject))
        {
            double[] taps = Bridge.Taps(pair.Measured);
            double u = Math.ScaleB(1, -53);
            yield return Differences.Array(
                $"{pair.Where} symmetry", [taps.Length], taps, [.. taps.Reverse()], 64 * u,
                    "an asymmetric filter shifts the image by layer");
            yield return Differences.Number(
                $"{pair.Where} sum", 1, taps.Sum(), 4 * taps.Length * u, "the level of the signal changes from layer to layer");
        }
    }
}

/// <summary>That there is a filter at all.</summary>
internal sealed class FilterDeltaCheck : ICheck
{
    public string Id => "filter.delta";

    public string Equation =>
        "AFG C: a low-pass filter to 1/k of the band has about k taps at work, (Σ|h|)²/Σh² per axis; a delta has 1";

    public string ToleranceBasis => "at least three quarters of the designed filter's";

    public IEnumerable<Finding> Run(Subject subject) => FilterPair.Of(subject).Select(pair =>
    {
        double expected = Working(pair.Expected), measured = Working(pair.Measured);
        return new Finding(
            pair.Where, $"{expected:F2} taps at work", $"{measured:F2}", Math.Max(0, expected / measured - 1), 1 / 3.0,
            measured >= 0.75 * expected ? null : "next to a delta: images alias, and still train");
    });

    private static double Working(SpecFilter filter)
    {
        double sum = Bridge.Taps(filter).Sum(Math.Abs);
        return filter.Grid == null ? sum * sum / filter.Taps!.Sum(h => h * h) : sum / Math.Sqrt(filter.Energy);
    }
}

/// <summary>
/// What the filters do to the signal. |H' − H| ≤ Σ|h'_j − h_j|: taps that pass filter.taps pass here too, by what n of them may
/// be off together, and for the rounding of both transforms, whose sines are the same: products and sums, (n + 2)·2⁻⁵³·Σ|h_j|
/// each.
/// </summary>
internal sealed class FilterResponseCheck : ICheck
{
    public string Id => "filter.response";

    public string Equation =>
        "AFG C: H(f) = Σ h[j]·e^(−2πi f x_j) in the passband, at the cutoff, in the stopband and at Nyquist";

    public string ToleranceBasis => "Σ over the taps of what filter.taps allows each, and 2(n + 2) roundings of 2⁻⁵³ of Σ|h|";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach (FilterPair pair in FilterPair.Of(subject))
        {
            double[] taps = Bridge.Taps(pair.Expected);
            double tolerance = taps.Length * FilterTapsCheck.Tolerance(pair.Expected) * taps.Max(Math.Abs)
                + 2 * (taps.Length + 2) * Math.ScaleB(1, -53) * taps.Sum(Math.Abs);
            (string Name, double F)[] points =
            [
                ("half the cutoff", pair.Cutoff / 2), ("the cutoff", pair.Cutoff),
                ("the stopband", Math.Min(pair.Cutoff + pair.HalfWidth, pair.Rate / 2)), ("Nyquist", pair.Rate / 2),
            ];
            foreach ((string name, double f) in points)
            {
                // Along an axis and, for a radial filter, along the diagonal too.
                (double X, double Y)[] ways =
                    pair.Expected.Grid == null ? [(f, 0)] : [(f, 0), (f / Math.Sqrt(2), f / Math.Sqrt(2))];
                foreach ((double x, double y) in ways)
                {
                    double expected = FrequencyResponse.At(pair.Expected, pair.Rate, x, y).Magnitude;
                    double measured = FrequencyResponse.At(pair.Measured, pair.Rate, x, y).Magnitude;
                    double error = Math.Abs(measured - expected);
                    yield return new Finding(
                        $"{pair.Where} at {name}, ({x:G4}, {y:G4}) Hz", $"{20 * Math.Log10(expected):F2} dB",
                            $"{20 * Math.Log10(measured):F2} dB",
                        error, tolerance, error <= tolerance ? null
                            : $"passes {measured:G3} of what lies there, where {expected:G3} is designed");
                }
            }
        }
    }
}
