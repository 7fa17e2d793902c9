using System.Globalization;
using System.Text;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Reports;

/// <summary>
/// A report as one page that needs nothing else: every check, the schedule, the response of every filter as designed and as
/// production's taps have it, and the generator's equivariance beside the published table.
/// </summary>
public static class HtmlReport
{
    private const int MostFailures = 12;

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="report">What came of verifying <paramref name="subject"/>.</param>
    /// <param name="subject">What was verified.</param>
    /// <param name="equivariance">What was measured of it.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, VerificationReport report, Subject subject, EquivarianceFigures equivariance) =>
        AtomicFile.WriteText(path, Render(report, subject, equivariance, DateTimeOffset.UtcNow, EnvironmentInfo.Collect(TorchSharp.torch.get_num_threads())));

    /// <summary>The page.</summary>
    internal static string Render(
        VerificationReport report, Subject subject, EquivarianceFigures equivariance, DateTimeOffset at, EnvironmentInfo environment)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Html.Text(report.Name)}: sg3x verify</title>\n<style>\n{PageStyle.Css}</style>\n</head>\n<body>\n");
        page.Append(Head(report, at));
        page.Append(Explained("What failed", "failures", report.Explanations()));
        page.Append(Explained("What is waived", "departures", report.Departures()));
        page.Append(Checks(report));
        page.Append(Schedule(subject));
        page.Append(Filters(subject));
        page.Append(Equivariance(report, equivariance));
        page.Append(CultureInfo.InvariantCulture,
            $"<footer>sg3x {Html.Text(environment.Version)} · {Html.Text(environment.TorchSharpProvider)} TorchSharp {Html.Text(environment.TorchSharp)} · libtorch {Html.Text(environment.LibTorch)} · {Html.Text(environment.DotNet)} · {Html.Text(environment.Processor)}, {Html.Text(environment.Simd)}</footer>\n");
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Head(VerificationReport report, DateTimeOffset at)
    {
        (int Count, string What, string Style)[] counts =
        [
            (report.Count(CheckStatus.Passed), "passed", "passed"),
            (report.Count(CheckStatus.Failed), "failed", "failed"),
            (report.Count(CheckStatus.Waived), "waived", "waived"),
            (report.Count(CheckStatus.NotApplicable), "not applicable", "notApplicable"),
            (report.LeftOut.Count, "left out by --quick", "notApplicable"),
        ];
        string badges = string.Concat(counts.Where(c => c.Count > 0).Select(c =>
            FormattableString.Invariant($"<span class=\"badge {c.Style}\">{c.Count} {c.What}</span> ")));
        string verdict = report.Count(CheckStatus.Failed) > 0 ? "Not the papers' generator: see what failed."
            : !report.Passed ? "No check passed, and none failed: nothing is known of it."
            : report.Count(CheckStatus.Waived) > 0
                ? "Not the papers' generator, and not meant to be: see what is waived. Every other check that was made passed."
            : "Every check that was made passed.";
        return $"<header>\n<h1>{Html.Text(report.Name)}</h1>\n<p class=\"what\">{Html.Text(report.Describe())}, "
            + $"{(report.IsNetwork ? "a network with its own weights" : "as this build makes it")}, on {Html.Text(report.Device)}; "
            + FormattableString.Invariant($"{at:yyyy-MM-dd HH:mm} UTC, {report.Duration.TotalSeconds:0.0} s</p>\n")
            + $"<p>{badges}</p>\n<p>{verdict}</p>\n</header>\n";
    }

    private static string Explained(string title, string style, IEnumerable<(string Id, string Text)> explanations)
    {
        string items = string.Concat(
            explanations.Select(e => $"<li><code>{Html.Text(e.Id)}</code> {Html.Text(e.Text)}</li>\n"));
        return items.Length == 0 ? "" : $"<section>\n<h2>{title}</h2>\n<ul class=\"{style}\">\n{items}</ul>\n</section>\n";
    }

    private static string Checks(VerificationReport report) =>
        "<section>\n<h2>Checks</h2>\n<p>Each row is the check's tightest comparison. The margin is how many times the error fits into the"
        + " tolerance, which follows from the arithmetic as stated beside it; <i>made</i> counts the comparisons.</p>\n"
        + Html.Table(
            "checks", ["check", "equation", "expected", "measured", "tolerance", "margin", "where", "made", "s"],
            report.Checks.SelectMany(Check))
        + "</section>\n";

    private static IEnumerable<string> Check(CheckResult check)
    {
        string status = $"{check.Status}", style = char.ToLowerInvariant(status[0]) + status[1..];
        string word = check.Status switch
        {
            CheckStatus.Passed => "ok",
            CheckStatus.Failed => "failed",
            CheckStatus.Waived => "waived",
            _ => "not applicable",
        };
        Finding? worst = check.Worst;
        yield return Html.Row(
            [
                $"<code>{Html.Text(check.Id)}</code><br><span class=\"badge {style}\">{word}</span>",
                Html.Text(check.Equation) + (check.ToleranceBasis.Length > 0 ? $"<div class=\"basis\">tolerance: {Html.Text(check.ToleranceBasis)}</div>" : "")
                    + (check.LeavesOut is string what ? $"<div class=\"basis\">not checked: {Html.Text(what)}</div>" : ""),
                Html.Text(worst?.Expected), worst is null ? "" : Html.Text(FindingText.Measured(worst)),
                worst is null ? "" : Html.Text(FindingText.Tolerance(worst)), worst is null ? "" : Html.Text(FindingText.Margin(worst)),
                worst is null ? "" : Html.Text(FindingText.Where(worst)), check.Comparisons == 0 ? "" : $"{check.Comparisons}",
                check.Comparisons == 0 ? "" : check.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
            ],
            style);
        if (check.Failures.Count > 0 || check.Problem is not null)
        {
            string rest = check.Failures.Count > MostFailures ? $"<li>… and {check.Failures.Count - MostFailures} more</li>" : "";
            string problem = check.Problem is null ? "" : $"<li>could not be completed: {Html.Text(check.Problem)}</li>";
            yield return $"<tr class=\"detail\"><td colspan=\"9\"><details open=\"\"><summary>{check.Failures.Count} of {check.Comparisons} comparisons fail</summary><ul>"
                + string.Concat(check.Failures.Take(MostFailures).Select(f =>
                    $"<li>{Html.Text(f.Where)}: {Html.Text(FindingText.Difference(f))}"
                    + $"{(f.Explanation is null ? "" : $" — {Html.Text(f.Explanation)}")}</li>"))
                + $"{rest}{problem}</ul></details></td></tr>\n";
        }
    }

    private static string Schedule(Subject subject) =>
        "<section>\n<h2>Schedule</h2>\n<p>Frequencies in Hz per image, sizes in pixels with their margins. Every layer low-passes to its"
        + " cutoff; the room between it and the Nyquist frequency lets short filters stop what the nonlinearity adds. Critically sampled layers have none.</p>\n"
        + "<p class=\"keys series-keys\"><span class=\"key cutoff\">cutoff f_c</span> <span class=\"key stopband\">stopband f_c + f_h</span>"
        + " <span class=\"key nyquist\">Nyquist s/2</span></p>\n"
        + $"<figure>{SchedulePlot.Draw(subject.Layers)}</figure>\n"
        + Html.Table(
            "schedule", ["layer", "channels", "size", "rate", "cutoff", "half-width", "up", "down", "padding", "kernel", ""],
            subject.Layers.Select(layer => Html.Row(
            [
                $"<code>{Html.Text(layer.Name)}</code>", Change(layer.InChannels, layer.OutChannels), Change(layer.InSize, layer.OutSize),
                $"{Html.Number(layer.InRate)} → {Html.Number(layer.TmpRate)} → {Html.Number(layer.OutRate)}",
                Change(layer.InCutoff, layer.OutCutoff), Change(layer.InHalfWidth, layer.OutHalfWidth),
                Factor(layer.Up, layer.UpFilter), Factor(layer.Down, layer.DownFilter), $"{layer.Padding.X0}, {layer.Padding.X1}",
                $"{layer.Kernel}×{layer.Kernel}", layer.IsToRgb ? "ToRGB" : layer.IsCritical ? "critically sampled" : "",
            ])))
        + "</section>\n";

    private static string Change(double before, double after) =>
        before == after ? Html.Number(before) : $"{Html.Number(before)} → {Html.Number(after)}";

    private static string Factor(int factor, Filter? filter) => filter is null
        ? "–"
        : $"×{factor}, {filter.Size}{(filter.IsRadial ? $"×{filter.Size}" : "")} taps";

    private static string Filters(Subject subject)
    {
        IReadOnlyList<FilterResponse> all = FilterResponse.All(subject);
        string radial = all.Any(r => r.IsRadial) ? " <span class=\"key diagonal\">the same along the diagonal, for radial filters</span>" : "";
        return "<section>\n<h2>Filters</h2>\n<p class=\"keys\"><span class=\"key designed\">designed: the response of the papers' taps</span>"
            + $" <span class=\"key predicted\">predicted: the response of this generator's taps</span>{radial}"
            + " <span class=\"key kaiser\">Kaiser's estimate of the stopband, which short filters miss by some dB</span></p>\n"
            + "<p>Shaded: passband up to the cutoff, transition, stopband. The Nyquist frequency is that of the slower side: of the input where"
            + " the filter upsamples, of the output where it downsamples; beyond it lie images and what would alias.</p>\n<div class=\"plots\">\n"
            + string.Concat(all.Select(r =>
                $"<figure id=\"{Html.Text(r.Layer)}-{(r.IsUp ? "up" : "down")}\">\n<figcaption><b>{Html.Text(r.Layer)}</b> {Caption(r)}</figcaption>\n{ResponsePlot.Draw(r)}</figure>\n"))
            + "</div>\n</section>\n";
    }

    private static string Caption(FilterResponse r)
    {
        string taps = r.ExpectedTaps == r.MeasuredTaps
            ? FormattableString.Invariant($"{r.MeasuredTaps}{(r.IsRadial ? " radial" : "")} taps")
            : FormattableString.Invariant($"<strong class=\"wrong\">{r.MeasuredTaps} taps where {r.ExpectedTaps} are specified</strong>");
        return $"{(r.IsUp ? "up" : "down")}, {taps} at {Html.Number(r.Rate)} Hz: "
            + $"{Html.Decibels(r.AtCutoff)} dB at the cutoff, stopband below {Html.Decibels(r.StopbandPeak)} dB";
    }

    private static string Equivariance(VerificationReport report, EquivarianceFigures e)
    {
        string weights = report.IsNetwork ? "the network" : "random weights";
        string narrow = !report.IsNetwork && e.Channels < report.Config.ChannelMax && report.Config.Resolution > 256
            ? FormattableString.Invariant($", at most {e.Channels} channels a layer") : "";
        string own = Html.Row(
            [$"<b>{Html.Text(report.Name)}</b>, {weights}{narrow}", "–", Figure(e.Whole), Figure(e.Fractional), e.Rotation is null ? "not measured above 256²" : Figure(e.Rotation)],
            "own");
        IEnumerable<string> published = PublishedEquivariance.Table.Select(row => Html.Row(
            [Html.Text(row.Step), row.Fid.ToString("0.00", CultureInfo.InvariantCulture), Level(row.Translation), "–", Level(row.Rotation)]));
        return "<section>\n<h2>Equivariance</h2>\n"
            + FormattableString.Invariant($"<p>This generator, {e.Samples} {(e.Samples == 1 ? "pair" : "pairs")} of images a figure, beside the papers' table (FFHQ-U at 256², 50 000 samples, trained). ")
            + "In dB against the fixed scale of images in [−1, 1]; in parentheses against the images' own variance, since a weak image scores high"
            + $" and a black one is perfect.{(report.IsNetwork ? "" : " Random weights are not to be compared with trained ones: the official release's config T measures 62 to 74 dB at 32² and 64² with them.")}"
            + " A high figure is not enough: filters that are too short, too wide or cut off too high keep it at 60 dB and more; only their"
            + " responses, above, show them.</p>\n"
            + Html.Table("equivariance", ["", "FID", "EQ-T", "EQ-T fractional", "EQ-R"], [own, .. published]) + "</section>\n";
    }

    private static string Figure(EquivarianceFigure figure) =>
        $"<b>{Html.Decibels(figure.Decibels)}</b> ({Html.Decibels(figure.OverVariance)})";

    private static string Level(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";
}
