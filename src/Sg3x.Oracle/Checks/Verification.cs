using System.Diagnostics;
using Sg3x.Ops;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>Runs checks and collects what they find.</summary>
public static class Verification
{
    /// <summary>Runs all checks of the registry, in its order.</summary>
    /// <param name="subject">What to check.</param>
    /// <param name="report">Called after each check; null for none.</param>
    /// <param name="cancellation">Stops between checks.</param>
    /// <returns>One result per check.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static IReadOnlyList<CheckResult> Run(
        Subject subject, Action<CheckResult>? report = null, CancellationToken cancellation = default) =>
        Run(CheckRegistry.All, subject, report, cancellation);

    /// <summary>Runs some checks.</summary>
    public static IReadOnlyList<CheckResult> Run(
        IEnumerable<ICheck> checks, Subject subject, Action<CheckResult>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(subject);
        var results = new List<CheckResult>();
        foreach (ICheck check in checks)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(RunOne(check, subject));
            report?.Invoke(results[^1]);
        }
        return results;
    }

    /// <summary>Runs one check. Whatever it throws is a failure with that problem: a fault may well be an exception.</summary>
    public static CheckResult RunOne(ICheck check, Subject subject)
    {
        ArgumentNullException.ThrowIfNull(check);
        var clock = Stopwatch.StartNew();
        var findings = new List<Finding>();
        string? problem = null, leavesOut = null;
        using IDisposable scope = NewDisposeScope();
        try
        {
            findings.AddRange(check.Run(subject));
            leavesOut = check.LeavesOut(subject);

            // Zeros stand in for the gradients of a backward pass that failed, and may well pass.
            CustomBackward.ThrowIfFailed();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            problem = $"{e.GetType().Name}: {e.Message}";
        }
        return new CheckResult(check, findings, problem, leavesOut, clock.Elapsed);
    }
}
