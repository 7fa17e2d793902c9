using Sg3x.Oracle.Checks;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate;

/// <summary>The taps of every layer's filters, and what they do to the signal.</summary>
internal static class FilterRules
{
    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new("filter.taps", "AFG C: h = sinc(2·f_c·x)·w, or J1(2π·f_c·r)/(π·r)·w⊗w, unit sum; Kaiser β from A ="
            + " 2.285·(n−1)·π·Δf + 7.95, Δf = 2·f_h/(s/2)",
            "64 roundings of the precision given of the largest tap, and n for the sum",
                "`schedule.layers`: up_filter, down_filter", Taps),
        new("filter.response", "AFG C: H(f) = Σ h[j]·e^(−2πi·f·x_j) at f_c/2, f_c, f_c + f_h and s/2, along an axis and the"
            + " diagonal",
            "the spec's transform of the spec's taps; n times the tolerance of a tap",
                "`schedule.layers`: up_filter, down_filter", Response),
    ];

    /// <summary>What is wrong with a number of taps.</summary>
    public static string Taps(double found, int specified) =>
        found == 3 ? $"3 taps where {specified} are specified: the half-width was not divided by the sampling rate"
        : found < specified ? $"{found} taps where {specified} are specified: a filter this short passes what it should stop"
        : $"{found} taps where {specified} are specified: n = 6 and m = 2 give 12 and 24";

    private static IEnumerable<Pair> Pairs(CandidateExport export, List<string> missing)
    {
        foreach ((Layer e, CandidateLayer m) in export.Layers is { } layers ? ScheduleRules.Spec(export).Layers.Zip(layers) : [])
        {
            if (m.HasUpFilter)
                yield return new Pair($"L{e.Index} up_filter", e.UpFilter, m.UpFilter, e.In, e.TmpRate);
            else
                missing.Add($"L{e.Index} up_filter");
            if (m.HasDownFilter)
                yield return new Pair($"L{e.Index} down_filter", e.DownFilter, m.DownFilter, e.Out, e.TmpRate);
            else
                missing.Add($"L{e.Index} down_filter");
        }
    }

    private static IEnumerable<Finding> Taps(CandidateExport export, List<string> missing)
    {
        foreach (Pair pair in Pairs(export, missing))
        {
            if (pair.Expected.IsIdentity || pair.Measured is null)
            {
                string found = pair.Measured is null ? "none" : $"{pair.Measured.Sizes} taps";
                bool same = pair.Expected.IsIdentity && pair.Measured is null;
                yield return new Finding(
                    pair.Where, pair.Expected.IsIdentity ? "none" : $"{pair.Expected.Count} taps", found, same ? 0 : 1, 0,
                    same ? null : pair.Measured is null ? "no filter: the layer aliases"
                        : "ToRGB and layers that do not resample have no filter");
                continue;
            }
            if (pair.Measured.Shape[0] != pair.Expected.Count)
            {
                yield return Differences.Equal(
                    pair.Where, $"{pair.Expected.Count} taps", $"{pair.Measured.Shape[0]} taps",
                    Taps(pair.Measured.Shape[0], pair.Expected.Count));
                continue;
            }
            NumericArray expected = pair.ExpectedLikeMeasured;
            yield return expected.Shape.Count == pair.Measured.Shape.Count
                ? Differences.Array(
                    pair.Where, [.. expected.Shape.Select(side => (long)side)], expected.Values, pair.Measured.Values,
                    (64 + pair.Expected.Count) * export.ScheduleRoundoff, pair.Explain())
                : Differences.Equal(pair.Where, $"{expected.Sizes} taps", $"{pair.Measured.Sizes}",
                    "a separable filter in the place of a radial one");
        }
    }

    private static IEnumerable<Finding> Response(CandidateExport export, List<string> missing)
    {
        foreach (Pair pair in Pairs(export, missing).Where(pair => !pair.Expected.IsIdentity && pair.Measured is not null))
        {
            (string Name, double F)[] points =
            [
                ("half the cutoff", pair.Entry.Cutoff / 2), ("the cutoff", pair.Entry.Cutoff),
                ("the stopband", Math.Min(pair.Entry.Cutoff + pair.Entry.HalfWidth, pair.Rate / 2)), ("Nyquist", pair.Rate / 2),
            ];
            foreach ((string name, double f) in points)
                foreach ((string way, double x, double y) in new[] { ("", f, 0.0),
                    (", diagonally", f / Math.Sqrt(2), f / Math.Sqrt(2)) })
                {
                    double expected = FrequencyResponse.At(pair.Expected, pair.Rate, x, y).Magnitude;
                    double measured = FrequencyResponse.At(pair.MeasuredFilter, pair.Rate, x, y).Magnitude;
                    double error = Math.Abs(measured - expected);
                    double tolerance = 2 * pair.Expected.Count * (
                        64 + pair.Expected.Count) * export.ScheduleRoundoff * pair.LargestTap;
                    yield return new Finding(
                        $"{pair.Where} at {name}{way} ({f:G4} Hz)", $"{20 * Math.Log10(expected):F2} dB",
                            $"{20 * Math.Log10(measured):F2} dB", error, tolerance,
                        error <= tolerance ? null : $"passes {measured:G3} of what lies there, where {expected:G3} is designed");
                }
        }
    }

    /// <summary>A filter as designed by the spec and as the candidate has it.</summary>
    private sealed record Pair(string Where, Filter Expected, NumericArray? Measured, Entry Entry, double Rate)
    {
        public Filter MeasuredFilter => Measured!.Shape.Count == 1 ? Filter.Separable(Measured.Values)
            : Filter.Radial(Measured.Matrix);

        /// <summary>A separable filter may be given as its outer product, as depthwise kernels have it.</summary>
        public NumericArray ExpectedLikeMeasured => Expected.Taps is { } h && Measured!.Shape.Count == 2
            ? NumericArray.Of([.. h.Select(a => h.Select(b => a * b).ToArray())])
            : NumericArray.Of(Expected);

        /// <summary>Along an axis, where the errors of the taps add up: the sum over the other axis is 1.</summary>
        public double LargestTap => Expected.Taps is { } h ? h.Max(Math.Abs) : Expected.Grid!.Cast<double>()
            .Max(Math.Abs) * Expected.Count;

        public string Explain()
        {
            double expected = Working(NumericArray.Of(Expected)), measured = Working(Measured!);
            string numbers = FormattableString.Invariant($"{measured:F1} taps at work where {expected:F1} are designed");
            return measured < 0.75 * expected
                ? $"{numbers}: next to a delta, images alias, and still train"
                : "other taps: filter.response says what that does to the signal";
        }

        // (Σ|h|)²/Σh² along one axis: 1 for a delta.
        private static double Working(NumericArray h)
        {
            double sum = h.Values.Sum(Math.Abs), ratio = sum * sum / h.Values.Sum(tap => tap * tap);
            return h.Shape.Count == 1 ? ratio : Math.Sqrt(ratio);
        }
    }
}
