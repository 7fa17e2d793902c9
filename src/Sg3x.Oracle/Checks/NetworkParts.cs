using Sg3x.Networks;
using static TorchSharp.torch;
using NetworkGenerator = Sg3x.Networks.Generator;

namespace Sg3x.Oracle.Checks;

/// <summary>The mapping with the arguments of <see cref="NetworkGenerator.Map"/>.</summary>
public delegate Tensor Map(NetworkGenerator generator, Tensor z, double truncation, bool updateAverages);

/// <summary>The synthesis with the arguments of <see cref="NetworkGenerator.Synthesize"/>.</summary>
public delegate Tensor Synthesize(NetworkGenerator generator, Tensor ws, bool updateAverages);

/// <summary>What is done with networks, each part replaceable; the networks themselves are <see cref="Subject"/>'s.</summary>
public sealed record NetworkParts
{
    /// <summary>z [N, ZDim] → ws [N, NumWs, WDim].</summary>
    public required Map Map { get; init; }

    /// <summary>ws → images [N, 3, R, R].</summary>
    public required Synthesize Synthesize { get; init; }

    /// <summary>w [N, WDim] → Fourier features [N, C, size, size].</summary>
    public required Func<NetworkGenerator, Tensor, Tensor> Input { get; init; }

    /// <summary>x, w → the layer's result, its averages as they are.</summary>
    public required Func<SynthesisLayer, Tensor, Tensor, Tensor> Layer { get; init; }

    /// <summary>Images → logits [N, 1].</summary>
    public required Func<Discriminator, Tensor, Tensor> Judge { get; init; }

    /// <summary>Production as it is.</summary>
    public static NetworkParts Production { get; } = new()
    {
        Map = (generator, z, truncation, update) => generator.Map(z, truncation, update),
        Synthesize = (generator, ws, update) => generator.Synthesize(ws, update),
        Input = (generator, w) => generator.Synthesis.Input.forward(w),
        Layer = (layer, x, w) => layer.forward(x, w),
        Judge = (discriminator, images) => discriminator.forward(images),
    };
}
