using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// The discriminator's mapping of a label to the direction that its verdict is projected on (ADA): e / √(mean e² + 1e−8), e =
/// embed(c), through eight activated layers of learning-rate multiplier 0.01.
/// </summary>
public sealed class LabelMapping : nn.Module<Tensor, Tensor>
{
    private const double LrMultiplier = 0.01;
    private const int Layers = 8;

    private readonly FullyConnected embed;
    private readonly FullyConnected[] layers = new FullyConnected[Layers];
    private readonly int cDim;

    /// <summary>Draws the weights.</summary>
    /// <param name="cDim">Dimensions of the label.</param>
    /// <param name="width">Features of the embedding, of every layer, and of the result.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public LabelMapping(int cDim, int width, torch.Generator generator)
        : base(nameof(LabelMapping))
    {
        this.cDim = cDim;
        register_module(nameof(embed), embed = new FullyConnected(cDim, width, generator));
        for (int i = 0; i < Layers; i++)
            register_module($"fc{i}", layers[i] = new FullyConnected(width, width, generator, activate: true, LrMultiplier));
    }

    /// <summary>Values that are trained, of a mapping of this size.</summary>
    /// <param name="cDim">Dimensions of the label.</param>
    /// <param name="width">Features.</param>
    internal static long Parameters(long cDim, long width) => (cDim + 1) * width + Layers * (width + 1) * width;

    /// <summary>Maps labels.</summary>
    /// <param name="input">c, [N, CDim], any floating dtype.</param>
    /// <returns>m(c), [N, width], the dtype of the weights.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input)
    {
        NetworkState.CheckShape(nameof(input), input, null, cDim);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = NetworkState.Normalised(embed.forward(input.to(embed.Type)));
        foreach (FullyConnected layer in layers)
            x = layer.forward(x);
        return x.MoveToOuterDisposeScope();
    }
}
