namespace Sg3x.Oracle.Candidate;

/// <summary>A mistake that has been made, and that some vector shows.</summary>
/// <param name="Flag">Its name in the files: <c>StylePlusOne</c>.</param>
/// <param name="Description">What is done where what should be.</param>
/// <param name="Effect">What it does to images or to training.</param>
/// <param name="Source">Where it happened.</param>
public sealed record Bug(string Flag, string Description, string Effect, string Source);

/// <summary>What an implementation with a certain mistake computes for a case.</summary>
/// <param name="Bug">The mistake.</param>
/// <param name="Outputs">What comes of it, by name.</param>
public sealed record FaultyOutputs(Bug Bug, IReadOnlyDictionary<string, NumericArray> Outputs);

/// <summary>One input with what the spec makes of it.</summary>
public sealed record VectorCase
{
    /// <summary>Number within the group, from 1.</summary>
    public required int Id { get; init; }

    /// <summary>What is special about it.</summary>
    public required string Comment { get; init; }

    /// <summary>Numbers, truth values and texts by name: factors, slopes, rates. A null value is JSON's null.</summary>
    public required IReadOnlyDictionary<string, object?> Parameters { get; init; }

    /// <summary>Arrays by name.</summary>
    public required IReadOnlyDictionary<string, NumericArray> Inputs { get; init; }

    /// <summary>By the spec, by name.</summary>
    public required IReadOnlyDictionary<string, NumericArray> Expected { get; init; }

    /// <summary>Terms summed on the way to one number of the result: rounding grows with their root.</summary>
    public required double Terms { get; init; }

    /// <summary>The mistakes that it shows, with what each makes of it.</summary>
    public required IReadOnlyList<FaultyOutputs> Faults { get; init; }

    /// <summary>
    /// The most by which a result in a precision of unit roundoff <paramref name="u"/> may differ, over the largest expected
    /// value.
    /// In float32 and float64 sums dominate: a walk of √terms roundings, and 16 for its reach and the functions on the way. In 16
    /// bits sums are held in float32 and what is stored between the steps dominates: at most 6 roundings.
    /// </summary>
    public double Tolerance(double u) => u > 1e-5 ? 6 * u : 16 * Math.Sqrt(Terms) * u;
}

/// <summary>Cases of one operation.</summary>
public sealed record VectorGroup
{
    /// <summary>Its name, also that of its file: <c>modulated-convolution</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where in the papers it comes from, with the equation.</summary>
    public required string Equation { get; init; }

    /// <summary>What to compute of the inputs, with shapes.</summary>
    public required string Instructions { get; init; }

    /// <summary>Whether results may be computed in 16 bits, as networks are; counts, frequencies and constants are not.</summary>
    public bool AnyPrecision { get; init; }

    /// <summary>The cases, numbered from 1.</summary>
    public required IReadOnlyList<VectorCase> Cases { get; init; }

    /// <summary>The mistakes that some case shows.</summary>
    public IReadOnlyList<Bug> Bugs => [.. Cases.SelectMany(c => c.Faults).Select(f => f.Bug).Distinct()];
}
