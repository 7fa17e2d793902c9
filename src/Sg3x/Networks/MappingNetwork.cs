using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>The mapping network f: z → w, whose output is copied once for the Fourier input and once for every layer.</summary>
public sealed class MappingNetwork : nn.Module<Tensor, Tensor>
{
    private const double LrMultiplier = 0.01;
    private const double AverageBeta = 0.998;
    private const double Epsilon = 1e-8;

    private readonly FullyConnected[] layers;
    private readonly int zDim;
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
        zDim = config.ZDim;
        this.numWs = numWs;
        w_avg = NetworkState.Buffer(zeros(config.WDim, ScalarType.Float32));
        register_buffer(nameof(w_avg), w_avg);
        layers = new FullyConnected[config.MappingLayers];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = new FullyConnected(
                i == 0 ? config.ZDim : config.WDim, config.WDim, generator, activate: true, LrMultiplier);
            register_module($"fc{i}", layers[i]);
        }
    }

    /// <summary>Maps latents without truncation.</summary>
    /// <param name="input">z, [N, ZDim].</param>
    /// <returns>ws, [N, NumWs, WDim].</returns>
    public override Tensor forward(Tensor input) => forward(input, 1, false);

    /// <summary>Maps latents: z / √(mean z² + 1e−8) through the layers, then w ← w_avg + ψ(w − w_avg).</summary>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="truncation">ψ; 1 is no truncation.</param>
    /// <param name="updateAverage">Moves w_avg towards the batch's mean first, β = 0.998.</param>
    /// <returns>ws, [N, NumWs, WDim], all copies equal.</returns>
    /// <exception cref="ArgumentException">The shape of <paramref name="z"/> is another.</exception>
    public Tensor forward(Tensor z, double truncation, bool updateAverage)
    {
        NetworkState.CheckShape(nameof(z), z, null, zDim);
        using DisposeScope scope = NewDisposeScope();
        Tensor w = z.to(w_avg.dtype);
        w = w * (w.square().mean([1], true) + Epsilon).rsqrt();
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
