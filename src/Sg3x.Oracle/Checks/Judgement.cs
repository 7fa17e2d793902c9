using System.Text.Json.Serialization;

namespace Sg3x.Oracle.Checks;

/// <summary>What the comparisons of one check came to.</summary>
public abstract record Judgement
{
    /// <summary>Of findings, in the order of measuring.</summary>
    private protected Judgement(string id, string equation, string toleranceBasis, IReadOnlyCollection<Finding> findings)
    {
        (Id, Equation, ToleranceBasis, Comparisons) = (id, equation, toleranceBasis, findings.Count);
        Worst = findings.MaxBy(finding => finding.Share);
        Failures = [.. findings.Where(finding => !finding.Passed)];
    }

    /// <summary>The check's name: <c>filter.taps</c>, <c>vector.mapping</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string Id { get; }

    /// <summary>Where in the papers it comes from.</summary>
    [JsonPropertyOrder(-1)]
    public string Equation { get; }

    /// <summary>How its tolerance follows.</summary>
    [JsonPropertyOrder(-1)]
    public string ToleranceBasis { get; }

    /// <summary>How many comparisons were made.</summary>
    public int Comparisons { get; }

    /// <summary>The comparison closest to its tolerance, or furthest beyond; null where none was made.</summary>
    public Finding? Worst { get; }

    /// <summary>Those beyond it, in the order of measuring.</summary>
    public IReadOnlyList<Finding> Failures { get; }
}
