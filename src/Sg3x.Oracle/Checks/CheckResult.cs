namespace Sg3x.Oracle.Checks;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    /// <summary>Everything within its tolerance.</summary>
    Passed,

    /// <summary>Something was not, or the check itself could not be completed.</summary>
    Failed,

    /// <summary>There was nothing of its kind in what was checked.</summary>
    NotApplicable,

    /// <summary>Production cannot do yet what it checks. Not a pass.</summary>
    NotInBuild,
}

/// <summary>The outcome of one check.</summary>
public sealed record CheckResult
{
    /// <summary>The check's name.</summary>
    public required string Id { get; init; }

    /// <summary>Where in the papers it comes from.</summary>
    public required string Equation { get; init; }

    /// <summary>How its tolerance follows.</summary>
    public required string ToleranceBasis { get; init; }

    /// <summary>How it ended.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>How many comparisons were made.</summary>
    public required int Comparisons { get; init; }

    /// <summary>The comparison closest to its tolerance, or furthest beyond; null where none was made.</summary>
    public Finding? Worst { get; init; }

    /// <summary>Those beyond it, in the order of measuring.</summary>
    public IReadOnlyList<Finding> Failures { get; init; } = [];

    /// <summary>What kept the check from being completed.</summary>
    public string? Problem { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
