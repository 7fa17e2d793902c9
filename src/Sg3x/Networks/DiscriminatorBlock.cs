using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// A residual block of the discriminator that halves the image (SG2): 3×3, 3×3 with stride 2, beside a 1×1 with stride 2, both ×
/// √½.
/// </summary>
public sealed class DiscriminatorBlock : nn.Module<Tensor, Tensor>
{
    private readonly DiscriminatorConv? fromrgb;
    private readonly DiscriminatorConv conv0;
    private readonly DiscriminatorConv conv1;
    private readonly DiscriminatorConv skip;
    private readonly double clamp;
    private Tensor resample_filter;

    /// <summary>Draws the weights.</summary>
    /// <param name="imageChannels">Channels of the image that the block takes, or null where it takes another block's
    /// features.</param>
    /// <param name="channels">Channels at its resolution.</param>
    /// <param name="outChannels">Channels at half its resolution.</param>
    /// <param name="clamp">Bound on the magnitude of activations.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public DiscriminatorBlock(int? imageChannels, int channels, int outChannels, double clamp, torch.Generator generator)
        : base(nameof(DiscriminatorBlock))
    {
        this.clamp = clamp;
        resample_filter = DiscriminatorConv.ResampleFilter();
        register_buffer(nameof(resample_filter), resample_filter);
        if (imageChannels is int colours)
            register_module(nameof(fromrgb), fromrgb = new DiscriminatorConv(colours, channels, 1, generator, clamp: clamp));
        register_module(nameof(conv0), conv0 = new DiscriminatorConv(channels, channels, 3, generator, clamp: clamp));
        register_module(nameof(conv1), conv1 = new DiscriminatorConv(channels, outChannels, 3, generator, down: 2, clamp: clamp));
        register_module(nameof(skip), skip = new DiscriminatorConv(channels, outChannels, 1, generator, down: 2));
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">[N, channels or image channels, R, R].</param>
    /// <returns>[N, outChannels, R/2, R/2].</returns>
    public override Tensor forward(Tensor input) => Pass(input, null);

    /// <summary>Applies the block, and shows what its layers with a bound make of it.</summary>
    /// <param name="input">[N, channels or image channels, R, R].</param>
    /// <param name="see">Is given the name of a layer, its output and the bound on that; null: nobody looks.</param>
    /// <returns>[N, outChannels, R/2, R/2].</returns>
    internal Tensor Pass(Tensor input, Action<string, Tensor, double>? see)
    {
        double half = Math.Sqrt(0.5);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = fromrgb is null ? input : Seen(nameof(fromrgb), fromrgb.forward(input), clamp);
        Tensor beside = skip.forward(x, half);
        Tensor middle = Seen(nameof(conv0), conv0.forward(x), clamp);
        return (beside + Seen(nameof(conv1), conv1.forward(middle, half), clamp * half)).MoveToOuterDisposeScope();

        Tensor Seen(string layer, Tensor output, double bound)
        {
            see?.Invoke(layer, output, bound);
            return output;
        }
    }
}
