namespace Sg3x.Oracle.Vectors;

/// <summary>What came of one file of reference values.</summary>
public sealed record VectorReport
{
    /// <summary>The file as it was named.</summary>
    public required string File { get; init; }

    /// <summary>What the file describes.</summary>
    public required VectorKind Kind { get; init; }

    /// <summary>The configuration or cases it was made with, in a few words.</summary>
    public required string Subject { get; init; }

    /// <summary>Everything that was compared, in the file's order.</summary>
    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    /// <summary>Whether everything in the file was checked and agrees.</summary>
    public bool Passed => Comparisons.Count > 0 && Comparisons.All(c => c.Passed);

    /// <summary>Whether something was checked and does not agree.</summary>
    public bool Failed => Comparisons.Any(c => !c.Passed);
}
