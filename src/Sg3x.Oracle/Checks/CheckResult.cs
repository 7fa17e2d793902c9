namespace Sg3x.Oracle.Checks;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    /// <summary>Everything within its tolerance.</summary>
    Passed,

    /// <summary>Something was not, or the check itself could not be completed.</summary>
    Failed,

    /// <summary>The configuration departs from the papers, and it was declared that it is meant to. Not a pass.</summary>
    Waived,

    /// <summary>There was nothing of its kind in what was checked.</summary>
    NotApplicable,
}

/// <summary>The outcome of one check.</summary>
public sealed record CheckResult : Judgement
{
    /// <summary>Of a check that was run.</summary>
    /// <param name="check">The check.</param>
    /// <param name="findings">What it measured.</param>
    /// <param name="problem">What kept it from being completed; null for nothing.</param>
    /// <param name="leavesOut">What it left out, and why; null for nothing.</param>
    /// <param name="duration">How long it took.</param>
    internal CheckResult(
        ICheck check, IReadOnlyCollection<Finding> findings, string? problem, string? leavesOut, TimeSpan duration)
        : base(check.Id, check.Equation, check.ToleranceBasis, findings)
    {
        (Problem, LeavesOut, Duration) = (problem, leavesOut, duration);
        Status = problem != null || Failures.Count > 0 ? CheckStatus.Failed
            : Comparisons == 0 ? CheckStatus.NotApplicable
            : CheckStatus.Passed;
    }

    /// <summary>How it ended.</summary>
    public CheckStatus Status { get; private init; }

    /// <summary>What kept the check from being completed.</summary>
    public string? Problem { get; }

    /// <summary>What of the subject it did not look at, and why; all of it where the check does not apply.</summary>
    public string? LeavesOut { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The same where what it found was declared; a check that passed, or could not be completed, stays as it
    /// is.</summary>
    internal CheckResult Waive() =>
        Status == CheckStatus.Failed && Problem is null ? this with { Status = CheckStatus.Waived } : this;
}
