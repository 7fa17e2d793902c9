using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Sg3x.Schedule;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Preflight;

/// <summary>
/// The quick checks before a run trains, on its device. What they find is written into the run's folder; where one fails the run is
/// refused. A departure of its configuration that the run waives does not refuse it, but marks it. The same program,
/// configuration and device are not checked twice.
/// </summary>
public sealed class TrainingPreflight
{
    /// <summary>Version of the file's layout.</summary>
    public const int Format = 1;

    /// <summary>Trains in spite of failures, and marks the run.</summary>
    public bool Unverified { get; init; }

    /// <summary>Where outcomes are kept from run to run; null: only in the runs' own folders.</summary>
    public string? CacheFolder { get; init; } = PreflightCache.DefaultFolder();

    /// <summary>Called before what takes seconds ahead of the checks, in words; null for none.</summary>
    public Action<string>? Preparing { get; init; }

    /// <summary>Called before each check with its name, the number done and the number there are; null for none.</summary>
    public Action<string, int, int>? Progress { get; init; }

    /// <summary>Called where an earlier outcome stands, with how it ended and when; null for none.</summary>
    public Action<string>? FoundAgain { get; init; }

    /// <summary>Called with what was found once all checks are made; not where an earlier outcome stands.</summary>
    public Action<VerificationReport>? Checked { get; init; }

    /// <summary>Stops between checks, and before anything is written.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The checks; the quick ones, unless a test has no time.</summary>
    internal IReadOnlyList<ICheck> Checks { get; init; } = CheckRegistry.Quick;

    /// <summary>What is checked; production as it is, unless a fault is planted.</summary>
    internal Func<GeneratorConfig, Device, Subject> Subject { get; init; } = (config, device) => Oracle.Checks.Subject.Production(config, device);

    /// <summary>Checks a run; a <see cref="RunPreflight"/>.</summary>
    /// <param name="start">The run.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="VerificationFailedException">A check failed, and the run was not to train in spite of it.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserException">The outcome cannot be written, or what the configuration waives may not be.</exception>
    public RunVerification Run(RunStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var waivers = Waivers.Of(start.Config.Training.Waived);
        if (FilteredLeakyRelu.KernelWanted(start.Device))
            Preparing?.Invoke("Compiling the kernel of the filtered nonlinearity");
        PreflightKey key = PreflightKey.Of(start.Config.Generator, start.Device, start.DType, waivers);
        Cancellation.ThrowIfCancellationRequested();
        if (Known(start.Folder.Preflight, key.Hash) is JsonObject known)
            return Earlier(known);

        VerificationReport report = VerificationReport.Run(
            start.Config.Preset, Of(start), Checks, Progress, waivers, Cancellation);
        Checked?.Invoke(report);
        string outcome = PreflightCache.Format(Outcome(report, key));

        Cancellation.ThrowIfCancellationRequested();

        // What was found before the run trained stays, whatever is tried afterwards.
        bool isRefused = !report.Passed && !Unverified;
        string file = isRefused && File.Exists(start.Folder.Config) ? start.Folder.RefusedPreflight : start.Folder.Preflight;
        AtomicFile.WriteText(file, outcome);
        if (report.Passed)
        {
            if (CacheFolder is not null)
                PreflightCache.Keep(CacheFolder, key.Hash, outcome);
            return Mark($"passed, {Made(report.Count(CheckStatus.Passed))}", report.Departures());
        }
        return isRefused
            ? throw new VerificationFailedException(report, file)
            : Mark($"FAILED: {Failed(report)}", report.Departures());
    }

    // Without the kernel that it was asked for a run is slower, not another: it warns and trains. Only verify fails for that.
    private Subject Of(RunStart start)
    {
        Subject subject = Subject(start.Config.Generator, start.Device);
        return subject with
        {
            Precision = start.DType,
            DeviceNonlinearity = subject.DeviceNonlinearity with { Wanted = () => false },
        };
    }

    /// <summary>Which checks failed: <c>2 of 20 checks failed on cpu: filter.taps, filter.response</c>.</summary>
    internal static string Failed(VerificationReport report)
    {
        string[] failed = [.. report.Explanations().Select(e => e.Id)];
        return failed.Length == 0
            ? $"no check could be made on {report.Device}"
            : FormattableString.Invariant($"{failed.Length} of {Made(failed.Length + report.Count(CheckStatus.Passed))} failed on {report.Device}: {string.Join(", ", failed)}");
    }

    /// <summary>The outcome for this key from the run's folder or the cache, which then is in the folder too.</summary>
    private JsonObject? Known(string path, string key)
    {
        if (PreflightCache.Read(path, key) is JsonObject own)
            return own;
        if (CacheFolder is null || PreflightCache.Read(PreflightCache.PathOf(CacheFolder, key), key) is not JsonObject kept)
            return null;
        AtomicFile.WriteText(path, PreflightCache.Format(kept));
        return kept;
    }

    private RunVerification Earlier(JsonObject outcome)
    {
        string summary = string.Create(
            CultureInfo.InvariantCulture, $"passed, {Made((int?)outcome["counts"]?["passed"] ?? 0)}, at {(string?)outcome["at"]}");
        FoundAgain?.Invoke(summary);
        return Mark(summary, PreflightCache.Waived(outcome));
    }

    private RunVerification Mark(string summary, IEnumerable<(string Id, string Text)> departures)
    {
        (string Id, string Text)[] waived = [.. departures];
        string[] options =
        [
            .. Unverified ? ["--unverified"] : Array.Empty<string>(),
            .. waived.Length > 0 ? [$"--waive {string.Join(",", waived.Select(w => w.Id))}"] : Array.Empty<string>(),
        ];
        string whole = string.Join("; ", [summary, .. waived.Select(w => $"waived {w.Id}: {w.Text}")]);
        return new(whole, options.Length > 0 ? $"started with {string.Join(" and ", options)}; {whole}" : null);
    }

    private static string Made(int checks) => FormattableString.Invariant($"{checks} check{(checks == 1 ? "" : "s")}");

    private static JsonObject Outcome(VerificationReport report, PreflightKey key)
    {
        var outcome = new JsonObject
        {
            ["format"] = Format,
            ["key"] = key.Hash,
            ["at"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["program"] = JsonSerializer.SerializeToNode(key.Parts, ReportJson.Options),
        };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(ReportJson.Describe(report), ReportJson.Options)!.AsObject().ToArray())
            outcome[name] = value?.DeepClone();
        return outcome;
    }
}
