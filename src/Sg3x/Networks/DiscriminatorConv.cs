using Sg3x.Ops;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// A convolution of the discriminator (SG2): weights with run-time gain 1/√(in·k²), anti-aliased stride 2 where wanted, and,
/// where it has a
/// bias, leaky ReLU of slope 0.2, gain √2 and clamp.
/// </summary>
public sealed class DiscriminatorConv : nn.Module<Tensor, Tensor>
{
    private const double Slope = 0.2;

    private readonly int kernel;
    private readonly int down;
    private readonly double clamp;
    private readonly double weightGain;
    private Parameter weight;
    private Parameter? bias;
    private Tensor resample_filter;

    /// <summary>Draws the weight.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernel">Kernel width k, odd; the convolution pads by ⌊k/2⌋.</param>
    /// <param name="generator">Where the weight is drawn from, N(0, 1).</param>
    /// <param name="down">Stride, 1 or 2.</param>
    /// <param name="clamp">Bound on the magnitude of the output at gain 1, or null for a linear layer without bias and
    /// bound.</param>
    public DiscriminatorConv(
        int inChannels, int outChannels, int kernel, torch.Generator generator, int down = 1, double? clamp = null)
        : base(nameof(DiscriminatorConv))
    {
        using DisposeScope scope = NewDisposeScope();
        this.kernel = kernel;
        this.down = down;
        this.clamp = clamp ?? 0;
        weightGain = 1 / Math.Sqrt((double)inChannels * kernel * kernel);
        weight = NetworkState.Parameter(NetworkState.Normal(generator, outChannels, inChannels, kernel, kernel));
        register_parameter(nameof(weight), weight);
        if (clamp is not null)
            register_parameter(nameof(bias), bias = NetworkState.Parameter(zeros(outChannels, ScalarType.Float32)));
        resample_filter = ResampleFilter();
        register_buffer(nameof(resample_filter), resample_filter);
    }

    /// <summary>The outer product of [1, 3, 3, 1]/8 with itself, a buffer: [4, 4].</summary>
    internal static Tensor ResampleFilter()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor taps = tensor([1f, 3f, 3f, 1f]) / 8;
        return NetworkState.Buffer(taps.unsqueeze(1) * taps.unsqueeze(0));
    }

    /// <summary>Applies the layer with gain 1.</summary>
    /// <param name="input">[N, in, H, W].</param>
    /// <returns>[N, out, H/down, W/down].</returns>
    public override Tensor forward(Tensor input) => forward(input, 1);

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[N, in, H, W], H and W even where the stride is 2; the dtype of the weight, or bfloat16.</param>
    /// <param name="gain">Factor on the output and its bound.</param>
    /// <returns>[N, out, H/down, W/down], the dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public Tensor forward(Tensor x, double gain)
    {
        NetworkState.CheckShape(nameof(x), x, null, weight.shape[1], null, null);
        using DisposeScope scope = NewDisposeScope();
        int stride = 1, padding = kernel / 2;
        if (down == 2)
        {
            // A 1×1 convolution may as well come after the samples are dropped.
            x = FilteredResample.Apply(x, resample_filter, kernel == 1 ? 2 : 1, padding + 1);
            (stride, padding) = (kernel == 1 ? 1 : 2, 0);
        }
        // A positive gain goes through the leaky ReLU, so all of them join the weight's.
        double total = bias is null ? gain : gain * Math.Sqrt(2);
        Tensor? offset = bias is null ? null : bias * total;
        Tensor y = ReducedPrecision.Convolve(x, weight * (weightGain * total), offset, stride, padding);
        if (bias is not null)
            y = y.leaky_relu_(Slope).clamp(-clamp * gain, clamp * gain);
        return y.MoveToOuterDisposeScope();
    }
}
