using Sg3x.Networks;
using static TorchSharp.torch;
using NetworkGenerator = Sg3x.Networks.Generator;

namespace Sg3x.Oracle.Checks;

/// <summary>The mapping with the arguments of <see cref="NetworkGenerator.Map(Tensor, double, bool)"/>.</summary>
public delegate Tensor Map(NetworkGenerator generator, Tensor z, double truncation, bool updateAverages);

/// <summary>The mapping of a generator with classes: z, labels [N, CDim], ψ, whether w_avg moves.</summary>
public delegate Tensor MapClasses(NetworkGenerator generator, Tensor z, Tensor labels, double truncation, bool updateAverages);

/// <summary>The synthesis with the arguments of <see cref="NetworkGenerator.Synthesize"/>.</summary>
public delegate Tensor Synthesize(NetworkGenerator generator, Tensor ws, bool updateAverages);

/// <summary>What is done with networks, each part replaceable; the networks themselves are <see cref="Subject"/>'s.</summary>
public sealed record NetworkParts
{
    /// <summary>z [N, ZDim] → ws [N, NumWs, WDim]; of a generator with classes as <see cref="Bridge.Labels"/>.</summary>
    public required Map Map { get; init; }

    /// <summary>z and labels → ws.</summary>
    public MapClasses MapClasses { get; init; } = (generator, z, labels, truncation, update) =>
        generator.Map(z, labels, truncation, update);

    /// <summary>ws → images [N, 3, R, R].</summary>
    public required Synthesize Synthesize { get; init; }

    /// <summary>w [N, WDim] → Fourier features [N, C, size, size].</summary>
    public required Func<NetworkGenerator, Tensor, Tensor> Input { get; init; }

    /// <summary>x, w → the layer's result, its averages as they are.</summary>
    public required Func<SynthesisLayer, Tensor, Tensor, Tensor> Layer { get; init; }

    /// <summary>Images → logits [N, 1].</summary>
    public required Func<Discriminator, Tensor, Tensor> Judge { get; init; }

    /// <summary>Images and labels → logits.</summary>
    public Func<Discriminator, Tensor, Tensor, Tensor> JudgeClasses { get; init; } = (discriminator, images, labels) =>
        discriminator.forward(images, labels);

    /// <summary>Production as it is.</summary>
    public static NetworkParts Production { get; } = new()
    {
        Map = (generator, z, truncation, update) => generator.Map(
            z, Bridge.Rows(Bridge.Labels((int)z.shape[0], generator.Config.CDim), z.dtype)?.to(z.device), truncation, update),
        Synthesize = (generator, ws, update) => generator.Synthesize(ws, update),
        Input = (generator, w) => generator.Synthesis.Input.forward(w),
        Layer = (layer, x, w) => layer.forward(x, w),
        Judge = (discriminator, images) => discriminator.forward(images),
    };
}
