namespace Sg3x.Augmentation;

/// <summary>What is taken or not, each with its probability: the columns of <see cref="AugmentationDraws.Choices"/>.</summary>
public enum AugmentationChoice
{
    /// <summary>Mirroring.</summary>
    XFlip,

    /// <summary>Quarter turns.</summary>
    Rotate90,

    /// <summary>A move by whole pixels.</summary>
    XInt,

    /// <summary>Scaling.</summary>
    Scale,

    /// <summary>The rotation before anisotropic scaling.</summary>
    RotateBefore,

    /// <summary>Anisotropic scaling.</summary>
    Aniso,

    /// <summary>The rotation after anisotropic scaling.</summary>
    RotateAfter,

    /// <summary>A move by any part of the image.</summary>
    XFrac,

    /// <summary>Brightness.</summary>
    Brightness,

    /// <summary>Contrast.</summary>
    Contrast,

    /// <summary>Mirroring of luma.</summary>
    LumaFlip,

    /// <summary>Hue.</summary>
    Hue,

    /// <summary>Saturation.</summary>
    Saturation,

    /// <summary>Amplification of the lowest frequency band.</summary>
    Band0,

    /// <summary>Amplification of the second frequency band.</summary>
    Band1,

    /// <summary>Amplification of the third frequency band.</summary>
    Band2,

    /// <summary>Amplification of the highest frequency band.</summary>
    Band3,

    /// <summary>Noise.</summary>
    Noise,

    /// <summary>Cutout.</summary>
    Cutout,
}

/// <summary>
/// By how much: the columns of <see cref="AugmentationDraws.Values"/>, each with its distribution. A die of n sides is ⌊n·u⌋ and
/// a uniform amount (2u − 1)·range, u uniform in [0, 1); a normal one is std·z, z standard normal.
/// </summary>
public enum AugmentationAmount
{
    /// <summary>Mirrored where 1: a die of 2.</summary>
    XFlip,

    /// <summary>Quarter turns: a die of 4.</summary>
    QuarterTurns,

    /// <summary>Luma mirrored where 1: a die of 2.</summary>
    LumaFlip,

    /// <summary>Move along x in fractions of the image, rounded to pixels: uniform in ±0.125.</summary>
    WholeX,

    /// <summary>Move along y in fractions of the image, rounded to pixels: uniform in ±0.125.</summary>
    WholeY,

    /// <summary>log₂ of the scale: normal, 0.2.</summary>
    Scale,

    /// <summary>First rotation: uniform in ±π.</summary>
    AngleBefore,

    /// <summary>log₂ of the scale along x and minus that along y: normal, 0.2.</summary>
    Aniso,

    /// <summary>Second rotation: uniform in ±π.</summary>
    AngleAfter,

    /// <summary>Move along x in fractions of the image: normal, 0.125.</summary>
    PartX,

    /// <summary>Move along y in fractions of the image: normal, 0.125.</summary>
    PartY,

    /// <summary>Added to all channels: normal, 0.2.</summary>
    Brightness,

    /// <summary>log₂ of the contrast: normal, 0.5.</summary>
    Contrast,

    /// <summary>Rotation of hue: uniform in ±π.</summary>
    Hue,

    /// <summary>log₂ of the saturation: normal, 1.</summary>
    Saturation,

    /// <summary>log₂ of the lowest band's gain: normal, 1.</summary>
    Band0,

    /// <summary>log₂ of the second band's gain: normal, 1.</summary>
    Band1,

    /// <summary>log₂ of the third band's gain: normal, 1.</summary>
    Band2,

    /// <summary>log₂ of the highest band's gain: normal, 1.</summary>
    Band3,

    /// <summary>Standard deviation of the noise, up to its sign: normal, 0.1.</summary>
    NoiseStd,

    /// <summary>Centre of the cutout along x in fractions of the image: u itself.</summary>
    CutoutX,

    /// <summary>Centre of the cutout along y in fractions of the image: u itself.</summary>
    CutoutY,

    /// <summary>Width and height of the cutout in fractions of the image: ½, whatever is drawn.</summary>
    CutoutSize,
}
