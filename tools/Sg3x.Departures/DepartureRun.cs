using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Metrics;
using Sg3x.Training;

namespace Sg3x.Departures;

/// <summary>One run in its folder: trained, measured, judged, as far as that is not done yet.</summary>
internal sealed class DepartureRun
{
    private const int Interrupted = 130;

    private readonly Departure departure;
    private readonly Settings settings;
    private readonly RunConfig paper;
    private readonly Programs programs;
    private readonly Interruption interruption;
    private readonly RunFolder run;
    private readonly string measured;

    /// <summary>A run that may have begun.</summary>
    /// <param name="departure">Which.</param>
    /// <param name="folder">Folder of all runs.</param>
    /// <param name="settings">What they have in common.</param>
    /// <param name="paper">The configuration without a departure.</param>
    /// <param name="programs">What trains and measures.</param>
    /// <param name="interruption">Asks for a stop.</param>
    public DepartureRun(
        Departure departure, string folder, Settings settings, RunConfig paper, Programs programs, Interruption interruption)
    {
        (this.departure, this.settings, this.paper, this.programs, this.interruption) =
            (departure, settings, paper, programs, interruption);
        run = new RunFolder(Path.Combine(folder, departure.Name));
        measured = Path.Combine(folder, "measured", departure.Name);
    }

    /// <summary>The run stopped on purpose: a loss or gradient was not finite, or a monitor stopped it.</summary>
    public bool HasStopped => StopMessage() is not null;

    private string Trainer => departure.HasDeltaFilters ? programs.WithDeltas : programs.Sound;

    /// <summary>Trains, from the start or from where it stopped.</summary>
    /// <param name="output">Is told what is started.</param>
    /// <returns>The exit code of <c>sg3x train</c>.</returns>
    public int Train(TextWriter output)
    {
        if (IsCompleted())
            return 0;
        string[] begin = File.Exists(run.Config) ? ["train", "--resume", run.Root] :
        [
            "train", "--preset", Settings.Preset, "--out", run.Root, "--set", .. settings.Assignments(), .. settings.Set,
            .. departure.Change(paper),
        ];
        string[] declared = departure.Waives is string check ? ["--waive", check] : [];
        string[] unverified = departure.HasDeltaFilters ? ["--unverified"] : [];
        return Start(Trainer, [.. begin, .. declared, .. unverified], output, capture: false, out _);
    }

    /// <summary>Measures the trained network, and holds what the run shows of itself to the papers.</summary>
    /// <param name="output">Is told what is started.</param>
    /// <param name="result">What came of the run; null where a program failed.</param>
    /// <returns>The exit code of the program that failed, or 0.</returns>
    public int Measure(TextWriter output, out Result? result)
    {
        result = null;
        string metrics = $"{measured}.metrics.json", export = $"{measured}.export.json", judgement = $"{measured}.judgement.json";
        if (!File.Exists(metrics))
        {
            int code = Start(
                programs.Sound,
                ["metrics", run.Root, "--data", paper.Data.Source, "--samples", $"{settings.Samples}", "--json"],
                output, capture: true, out string json);
            if (code != 0)
                return code;
            AtomicFile.WriteText(metrics, json);
        }

        if (!File.Exists(judgement))
        {
            // Which taps a build designs, only that build can say.
            int code = Start(Trainer, ["schedule", run.Root, "--json"], output, capture: true, out string schedule);
            if (code != 0)
                return code;
            AtomicFile.WriteText(export, Export.Of(departure.Name, schedule, paper, RunTrace.Ticks(run.Log)));
            code = Start(programs.Sound, ["verify", "--candidate", export, "--json"], output, capture: true, out string json);
            if (code is not (0 or 1))
                return code;
            AtomicFile.WriteText(judgement, json);
        }

        result = Describe() with
        {
            Metrics = JsonSerializer.Deserialize<MetricsReport>(File.ReadAllText(metrics), Table.Json),
            RefusedAfterwards = EndedIn(judgement, "results", "failed"),
        };
        return 0;
    }

    /// <summary>What came of a run that stopped on purpose.</summary>
    public Result Stopped() => Describe() with { StoppedBecause = StopMessage() };

    private Result Describe()
    {
        RunConfig config = ConfigJson.Load(run.Config);
        IReadOnlyList<TrainingTick> ticks = RunTrace.Ticks(run.Log);
        return new Result(departure.Name, departure.Description, ticks is [.., var last] ? last.Kimg : 0)
        {
            Alarms = RunTrace.Alarms(config, ticks),
            RefusedBefore = EndedIn(run.Preflight, "checks", "failed"),
            WaivedBefore = EndedIn(run.Preflight, "checks", "waived"),
            Last = ticks.Count > 0 ? ticks[^1] with { Layers = null } : null,
        };
    }

    private int Start(string program, IReadOnlyList<string> arguments, TextWriter output, bool capture, out string text)
    {
        output.WriteLine($"$ {Path.GetFileName(program)} {string.Join(' ', arguments)}");
        output.Flush();
        int code = interruption.Run(Programs.Describe(program, arguments, capture), out text);
        return interruption.Requested && code != 0 ? Interrupted : code;
    }

    private bool IsCompleted()
    {
        if (!File.Exists(run.Summary))
            return false;
        using JsonDocument summary = Read(run.Summary);
        return summary.RootElement.TryGetProperty("completed", out JsonElement completed)
            && completed.ValueKind == JsonValueKind.True;
    }

    private string? StopMessage() => RunTrace.Lines(run.Log, "stopped").LastOrDefault()?["message"]?.GetValue<string>();

    private static string[] EndedIn(string path, string list, string status)
    {
        using JsonDocument document = Read(path);
        return
        [
            .. document.RootElement.GetProperty(list).EnumerateArray()
                .Where(check => check.GetProperty("status").GetString() == status)
                .Select(check => check.GetProperty("id").GetString()!),
        ];
    }

    private static JsonDocument Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }
}
