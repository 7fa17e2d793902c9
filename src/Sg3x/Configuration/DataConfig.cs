namespace Sg3x.Configuration;

/// <summary>What the real images are.</summary>
public sealed record DataConfig
{
    /// <summary>A folder or a zip of images, or <c>cats:</c> or <c>cats:COUNT</c> for drawn ones; empty until it is
    /// chosen.</summary>
    public string Source { get; init; } = "";

    /// <summary>Shows every image mirrored as well.</summary>
    public bool Mirror { get; init; }

    /// <summary>Trains on the images' classes, which <c>dataset.json</c> beside them has.</summary>
    public bool Conditional { get; init; }

    /// <summary>Leaves damaged images out instead of stopping at them.</summary>
    public bool SkipBad { get; init; }
}
