using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>Images moved by two numbers, in pixels, and the mask of the pixels that count.</summary>
public delegate (Tensor Images, Tensor Mask) MoveImages(Tensor images, double tx, double ty);

/// <summary>Images turned by an angle in radians, and the mask of the pixels that count.</summary>
public delegate (Tensor Images, Tensor Mask) TurnImages(Tensor images, double angle);

/// <summary>The parts of the equivariance metrics, each replaceable.</summary>
public sealed record MetricParts
{
    /// <summary>Translation by whole pixels.</summary>
    public required MoveImages ByPixels { get; init; }

    /// <summary>Translation by fractions of a pixel.</summary>
    public required MoveImages Fractional { get; init; }

    /// <summary>Rotation.</summary>
    public required TurnImages Rotate { get; init; }

    /// <summary>The band limit of a rotation alone.</summary>
    public required TurnImages PseudoRotate { get; init; }

    /// <summary>Of pairs of batches and their masks: EQ and the variance over the error, in dB.</summary>
    public required Func<IReadOnlyList<(Tensor Reference, Tensor Generated, Tensor Mask)>,
        (double Decibels, double Variance)> Pool { get; init; }

    /// <summary>Production as it is.</summary>
    public static MetricParts Production { get; } = new()
    {
        ByPixels = (x, tx, ty) => ImageTranslation.ByPixels(x, (int)tx, (int)ty),
        Fractional = ImageTranslation.Fractional,
        Rotate = ImageRotation.Rotate,
        PseudoRotate = ImageRotation.PseudoRotate,
        Pool = batches =>
        {
            var error = new EquivarianceError();
            foreach ((Tensor reference, Tensor generated, Tensor mask) in batches)
                error.Add(reference, generated, mask);
            return (error.Decibels, error.VarianceDecibels);
        },
    };
}
