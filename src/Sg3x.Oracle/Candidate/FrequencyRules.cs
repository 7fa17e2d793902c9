using Sg3x.Oracle.Checks;
using Sg3x.Spec.Schedule;

namespace Sg3x.Oracle.Candidate;

/// <summary>Frequencies and phases that a new network has drawn.</summary>
internal static class FrequencyRules
{
    // A right draw fails once in 10⁹ times for each of the three distributions.
    private const double FalseAlarm = 1e-9;

    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new("fourier.draw", "AFG F.1: frequencies uniform on the disc of radius f_c[0]: (|f|/f_c[0])² and the angle uniform;"
            + " phases uniform in [−½, ½)",
            "sup |F_n − F| ≤ √(ln(2/α)/2n), α = 10⁻⁹ (Dvoretzky, Kiefer, Wolfowitz, Massart)",
                "`fourier`: freqs and phases of a new network, and `config`", Draw),
    ];

    private static IEnumerable<Finding> Draw(CandidateExport export, List<string> missing)
    {
        double B = (export.Config ?? ScheduleConfig.T(256)).FirstCutoff;
        if (export.Frequencies is { } f)
        {
            if (f.Shape.Count != 2 || f.Shape[1] != 2 || f.Shape[0] == 0)
            {
                yield return Differences.Equal("freqs", "[channels, 2]", f.Sizes, "rows (x, y) in cycles per image");
                yield break;
            }
            double[] radii = [.. f.Rows.Select(row => Math.Sqrt(row[0] * row[0] + row[1] * row[1]))];
            double largest = radii.Max(), mean = radii.Average();
            yield return new Finding(
                "the largest |f|", FormattableString.Invariant($"at most {B:G6}"), FormattableString.Invariant($"{largest:G6}"),
                    Math.Max(0, largest / B - 1), 1e-5,
                largest <= B * (1 + 1e-5) ? null : "frequencies beyond the bandwidth of the first layer");
            bool circle = radii.All(r => Math.Abs(r - mean) < 1e-4 * mean);
            yield return Uniform("(|f|/f_c[0])²", [.. radii.Select(r => r * r / (B * B))],
                circle ? FormattableString.Invariant(
                    $"all frequencies lie on a circle of radius {mean:G4}: they should fill the disc of radius {B:G4}")
                : FormattableString.Invariant(
                    $"the disc of radius {B:G4} is not filled evenly; the largest frequency is {largest:G4}"));
            yield return Uniform("the angle of f", [.. f.Rows.Select(row => Math.Atan2(row[1], row[0]) / (2 * Math.PI) + 0.5)],
                "some directions are preferred");
        }
        else if (export.Phases is not null)
        {
            missing.Add("fourier.freqs");
        }
        if (export.Phases is { } phases && phases.Values.Length > 0)
            yield return Uniform("the phase", [.. phases.Values.Select(φ => φ + 0.5)], "phases are in turns, uniform in [−½, ½)");
        else if (export.Frequencies is not null)
            missing.Add("fourier.phases");
    }

    private static Finding Uniform(string what, double[] values, string explanation)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        double distance = 0;
        for (int i = 0; i < n; i++)
        {
            // NaN sorts first and would be lost in a maximum.
            double F = double.IsFinite(sorted[i]) ? Math.Clamp(sorted[i], 0, 1) : double.NaN;
            distance = double.IsNaN(F) ? double.NaN : Math.Max(distance, Math.Max((i + 1.0) / n - F, F - (double)i / n));
            if (double.IsNaN(distance))
                break;
        }
        double tolerance = Math.Sqrt(Math.Log(2 / FalseAlarm) / (2 * n));
        return new Finding(
            $"{what} of {n}", "uniform", FormattableString.Invariant($"{distance:F3} away"), distance, tolerance,
                distance <= tolerance ? null : explanation);
    }
}
