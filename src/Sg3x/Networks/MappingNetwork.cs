using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// The mapping network f: z → w, or (z, c) → w where there are classes, whose output is copied once for the Fourier input and
/// once for every layer.
/// </summary>
public sealed class MappingNetwork : nn.Module<Tensor, Tensor>
{
    private const double LrMultiplier = 0.01;
    private const double AverageBeta = 0.998;

    private readonly FullyConnected? embed;
    private readonly FullyConnected[] layers;
    private readonly int zDim;
    private readonly int cDim;
    private readonly int numWs;
    private Tensor w_avg;

    /// <summary>Draws the weights.</summary>
    /// <param name="config">The generator's configuration.</param>
    /// <param name="numWs">Copies of w.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public MappingNetwork(GeneratorConfig config, int numWs, torch.Generator generator)
        : base(nameof(MappingNetwork))
    {
        ArgumentNullException.ThrowIfNull(config);
        (zDim, cDim) = (config.ZDim, config.CDim);
        this.numWs = numWs;
        w_avg = NetworkState.Buffer(zeros(config.WDim, ScalarType.Float32));
        register_buffer(nameof(w_avg), w_avg);
        if (cDim > 0)
            register_module(nameof(embed), embed = new FullyConnected(cDim, config.WDim, generator));
        int inFeatures = zDim + (embed is null ? 0 : config.WDim);
        layers = new FullyConnected[config.MappingLayers];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = new FullyConnected(
                i == 0 ? inFeatures : config.WDim, config.WDim, generator, activate: true, LrMultiplier);
            register_module($"fc{i}", layers[i]);
        }
    }

    /// <summary>Maps latents of a network without classes, without truncation.</summary>
    /// <param name="input">z, [N, ZDim].</param>
    /// <returns>ws, [N, NumWs, WDim].</returns>
    public override Tensor forward(Tensor input) => forward(input, null, 1, false);

    /// <summary>
    /// Maps latents: z / √(mean z² + 1e−8), joined with classes by e / √(mean e² + 1e−8), e = embed(c), through the layers, then
    /// w ← w_avg + ψ(w − w_avg).
    /// </summary>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="labels">c, [N, CDim], one-hot or any other real vectors; null of a network without classes.</param>
    /// <param name="truncation">ψ; 1 is no truncation.</param>
    /// <param name="updateAverage">Moves w_avg towards the mean of the batch, whatever its classes, first; β = 0.998.</param>
    /// <returns>ws, [N, NumWs, WDim], all copies equal.</returns>
    /// <exception cref="ArgumentException">A shape is another, or labels are missing or not expected.</exception>
    public Tensor forward(Tensor z, Tensor? labels, double truncation, bool updateAverage)
    {
        NetworkState.CheckShape(nameof(z), z, null, zDim);
        NetworkState.CheckLabels(labels, z.shape[0], cDim);
        using DisposeScope scope = NewDisposeScope();
        Tensor w = NetworkState.Normalised(z.to(w_avg.dtype));
        if (embed is not null)
            w = cat([w, NetworkState.Normalised(embed.forward(labels!.to(w_avg.dtype)))], 1);
        foreach (FullyConnected layer in layers)
            w = layer.forward(w);
        if (updateAverage)
            Average(w);
        if (truncation != 1)
            w = w_avg + (w - w_avg) * truncation;
        return w.unsqueeze(1).expand(-1, numWs, -1).MoveToOuterDisposeScope();
    }

    private void Average(Tensor w)
    {
        using IDisposable quiet = no_grad();
        w_avg.mul_(AverageBeta).add_(w.detach().mean([0]) * (1 - AverageBeta));
    }
}
