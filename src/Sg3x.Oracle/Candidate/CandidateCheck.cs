using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Candidate;

/// <summary>How a check of a candidate ended.</summary>
public enum CandidateStatus
{
    /// <summary>Everything that was supplied is within its tolerance.</summary>
    Passed,

    /// <summary>Something is not.</summary>
    Failed,

    /// <summary>Nothing of its kind was supplied. Not a pass.</summary>
    Unchecked,
}

/// <summary>The outcome of one check of a candidate.</summary>
public sealed record CandidateResult : Judgement
{
    internal CandidateResult(CandidateCheck check, IReadOnlyCollection<Finding> findings, IReadOnlyList<string> missing)
        : base(check.Id, check.Equation, check.ToleranceBasis, findings)
    {
        Status = Failures.Count > 0 ? CandidateStatus.Failed : Comparisons == 0 ? CandidateStatus.Unchecked
            : CandidateStatus.Passed;
        Missing = Comparisons == 0 ? [check.Supply] : missing;
    }

    /// <summary>How it ended.</summary>
    public CandidateStatus Status { get; }

    /// <summary>What was not supplied and therefore not checked.</summary>
    public IReadOnlyList<string> Missing { get; }
}

/// <summary>What came of judging an export.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">The implementation's name for itself.</param>
/// <param name="Results">One for each check, in order.</param>
public sealed record CandidateReport(string File, string Name, IReadOnlyList<CandidateResult> Results)
{
    /// <summary>Whether something is wrong.</summary>
    public bool Failed => Results.Any(result => result.Status == CandidateStatus.Failed);

    /// <summary>Whether everything that can be checked was, and is right.</summary>
    public bool Complete => Results.All(result => result.Status == CandidateStatus.Passed && result.Missing.Count == 0);
}

/// <summary>One thing that is compared with the spec.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Equation">Where in the papers it comes from.</param>
/// <param name="ToleranceBasis">How its tolerance follows.</param>
/// <param name="Supply">What an export needs for it.</param>
/// <param name="Compare">Compares; what is missing of it, where some of it is there, goes to the list.</param>
internal sealed record CandidateCheck(
    string Id, string Equation, string ToleranceBasis, string Supply, Func<CandidateExport, List<string>,
        IEnumerable<Finding>> Compare)
{
    public CandidateResult Run(CandidateExport export)
    {
        var missing = new List<string>();
        return new CandidateResult(this, [.. Compare(export, missing)], missing);
    }
}

/// <summary>Judges exports: the spec alone says what is right.</summary>
public static class CandidateJudge
{
    /// <summary>The names of all checks, in the order of a report.</summary>
    public static IReadOnlyList<string> Ids => [.. Checks.Select(check => check.Id)];

    private static IReadOnlyList<CandidateCheck> Checks { get; } =
        [.. ScheduleRules.Checks, .. FilterRules.Checks, .. FrequencyRules.Checks, .. VectorRules.Checks,
            .. TrainingRules.Checks, .. TraceRules.Checks, .. TypeRules.Checks];

    /// <summary>Reads and judges a file.</summary>
    /// <param name="path">The export, in JSON.</param>
    /// <returns>A result for each check; what was not supplied is unchecked.</returns>
    /// <exception cref="UserException">The file cannot be read, is not of the format, or supplies nothing that could be
    /// checked.</exception>
    public static CandidateReport Judge(string path) => Judge(CandidateFile.Load(path));

    /// <summary>Judges an export that has been read.</summary>
    /// <exception cref="UserException">It supplies nothing that could be checked.</exception>
    public static CandidateReport Judge(CandidateExport export)
    {
        ArgumentNullException.ThrowIfNull(export);
        CandidateResult[] results = [.. Checks.Select(check => check.Run(export))];
        return results.Any(result => result.Status != CandidateStatus.Unchecked)
            ? new CandidateReport(export.File, export.Name, results)
            : throw UserException.Mismatch(
                export.File, "something that can be checked: a schedule, results of vectors, training constants", "none of it");
    }
}
