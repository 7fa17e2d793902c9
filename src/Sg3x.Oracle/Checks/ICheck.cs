namespace Sg3x.Oracle.Checks;

/// <summary>One property of production that the paper determines.</summary>
public interface ICheck
{
    /// <summary>Its name, dotted and unique: <c>filter.taps</c>.</summary>
    string Id { get; }

    /// <summary>Where in the papers it comes from, with the equation.</summary>
    string Equation { get; }

    /// <summary>How its tolerance follows from the arithmetic.</summary>
    string ToleranceBasis { get; }

    /// <summary>Whether it belongs to the quick set: <c>sg3x verify --quick</c>, and what is run before a training.</summary>
    bool Quick => true;

    /// <summary>Measures. Every comparison made is a finding, those that pass too.</summary>
    /// <param name="subject">What production offers.</param>
    /// <returns>At least one finding where there is anything to check; none where the check does not apply to this
    /// subject.</returns>
    IEnumerable<Finding> Run(Subject subject);

    /// <summary>What of the subject <see cref="Run"/> left out, and why; asked after it.</summary>
    /// <param name="subject">What production offers.</param>
    /// <returns>In words; null for nothing. Where it is everything the check does not apply.</returns>
    string? LeavesOut(Subject subject) => null;
}

/// <summary>One comparison.</summary>
/// <param name="Where">Layer, tap, pixel or case.</param>
/// <param name="Expected">By the spec, for people.</param>
/// <param name="Measured">By production, for people.</param>
/// <param name="Error">How far apart; NaN and infinity never pass.</param>
/// <param name="Tolerance">The most that passes, in the unit of <paramref name="Error"/>; 0 asks for equality.</param>
/// <param name="Explanation">What went wrong in words a person can act on, where the numbers alone do not say.</param>
public sealed record Finding(
    string Where, string Expected, string Measured, double Error, double Tolerance, string? Explanation = null)
{
    /// <summary>Whether it is within its tolerance.</summary>
    public bool Passed => Error <= Tolerance;

    /// <summary>Share of the tolerance used up; above 1 is a failure, infinite where equality was asked for and missed.</summary>
    public double Share => Error == 0 ? 0 : double.IsNaN(Error) ? double.PositiveInfinity : Error / Tolerance;
}
