using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// The end of the discriminator at 4×4 (SG2): minibatch standard deviation, 3×3 convolution, fully connected, linear output.
/// </summary>
public sealed class DiscriminatorEpilogue : nn.Module<Tensor, Tensor>
{
    private const int Size = 4;

    private readonly int channels;
    private readonly int group;
    private readonly double clamp;
    private readonly DiscriminatorConv conv;
    private readonly FullyConnected fc;
    private readonly FullyConnected @out;

    /// <summary>Draws the weights.</summary>
    /// <param name="channels">Channels at 4×4.</param>
    /// <param name="group">Largest group of the minibatch standard deviation.</param>
    /// <param name="clamp">Bound on the magnitude of the convolution's activations.</param>
    /// <param name="outputs">Values that are made of an image: its logit, or what is projected on its class.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public DiscriminatorEpilogue(int channels, int group, double clamp, int outputs, torch.Generator generator)
        : base(nameof(DiscriminatorEpilogue))
    {
        this.channels = channels;
        this.group = group;
        this.clamp = clamp;
        register_module(nameof(conv), conv = new DiscriminatorConv(channels + 1, channels, 3, generator, clamp: clamp));
        register_module(nameof(fc), fc = new FullyConnected(channels * Size * Size, channels, generator, activate: true));
        register_module(nameof(@out), @out = new FullyConnected(channels, outputs, generator));
    }

    /// <summary>Judges features, in the dtype of the weights.</summary>
    /// <param name="input">[N, C, 4, 4], any floating dtype.</param>
    /// <returns>[N, outputs], the dtype of the weights.</returns>
    /// <exception cref="ArgumentException">The shape is another, or N is no multiple of min(group, N).</exception>
    public override Tensor forward(Tensor input) => Pass(input, null);

    /// <summary>Judges features, and shows what its layers with an activation make of them.</summary>
    /// <param name="input">[N, C, 4, 4], any floating dtype.</param>
    /// <param name="see">Is given the name of a layer, its output and the bound on that, infinity where there is none; null:
    /// nobody looks.</param>
    /// <returns>[N, outputs], the dtype of the weights.</returns>
    /// <exception cref="ArgumentException">The shape is another, or N is no multiple of min(group, N).</exception>
    internal Tensor Pass(Tensor input, Action<string, Tensor, double>? see)
    {
        NetworkState.CheckShape(nameof(input), input, null, channels, Size, Size);
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = input.to(fc.Type);
        Tensor x = conv.forward(cat([wide, MinibatchDeviation(wide, group)], 1));
        see?.Invoke(nameof(conv), x, clamp);
        Tensor y = fc.forward(x.reshape(x.shape[0], -1));
        see?.Invoke(nameof(fc), y, double.PositiveInfinity);
        return @out.forward(y).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One channel that tells how much samples of a group differ: groups of G = min(group, N) samples with equal index mod N/G;
    /// population
    /// variance per position, √(var + 1e−8), mean over channels and pixels.
    /// </summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="group">Largest group.</param>
    /// <returns>[N, 1, H, W].</returns>
    /// <exception cref="ArgumentException">N is no multiple of G.</exception>
    public static Tensor MinibatchDeviation(Tensor x, int group)
    {
        NetworkState.CheckShape(nameof(x), x, null, null, null, null);
        long n = x.shape[0], g = Math.Min(group, n);
        if (n % g != 0)
            throw new ArgumentException(
                $"x: expected a batch that is a multiple of {g}, the group of the minibatch standard deviation, found {n}.",
                nameof(x));
        using DisposeScope scope = NewDisposeScope();
        Tensor grouped = x.reshape(g, n / g, x.shape[1], x.shape[2], x.shape[3]);
        Tensor variance = (grouped - grouped.mean([0], true)).square().mean([0]);
        Tensor deviation = (variance + 1e-8).sqrt().mean([1, 2, 3]);
        return deviation.reshape(1, -1, 1, 1).expand(g, n / g, x.shape[2], x.shape[3]).reshape(n, 1, x.shape[2], x.shape[3])
            .MoveToOuterDisposeScope();
    }
}
