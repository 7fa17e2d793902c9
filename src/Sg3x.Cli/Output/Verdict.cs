namespace Sg3x.Cli.Output;

/// <summary>What came of a check.</summary>
internal enum Verdict
{
    /// <summary>Checked, and as it should be.</summary>
    Ok,

    /// <summary>Checked, and not as it should be.</summary>
    Failed,

    /// <summary>Checked, not as in the papers, and declared to be so.</summary>
    Waived,

    /// <summary>Not checked.</summary>
    NotChecked,
}
