using System.Diagnostics;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Reports;

/// <summary>What came of verifying something: every check's outcome and what it was asked about.</summary>
public sealed record VerificationReport
{
    /// <summary>What was verified, by the name it was given: a preset, a file.</summary>
    public required string Name { get; init; }

    /// <summary>The generator's configuration.</summary>
    public required GeneratorConfig Config { get; init; }

    /// <summary>Whether it was a network with weights of its own; otherwise what the build makes of the configuration.</summary>
    public required bool IsNetwork { get; init; }

    /// <summary>Where it computed: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>One outcome for each check that was run.</summary>
    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>Checks that were not run because only the quick ones were asked for.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether at least one check passed and none failed. What is waived or does not apply is neither.</summary>
    public bool Passed => Count(CheckStatus.Failed) == 0 && Count(CheckStatus.Passed) > 0;

    /// <summary>How many checks ended so.</summary>
    public int Count(CheckStatus status) => Checks.Count(c => c.Status == status);

    /// <summary>The configuration in a few words: <c>config T, 256², 14 layers</c>.</summary>
    public string Describe() => FormattableString.Invariant(
        $"config {(Config.RadialFilters ? "R" : "T")}, {Config.Resolution}×{Config.Resolution}, {Config.Layers} layers and ToRGB");

    /// <summary>Runs checks and keeps what they find.</summary>
    /// <param name="name">What is verified, for people.</param>
    /// <param name="subject">What is verified.</param>
    /// <param name="checks">Which: <see cref="CheckRegistry.All"/>, <see cref="CheckRegistry.Quick"/> or others.</param>
    /// <param name="report">Called before each check with its name, the number done and the number there are; null for
    /// none.</param>
    /// <param name="waivers">The checks of the configuration that may find departures; null for none.</param>
    /// <param name="cancellation">Stops between checks.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static VerificationReport Run(
        string name, Subject subject, IReadOnlyList<ICheck> checks, Action<string, int, int>? report = null,
        Waivers? waivers = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(checks);
        var clock = Stopwatch.StartNew();
        var results = new List<CheckResult>();
        foreach (ICheck check in checks)
        {
            report?.Invoke(check.Id, results.Count, checks.Count);
            cancellation.ThrowIfCancellationRequested();
            CheckResult result = Verification.RunOne(check, subject);
            results.Add(waivers?.Include(check.Id) == true ? result.Waive() : result);
        }
        return new VerificationReport
        {
            Name = name,
            Config = subject.Config,
            IsNetwork = subject.Network is not null,
            Device = subject.Device.ToString(),
            Checks = results,
            LeftOut = [.. CheckRegistry.All.Except(checks).Select(check => check.Id)],
            Duration = clock.Elapsed,
        };
    }

    /// <summary>
    /// What is wrong, a line for each failed check, in words a person can act on: the first of its findings that has an explanation,
    /// and how many others there are; of a configuration, every value.
    /// </summary>
    public IEnumerable<(string Id, string Text)> Explanations() =>
        Checks.Where(c => c.Status == CheckStatus.Failed).Select(c => (c.Id, Explain(c)));

    /// <summary>What departs and was declared, a line for each waived check, in the same words.</summary>
    public IEnumerable<(string Id, string Text)> Departures() =>
        Checks.Where(c => c.Status == CheckStatus.Waived).Select(c => (c.Id, Explain(c)));

    private static string Explain(CheckResult check)
    {
        if (check.Failures.Count == 0)
            return $"could not be completed: {check.Problem}";
        if (Waivers.Possible.Contains(check.Id) && check.Problem is null)
        {
            // Each value is somebody's choice, and to be put right or declared by itself.
            return string.Join("; ", check.Failures.Select(f => $"{f.Where}: {FindingText.Difference(f)}: {f.Explanation}"));
        }
        Finding first = check.Failures.FirstOrDefault(f => f.Explanation is not null) ?? check.Failures[0];
        string text = first.Explanation is string words
            ? $"{first.Where}: {words}"
            : $"{first.Where}: {FindingText.Difference(first)}";
        int others = check.Failures.Count - 1;
        text += others > 0 ? FormattableString.Invariant($" ({others} more of {check.Comparisons} comparisons fail)") : "";
        return check.Problem is null ? text : $"{text}; then it could not be completed: {check.Problem}";
    }
}
