using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>The synthesis network g: ws → image (AFG section 3.2): Fourier input, N layers, ToRGB.</summary>
public sealed class SynthesisNetwork : nn.Module<Tensor, Tensor>
{
    private const double MagnitudeHalfLife = 20_000;

    private readonly SynthesisInput input;
    private readonly SynthesisLayer[] layers;
    private readonly double outputScale;
    private readonly int wDim;

    /// <summary>Draws the weights.</summary>
    /// <param name="schedule">The layers.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public SynthesisNetwork(LayerSchedule schedule, torch.Generator generator)
        : base(nameof(SynthesisNetwork))
    {
        ArgumentNullException.ThrowIfNull(schedule);
        outputScale = schedule.Config.OutputScale;
        wDim = schedule.Config.WDim;
        input = new SynthesisInput(schedule.Input, wDim, generator);
        register_module(nameof(input), input);
        layers = [.. schedule.Layers.Select(plan => new SynthesisLayer(plan, wDim, schedule.Config.ConvClamp, generator))];
        foreach (SynthesisLayer layer in layers)
            register_module(layer.Plan.Name, layer);
    }

    /// <summary>The Fourier input.</summary>
    public SynthesisInput Input => input;

    /// <summary>The layers, ToRGB last.</summary>
    public IReadOnlyList<SynthesisLayer> Layers => layers;

    /// <summary>β of the layers' magnitude averages; null takes 0.5^(batch / 20 000) of each forward's batch.</summary>
    public double? MagnitudeBeta { get; set; }

    /// <summary>
    /// In what the layers store and multiply: bfloat16, or null for the dtype of the weights. The Fourier features and ToRGB, whose
    /// result is the image, keep the weights' dtype.
    /// </summary>
    public ScalarType? ComputeType
    {
        get => layers[0].ComputeType;
        set
        {
            foreach (SynthesisLayer layer in layers.Where(layer => !layer.Plan.IsToRgb))
                layer.ComputeType = value;
        }
    }

    /// <summary>Keep only the layers' inputs for the backward pass, and compute each layer but ToRGB again there.</summary>
    public bool Rematerialised
    {
        get => layers[0].Rematerialised;
        set
        {
            foreach (SynthesisLayer layer in layers.Where(layer => !layer.Plan.IsToRgb))
                layer.Rematerialised = value;
        }
    }

    /// <summary>Makes images with the moving averages as they are.</summary>
    /// <param name="input">ws, [N, layers + 2, WDim].</param>
    /// <returns>[N, 3, R, R], about −1 to 1.</returns>
    public override Tensor forward(Tensor input) => forward(input, false);

    /// <summary>Makes images.</summary>
    /// <param name="ws">[N, layers + 2, WDim]: the first for the Fourier input, then one for each layer.</param>
    /// <param name="updateAverages">Moves the magnitude averages of the layers' inputs first.</param>
    /// <returns>[N, 3, R, R], about −1 to 1.</returns>
    /// <exception cref="ArgumentException">The shape of <paramref name="ws"/> is another.</exception>
    public Tensor forward(Tensor ws, bool updateAverages)
    {
        NetworkState.CheckShape(nameof(ws), ws, null, layers.Length + 1, wDim);
        using DisposeScope scope = NewDisposeScope();
        double? beta = updateAverages ? MagnitudeBeta ?? Math.Pow(0.5, ws.shape[0] / MagnitudeHalfLife) : null;
        Tensor x = input.forward(ws.select(1, 0));
        for (int i = 0; i < layers.Length; i++)
        {
            Tensor y = layers[i].forward(x, ws.select(1, i + 1), beta);
            // Where no gradient is recorded, the memory of a layer's input can go at once.
            x.Dispose();
            x = y;
        }
        return (x * outputScale).MoveToOuterDisposeScope();
    }
}
