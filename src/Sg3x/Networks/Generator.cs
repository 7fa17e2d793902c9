using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// The generator of StyleGAN3: mapping and synthesis. Its state has the names and shapes of the official release's.
/// </summary>
public sealed class Generator : nn.Module<Tensor, Tensor>
{
    private readonly MappingNetwork mapping;
    private readonly SynthesisNetwork synthesis;

    /// <summary>Draws a generator.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same weights on any device.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="UserException">A value of the configuration is out of its range.</exception>
    public Generator(GeneratorConfig config, long seed, Device? device = null)
        : base(nameof(Generator))
    {
        Schedule = LayerSchedule.Create(config);
        using var draws = new torch.Generator((ulong)seed);
        synthesis = new SynthesisNetwork(Schedule, draws);
        mapping = new MappingNetwork(config, Schedule.NumWs, draws);
        register_module(nameof(synthesis), synthesis);
        register_module(nameof(mapping), mapping);
        if (device is not null && device.type != DeviceType.CPU)
            this.to(device);
    }

    /// <summary>The configuration.</summary>
    public GeneratorConfig Config => Schedule.Config;

    /// <summary>The layers that follow from it.</summary>
    public LayerSchedule Schedule { get; }

    /// <summary>The mapping network.</summary>
    public MappingNetwork Mapping => mapping;

    /// <summary>The synthesis network.</summary>
    public SynthesisNetwork Synthesis => synthesis;

    /// <summary>Maps latents of a generator without classes to the styles' inputs.</summary>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="truncation">ψ of w ← w_avg + ψ(w − w_avg); 1 is no truncation.</param>
    /// <param name="updateAverages">Moves w_avg first.</param>
    /// <returns>ws, [N, NumWs, WDim].</returns>
    /// <exception cref="ArgumentException">The shape of <paramref name="z"/> is another.</exception>
    public Tensor Map(Tensor z, double truncation = 1, bool updateAverages = false) =>
        Map(z, null, truncation, updateAverages);

    /// <summary>Maps latents and labels to the styles' inputs.</summary>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="labels">c, [N, CDim], one-hot or any other real vectors; null of a generator without classes.</param>
    /// <param name="truncation">ψ of w ← w_avg + ψ(w − w_avg); 1 is no truncation.</param>
    /// <param name="updateAverages">Moves w_avg first.</param>
    /// <returns>ws, [N, NumWs, WDim].</returns>
    /// <exception cref="ArgumentException">A shape is another, or labels are missing or not expected.</exception>
    public Tensor Map(Tensor z, Tensor? labels, double truncation = 1, bool updateAverages = false) =>
        mapping.forward(z, labels, truncation, updateAverages);

    /// <summary>Makes images.</summary>
    /// <param name="ws">[N, NumWs, WDim].</param>
    /// <param name="updateAverages">Moves the layers' magnitude averages first.</param>
    /// <returns>[N, 3, R, R], about −1 to 1.</returns>
    /// <exception cref="ArgumentException">The shape of <paramref name="ws"/> is another.</exception>
    public Tensor Synthesize(Tensor ws, bool updateAverages = false) => synthesis.forward(ws, updateAverages);

    /// <summary>Makes images of a generator without classes from latents, with the moving averages as they are and no
    /// truncation.</summary>
    /// <param name="input">z, [N, ZDim].</param>
    /// <returns>[N, 3, R, R], about −1 to 1.</returns>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Makes images from latents and labels, with the moving averages as they are and no truncation.</summary>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="labels">c, [N, CDim]; null of a generator without classes.</param>
    /// <returns>[N, 3, R, R], about −1 to 1.</returns>
    /// <exception cref="ArgumentException">A shape is another, or labels are missing or not expected.</exception>
    public Tensor forward(Tensor z, Tensor? labels)
    {
        using DisposeScope scope = NewDisposeScope();
        return Synthesize(Map(z, labels)).MoveToOuterDisposeScope();
    }

    /// <summary>Copies a state with exactly this network's names and shapes.</summary>
    /// <param name="state">Tensors by name.</param>
    /// <param name="source">What it was read from, for messages.</param>
    /// <exception cref="UserException">A name is missing or unknown, or a shape differs; nothing has been copied.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, string source) => NetworkState.Load(this, state, source);
}
