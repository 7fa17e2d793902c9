namespace Sg3x.Oracle.Checks;

/// <summary>
/// Checks of the configuration that a run or a verification declares to depart from on purpose. A fault of the build cannot be
/// declared: what holds the build to its configuration is not waived.
/// </summary>
public sealed class Waivers
{
    private const string OfConfigurations = "config.";

    private readonly IReadOnlyList<string> ids;

    private Waivers(IReadOnlyList<string> ids) => this.ids = ids;

    /// <summary>Nothing is waived.</summary>
    public static Waivers None { get; } = new([]);

    /// <summary>The checks that may be waived.</summary>
    public static IReadOnlyList<string> Possible { get; } =
        [.. CheckRegistry.All.Select(check => check.Id).Where(id => id.StartsWith(OfConfigurations, StringComparison.Ordinal))];

    /// <summary>The checks of a list.</summary>
    /// <param name="list">Their names, separated by commas; empty: none.</param>
    /// <exception cref="UserException">One of them may not be waived, or does not exist.</exception>
    public static Waivers Of(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        string[] ids =
        [
            .. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Distinct().Order(StringComparer.Ordinal),
        ];
        string? other = ids.Except(Possible).FirstOrDefault();
        return other is null ? new Waivers(ids) : throw UserException.Mismatch(
            "--waive (training.waived)",
            $"checks of the configuration ({string.Join(", ", Possible)}), separated by commas; those of the build are not"
            + " waived", other);
    }

    /// <summary>Refuses a list that <see cref="Of"/> would refuse.</summary>
    /// <param name="list">As of <see cref="Of"/>.</param>
    /// <exception cref="UserException">As of <see cref="Of"/>.</exception>
    public static void Demand(string list) => _ = Of(list);

    /// <summary>Whether a check is among them.</summary>
    public bool Include(string id) => ids.Contains(id, StringComparer.Ordinal);

    /// <summary>Their names, separated by commas.</summary>
    public override string ToString() => string.Join(",", ids);
}
