using Sg3x.Augmentation;
using Sg3x.Configuration;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>A pipeline on a batch: kinds, p, draws, and images [N, 3, size, size] float64.</summary>
public delegate Tensor Augment(AugmentationKinds kinds, double p, AugmentationDraws draws, Tensor images);

/// <summary>p after each iteration: its configuration, the batch, the logits of real images that each iteration has seen, and the
/// device that holds it.</summary>
public delegate double[] AugmentationPath(AugmentationConfig config, int batch, double[][] logits, Device device);

/// <summary>The parts of the augmentation, each replaceable.</summary>
public sealed record AugmentationParts
{
    /// <summary>G⁻¹ of each image, [N, 3, 3] float64; of the images only the size counts.</summary>
    public required Augment Geometry { get; init; }

    /// <summary>C of each image, [N, 4, 4] float64.</summary>
    public required Augment Colour { get; init; }

    /// <summary>The augmented images.</summary>
    public required Augment Apply { get; init; }

    /// <summary>The draws of a seed for a number of images on a device.</summary>
    public required Func<long, long, Device, AugmentationDraws> Draw { get; init; }

    /// <summary>p after each of some iterations, from the logits of real images that each has seen.</summary>
    public required AugmentationPath Control { get; init; }

    /// <summary>Production as it is.</summary>
    public static AugmentationParts Production { get; } = new()
    {
        Geometry = (kinds, p, draws, x) => On(kinds, x, pipeline => pipeline.GeometryMatrix(draws, P(p, x))),
        Colour = (kinds, p, draws, x) => On(kinds, x, pipeline => pipeline.ColourMatrix(draws, P(p, x))),
        Apply = (kinds, p, draws, x) => On(kinds, x, pipeline => pipeline.Apply(x, P(p, x), draws)),
        Draw = AugmentationDraws.FromSeed,
        Control = Path,
    };

    private static Tensor On(AugmentationKinds kinds, Tensor x, Func<AugmentationPipeline, Tensor> made)
    {
        using var pipeline = new AugmentationPipeline(kinds, (int)x.shape[2], x.device);
        return made(pipeline);
    }

    private static Tensor P(double p, Tensor like) => Bridge.Tensor([p], [], ScalarType.Float64).to(like.device);

    private static double[] Path(AugmentationConfig config, int batch, double[][] logits, Device device)
    {
        using var controller = new AugmentationController(config, batch, device);
        return [.. logits.Select((row, i) =>
        {
            using IDisposable scope = NewDisposeScope();
            controller.Observe(Bridge.Tensor(row, [row.Length, 1], ScalarType.Float64).to(device));
            controller.EndIteration(i);
            return Bridge.Values(controller.Probability)[0];
        })];
    }
}
