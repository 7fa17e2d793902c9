namespace Sg3x.Oracle.Vectors;

/// <summary>One tensor (or one value) of a reference file beside what production computes.</summary>
public sealed record Comparison
{
    /// <summary>Its name in the file.</summary>
    public required string Name { get; init; }

    /// <summary>Its sizes in the file, outermost first; empty for a scalar.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Largest |computed − expected| over its elements; NaN where either holds something that is not finite.</summary>
    public required double Absolute { get; init; }

    /// <summary>
    /// <see cref="Absolute"/> over the largest |expected| of the tensor: an element near zero is as uncertain as its neighbours,
    /// so a quotient of its own would say nothing.
    /// </summary>
    public required double Relative { get; init; }

    /// <summary>The most that <see cref="Relative"/> may be; 0 asks for equality.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Where the tolerance comes from, one of <see cref="Tolerances"/>.</summary>
    public required string Basis { get; init; }

    /// <summary>Index, expected and computed value of the element that differs most; null where all are equal.</summary>
    public string? Where { get; init; }

    /// <summary>Why no differences could be formed: the shapes differ, a value is of another type.</summary>
    public string? Mismatch { get; init; }

    /// <summary>Whether production agrees. Something that is not a number never does.</summary>
    public bool Passed => Mismatch is null && Relative <= Tolerance;
}
