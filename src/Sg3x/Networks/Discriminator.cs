using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// The residual discriminator of StyleGAN2; with classes a projection discriminator (Miyato and Koyama 2018; ADA):
/// D(x, c) = ⟨out(x), m(c)⟩ / √dim. Its state has the names and shapes of the official release's.
/// </summary>
public sealed class Discriminator : nn.Module<Tensor, Tensor>
{
    private const int LastSize = 4;

    private readonly DiscriminatorBlock[] blocks;
    private readonly DiscriminatorEpilogue b4;
    private readonly LabelMapping? mapping;

    /// <summary>Draws a discriminator.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same weights on any device.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="UserException">A value of the configuration is out of its range.</exception>
    public Discriminator(DiscriminatorConfig config, long seed, Device? device = null)
        : base(nameof(Discriminator))
    {
        ConfigChecks.Check(config);
        Config = config;
        using var draws = new torch.Generator((ulong)seed);
        var made = new List<DiscriminatorBlock>();
        for (int size = config.Resolution; size > LastSize; size /= 2)
        {
            int? imageChannels = size == config.Resolution ? config.ImageChannels : null;
            made.Add(
                new DiscriminatorBlock(
                    imageChannels, Channels(config, size), Channels(config, size / 2), config.ConvClamp, draws));
            register_module($"b{size}", made[^1]);
        }
        blocks = [.. made];
        int last = Channels(config, LastSize);
        b4 = new DiscriminatorEpilogue(last, config.MinibatchStdGroup, config.ConvClamp, config.CDim > 0 ? last : 1, draws);
        register_module(nameof(b4), b4);
        if (config.CDim > 0)
            register_module(nameof(mapping), mapping = new LabelMapping(config.CDim, last, draws));
        if (device is not null && device.type != DeviceType.CPU)
            this.to(device);
    }

    /// <summary>The configuration.</summary>
    public DiscriminatorConfig Config { get; }

    /// <summary>
    /// In what the blocks store and multiply: bfloat16, or null for the dtype of the weights. Weights, sums, and all at 4×4 keep
    /// the weights' dtype.
    /// </summary>
    public ScalarType? ComputeType { get; set; }

    /// <summary>Channels at a resolution: ⌊min(c_base / resolution, c_max)⌋, at least 1.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <returns>Channels.</returns>
    public static int Channels(DiscriminatorConfig config, int size)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Math.Max(1, Math.Min(config.ChannelBase / size, config.ChannelMax));
    }

    /// <summary>Judges images with a discriminator without classes.</summary>
    /// <param name="input">[N, 3, R, R], about −1 to 1; N a multiple of min(group of the minibatch standard deviation,
    /// N).</param>
    /// <returns>Logits, [N, 1], the dtype of the weights: above 0 for real.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Judges images as ones of their classes.</summary>
    /// <param name="input">[N, 3, R, R], about −1 to 1; N a multiple of min(group of the minibatch standard deviation,
    /// N).</param>
    /// <param name="labels">c, [N, CDim], one-hot or any other real vectors; null of a discriminator without classes.</param>
    /// <returns>Logits, [N, 1], the dtype of the weights: above 0 for real.</returns>
    /// <exception cref="ArgumentException">A shape is another, or labels are missing or not expected.</exception>
    public Tensor forward(Tensor input, Tensor? labels)
    {
        NetworkState.CheckShape(nameof(input), input, null, Config.ImageChannels, Config.Resolution, Config.Resolution);
        NetworkState.CheckLabels(labels, input.shape[0], Config.CDim);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ComputeType is { } type ? input.to(type) : input;
        foreach (DiscriminatorBlock block in blocks)
            x = block.forward(x);
        Tensor verdict = b4.forward(x);
        if (mapping is not null)
            verdict = (verdict * mapping.forward(labels!)).sum([1], true) * (1 / Math.Sqrt(verdict.shape[1]));
        return verdict.MoveToOuterDisposeScope();
    }

    /// <summary>Shows what the layers with an activation make of images.</summary>
    /// <param name="images">[N, 3, R, R], about −1 to 1; N a multiple of min(group of the minibatch standard deviation,
    /// N).</param>
    /// <param name="see">Is given the name of a layer (<c>b64.conv0</c>), its output and the bound on that, infinity where there
    /// is none.</param>
    internal void Watch(Tensor images, Action<string, Tensor, double> see)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ComputeType is { } type ? images.to(type) : images;
        int size = Config.Resolution;
        foreach (DiscriminatorBlock block in blocks)
        {
            string name = $"b{size}";
            x = block.Pass(x, (layer, output, bound) => see($"{name}.{layer}", output, bound));
            size /= 2;
        }
        b4.Pass(x, (layer, output, bound) => see($"{nameof(b4)}.{layer}", output, bound));
    }

    /// <summary>Copies a state with exactly this network's names and shapes.</summary>
    /// <param name="state">Tensors by name.</param>
    /// <param name="source">What it was read from, for messages.</param>
    /// <exception cref="UserException">A name is missing or unknown, or a shape differs; nothing has been copied.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, string source) => NetworkState.Load(this, state, source);
}
