namespace Sg3x.Augmentation;

/// <summary>
/// Which augmentations there are (ADA appendix B), and how often each is taken: with probability m·p, m its multiplier here and p
/// that of the pipeline. A multiplier of 0 leaves it out.
/// </summary>
public sealed record AugmentationKinds
{
    /// <summary>Mirrored left to right, a fair coin.</summary>
    public double XFlip { get; init; }

    /// <summary>Turned by 0, 90, 180 or 270 degrees, each as likely.</summary>
    public double Rotate90 { get; init; }

    /// <summary>Moved by whole pixels, uniform in ±0.125 of the image.</summary>
    public double XInt { get; init; }

    /// <summary>Scaled by 2^N(0, 0.2²).</summary>
    public double Scale { get; init; }

    /// <summary>Turned by a uniform angle, before and after <see cref="Aniso"/>, each with 1 − √(1 − m·p).</summary>
    public double Rotate { get; init; }

    /// <summary>Scaled by a along x and 1/a along y, a = 2^N(0, 0.2²).</summary>
    public double Aniso { get; init; }

    /// <summary>Moved by N(0, 0.125²) of the image.</summary>
    public double XFrac { get; init; }

    /// <summary>Brightness changed by N(0, 0.2²).</summary>
    public double Brightness { get; init; }

    /// <summary>Contrast times 2^N(0, 0.5²).</summary>
    public double Contrast { get; init; }

    /// <summary>Luma mirrored, a fair coin.</summary>
    public double LumaFlip { get; init; }

    /// <summary>Hue turned by a uniform angle.</summary>
    public double Hue { get; init; }

    /// <summary>Saturation times 2^N(0, 1).</summary>
    public double Saturation { get; init; }

    /// <summary>Each of four frequency bands amplified by 2^N(0, 1), the expected power kept.</summary>
    public double Filter { get; init; }

    /// <summary>Normal noise of standard deviation |N(0, 0.1²)| added.</summary>
    public double Noise { get; init; }

    /// <summary>A square of half the image's size, about a uniform centre, set to 0.</summary>
    public double Cutout { get; init; }

    /// <summary>Flips, quarter turns and whole-pixel moves.</summary>
    public static AugmentationKinds Blit { get; } = new() { XFlip = 1, Rotate90 = 1, XInt = 1 };

    /// <summary>Any scale, rotation and move.</summary>
    public static AugmentationKinds Geom { get; } = new() { Scale = 1, Rotate = 1, Aniso = 1, XFrac = 1 };

    /// <summary>Colours.</summary>
    public static AugmentationKinds Color { get; } =
        new() { Brightness = 1, Contrast = 1, LumaFlip = 1, Hue = 1, Saturation = 1 };

    /// <summary>Pixel blitting, geometry and colours: ADA's choice, and that of every preset.</summary>
    public static AugmentationKinds Bgc { get; } =
        Color with { XFlip = 1, Rotate90 = 1, XInt = 1, Scale = 1, Rotate = 1, Aniso = 1, XFrac = 1 };

    /// <summary>The names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["blit", "geom", "color", "filter", "noise", "cutout", "bg", "bgc", "bgcf", "bgcfn", "bgcfnc"];

    /// <summary>A pipeline by the name that ADA gives it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UserException">There is none of that name.</exception>
    public static AugmentationKinds Named(string name) => name switch
    {
        "blit" => Blit,
        "geom" => Geom,
        "color" => Color,
        "filter" => new AugmentationKinds { Filter = 1 },
        "noise" => new AugmentationKinds { Noise = 1 },
        "cutout" => new AugmentationKinds { Cutout = 1 },
        "bg" => Geom with { XFlip = 1, Rotate90 = 1, XInt = 1 },
        "bgc" => Bgc,
        "bgcf" => Bgc with { Filter = 1 },
        "bgcfn" => Bgc with { Filter = 1, Noise = 1 },
        "bgcfnc" => Bgc with { Filter = 1, Noise = 1, Cutout = 1 },
        _ => throw UserException.Mismatch("augmentation.pipeline", $"one of {string.Join(", ", Names)}", $"\"{name}\""),
    };

    /// <summary>Whether the geometric path runs, even where it changes nothing: it filters.</summary>
    public bool IsGeometric => XFlip + Rotate90 + XInt + Scale + Rotate + Aniso + XFrac > 0;

    /// <summary>Whether colours are changed.</summary>
    public bool IsColoured => Brightness + Contrast + LumaFlip + Hue + Saturation > 0;
}
