using System.Globalization;
using Sg3x.Configuration;

namespace Sg3x.Departures;

/// <summary>A run: as the papers have it, or with one departure from them.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Description">What is not as in the papers.</param>
/// <param name="Change">What it sets in the papers' configuration, as <c>path=value</c>.</param>
/// <param name="HasDeltaFilters">It is trained by the build whose filters are deltas.</param>
/// <param name="Waives">The check of the configuration that it departs from on purpose; null: none.</param>
internal sealed record Departure(
    string Name, string Description, Func<RunConfig, string[]> Change, bool HasDeltaFilters = false, string? Waives = null)
{
    private const string AliasFree = "config.alias-free";

    /// <summary>The papers' run, then one for each departure.</summary>
    public static IReadOnlyList<Departure> All { get; } =
    [
        new("paper", "none: as the papers have it", _ => []),
        new("delta-filters", "every filter two taps of ½", _ => [], HasDeltaFilters: true),
        new("no-margin", "no margin around the image", _ => ["generator.margin=0"], Waives: AliasFree),
        new("no-lrelu-upsampling", "no upsampling around the leaky ReLU", _ => ["generator.lreluUpsampling=1"],
            Waives: AliasFree),
        new("slow-ada", "p moves four times as slowly", paper =>
            [string.Create(CultureInfo.InvariantCulture, $"augmentation.kimg={4 * paper.Augmentation.Kimg}")]),
    ];
}
