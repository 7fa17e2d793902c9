namespace Sg3x.Spec.Augmentation;

/// <summary>
/// The kinds of augmentation of the pipeline "bgc", in the order in which they act. Each is taken with probability p·multiplier;
/// a multiplier of 0 leaves it out.
/// </summary>
public sealed record Kinds
{
    public double XFlip { get; init; }
    public double Rotate90 { get; init; }
    public double XInt { get; init; }
    public double Scale { get; init; }
    public double Rotate { get; init; }
    public double Aniso { get; init; }
    public double XFrac { get; init; }
    public double Brightness { get; init; }
    public double Contrast { get; init; }
    public double LumaFlip { get; init; }
    public double Hue { get; init; }
    public double Saturation { get; init; }

    /// <summary>Largest integer translation, as a fraction of the image.</summary>
    public const double XIntMax = 0.125;

    /// <summary>Of log2 of the isotropic scale.</summary>
    public const double ScaleStd = 0.2;

    /// <summary>Of log2 of the anisotropic scale.</summary>
    public const double AnisoStd = 0.2;

    /// <summary>Of the fractional translation, as a fraction of the image.</summary>
    public const double XFracStd = 0.125;

    public const double BrightnessStd = 0.2;

    /// <summary>Of log2 of the contrast.</summary>
    public const double ContrastStd = 0.5;

    /// <summary>Of log2 of the saturation.</summary>
    public const double SaturationStd = 1;

    /// <summary>All twelve, each with multiplier 1.</summary>
    public static Kinds Bgc { get; } = new()
    {
        XFlip = 1,
        Rotate90 = 1,
        XInt = 1,
        Scale = 1,
        Rotate = 1,
        Aniso = 1,
        XFrac = 1,
        Brightness = 1,
        Contrast = 1,
        LumaFlip = 1,
        Hue = 1,
        Saturation = 1,
    };

    /// <summary>Whether the geometric path runs, even where it changes nothing.</summary>
    public bool Geometric => XFlip + Rotate90 + XInt + Scale + Rotate + Aniso + XFrac > 0;

    public bool Coloured => Brightness + Contrast + LumaFlip + Hue + Saturation > 0;

    /// <summary>Probability of each of the two rotations: together they act with p, 1 − (1 − p_rot)² = p.</summary>
    public static double RotationProbability(double p) => 1 - Math.Sqrt(Math.Clamp(1 - p, 0, 1));
}
