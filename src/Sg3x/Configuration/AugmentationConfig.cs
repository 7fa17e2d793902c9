using Sg3x.Augmentation;

namespace Sg3x.Configuration;

/// <summary>How the images that D sees are augmented.</summary>
public sealed record AugmentationConfig
{
    /// <summary>p follows r_t.</summary>
    public const string Adaptive = "ada";

    /// <summary>p stays.</summary>
    public const string Fixed = "fixed";

    /// <summary>No augmentation.</summary>
    public const string None = "none";

    /// <summary><c>ada</c> (p follows r_t), <c>fixed</c> (p stays), or <c>none</c>.</summary>
    public string Mode { get; init; } = None;

    /// <summary>p: where it stays (<c>fixed</c>) or begins (<c>ada</c>).</summary>
    public double P { get; init; }

    /// <summary>Where r_t = E[sign D(x)] is held.</summary>
    public double Target { get; init; } = 0.6;

    /// <summary>Thousands of images in which p crosses 0…1.</summary>
    public double Kimg { get; init; } = 500;

    /// <summary>Iterations from one move of p to the next.</summary>
    public int Interval { get; init; } = 4;

    /// <summary>Which augmentations: one of <see cref="AugmentationKinds.Names"/>.</summary>
    public string Pipeline { get; init; } = "bgc";
}
