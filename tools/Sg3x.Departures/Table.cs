using System.Globalization;
using System.Text;
using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Metrics;

namespace Sg3x.Departures;

/// <summary>The results side by side, for people and for programs.</summary>
internal static class Table
{
    private const int Named = 3;

    /// <summary>How figures are read and written: as <c>sg3x metrics --json</c> does.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes <c>table.md</c> and <c>table.json</c>.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="settings">What the runs have in common.</param>
    /// <param name="paper">The configuration without a departure.</param>
    /// <param name="results">The runs that there are yet.</param>
    public static void Write(string folder, Settings settings, RunConfig paper, IReadOnlyList<Result> results)
    {
        AtomicFile.WriteText(Path.Combine(folder, "table.md"), Markdown(settings, paper, results));
        AtomicFile.WriteText(
            Path.Combine(folder, "table.json"), JsonSerializer.Serialize(new { settings, paper, results }, Json) + "\n");
    }

    /// <summary>A row for each run, and what they were.</summary>
    /// <param name="settings">What the runs have in common.</param>
    /// <param name="paper">The configuration without a departure.</param>
    /// <param name="results">The runs.</param>
    public static string Markdown(Settings settings, RunConfig paper, IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        text.Append("| departure | EQ-T, dB | EQ-T_frac, dB | sliced Wasserstein | monitors | preflight | held to the papers |")
            .Append('\n');
        text.Append("| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (Result result in results)
        {
            MetricsReport? m = result.Metrics;
            string stopped = Invariant($"stopped at {result.Kimg:0.###} kimg: {result.StoppedBecause?.ReplaceLineEndings(" ")}");
            string[] cells =
            [
                result.Departure, result.StoppedBecause is null ? Equivariance(m?.Translation) : stopped,
                Equivariance(m?.Fractional), Distance(m?.SlicedWasserstein?.Mean), Alarms(result), Before(result),
                Failed(result.RefusedAfterwards),
            ];
            IEnumerable<string> escaped = cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            text.Append("| ").AppendJoin(" | ", escaped).Append(" |\n");
        }

        return text.Append('\n').Append(Describe(settings, paper)).ToString();
    }

    private static string Describe(Settings settings, RunConfig paper)
    {
        RunConfig full = Presets.Get(Settings.Preset);
        string set = settings.Set.Count > 0 ? $"; besides {string.Join(' ', settings.Set)}" : "";
        return Invariant($"{settings.Resolution}², {paper.Training.Kimg:0.###} kimg of {settings.Data} each, ")
            + Invariant($"batch {paper.Training.Batch}, γ {paper.Training.R1Gamma:0.####}, ")
            + Invariant($"up to {paper.Generator.ChannelMax} channels{set}.\n")
            + Invariant($"ADA's time scale is {paper.Augmentation.Kimg:0.####} kimg in the place of {full.Augmentation.Kimg}")
            + Invariant($" ({4 * paper.Augmentation.Kimg:0.####} where it is slow), ")
            + Invariant($"the half-life of G_ema {paper.Training.EmaHalfLifeKimg:0.####} kimg ")
            + Invariant($"in the place of {full.Training.EmaHalfLifeKimg:0.##}: ")
            + Invariant($"shortened as the run is from {full.Training.Kimg} kimg.\n")
            + "EQ-T and EQ-T_frac: with I_max = 2 as the papers have it / with the images' own variance as the signal; "
            + Invariant($"{settings.Samples} samples.\nSliced Wasserstein distance ×1000 with its 95 % interval.\n");
    }

    private static string Equivariance(EquivarianceFigure? figure) =>
        figure is null ? "–" : Invariant($"{figure.Decibels.Value:0.0} / {figure.Variance.Value:0.0}");

    private static string Distance(Interval? interval) => interval is null ? "–"
        : double.IsNaN(interval.Low) ? Invariant($"{interval.Value:0.0}")
        : Invariant($"{interval.Value:0.0} ({interval.Low:0.0}–{interval.High:0.0})");

    private static string Alarms(Result result) =>
        result.Alarms.Count == 0 ? "silent" : string.Join(", ", result.Alarms.Distinct());

    private static string Before(Result result)
    {
        string waived = result.WaivedBefore.Count > 0 ? $"waived: {string.Join(", ", result.WaivedBefore)}" : "";
        return waived.Length == 0 ? Failed(result.RefusedBefore)
            : result.RefusedBefore.Count == 0 ? waived
            : $"{Failed(result.RefusedBefore)}; {waived}";
    }

    private static string Failed(IReadOnlyList<string>? checks) => checks is null ? "–"
        : checks.Count == 0 ? "passes"
        : "refuses: " + string.Join(", ", checks.Take(Named))
            + (checks.Count > Named ? Invariant($" and {checks.Count - Named} more") : "");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
