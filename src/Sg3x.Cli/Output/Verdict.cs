namespace Sg3x.Cli.Output;

/// <summary>What came of a check.</summary>
internal enum Verdict
{
    /// <summary>Checked, and as it should be.</summary>
    Ok,

    /// <summary>Checked, and not as it should be.</summary>
    Failed,

    /// <summary>Not checked.</summary>
    NotChecked,
}
