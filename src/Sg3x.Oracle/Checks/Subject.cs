using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>A modulated convolution with the arguments of <see cref="ModulatedConv.Apply"/>.</summary>
public delegate Tensor ModulatedConvolution(
    Tensor x, Tensor weight, Tensor styles, bool demodulate, int padding, Tensor? inputGain);

/// <summary>A resampling with the arguments of <see cref="FilteredResample.Apply"/>.</summary>
public delegate Tensor Resample(Tensor x, Tensor filter, int down, int padding);

/// <summary>
/// What is checked: production's parts, each of which can be replaced. A planted fault is a subject with one part changed; all
/// checks
/// run over it.
/// </summary>
public sealed record Subject
{
    /// <summary>The configuration asked about.</summary>
    public required GeneratorConfig Config { get; init; }

    /// <summary>Its layers, as production derived them.</summary>
    public required IReadOnlyList<LayerPlan> Layers { get; init; }

    /// <summary>Its Fourier input.</summary>
    public required InputPlan Input { get; init; }

    /// <summary>Every implementation of the filtered leaky ReLU but the device's kernel.</summary>
    public required IReadOnlyList<IFilteredLeakyRelu> Nonlinearities { get; init; }

    /// <summary>The device's own kernel for it.</summary>
    public required DeviceNonlinearity DeviceNonlinearity { get; init; }

    /// <summary>The modulated convolution.</summary>
    public required ModulatedConvolution ModulatedConvolution { get; init; }

    /// <summary>The discriminator's resampling.</summary>
    public required Resample Resample { get; init; }

    /// <summary>Makes a generator of a configuration, with a seed.</summary>
    public required Func<GeneratorConfig, long, Networks.Generator> Generator { get; init; }

    /// <summary>Makes a discriminator of a configuration, with a seed.</summary>
    public required Func<DiscriminatorConfig, long, Discriminator> Discriminator { get; init; }

    /// <summary>What is done with the networks.</summary>
    public NetworkParts Networks { get; init; } = NetworkParts.Production;

    /// <summary>The equivariance metrics'.</summary>
    public MetricParts Metrics { get; init; } = MetricParts.Production;

    /// <summary>The training step's.</summary>
    public TrainingParts Training { get; init; } = TrainingParts.Production;

    /// <summary>The augmentation's.</summary>
    public AugmentationParts Augmentation { get; init; } = AugmentationParts.Production;

    /// <summary>Seed of whatever a check draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>In what a training stores and multiplies, float32 or bfloat16: what only one in bfloat16 does is checked for that
    /// alone.</summary>
    public ScalarType Precision { get; init; } = ScalarType.Float32;

    /// <summary>Where the parts compute.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>A network with weights of its own that is to be judged, trained or not; null: only what the configuration
    /// gives.</summary>
    public Networks.Generator? Network { get; init; }

    /// <summary>Production as it is.</summary>
    /// <param name="config">The configuration asked about.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="UserException">A value of the configuration is out of its range.</exception>
    public static Subject Production(GeneratorConfig config, Device? device = null)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        bool cpu = device is null || device.type == DeviceType.CPU;
        return new Subject
        {
            Config = config,
            Layers = schedule.Layers,
            Input = schedule.Input,
            Device = device ?? CPU,
            Nonlinearities = [FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix,
                .. cpu ? [FilteredLeakyRelu.Fused] : Array.Empty<IFilteredLeakyRelu>()],
            DeviceNonlinearity = DeviceNonlinearity.Production(device ?? CPU),
            ModulatedConvolution = (x, weight, styles, demodulate, padding, gain) =>
                ModulatedConv.Apply(x, weight, styles, demodulate, padding, gain),
            Resample = FilteredResample.Apply,
            Generator = (c, seed) => new Networks.Generator(c, seed, device),
            Discriminator = (c, seed) => new Discriminator(c, seed, device),
        };
    }

    /// <summary>
    /// A generator with its own weights, judged by what they cannot excuse: its layers and filters, its Fourier input, every
    /// layer and
    /// the whole against the definition with the same weights.
    /// </summary>
    /// <param name="network">The generator; stays the caller's, and is as before afterwards.</param>
    public static Subject OfNetwork(Networks.Generator network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Production(network.Config, network.parameters().First().device) with
        {
            Network = network,
            Layers = network.Schedule.Layers,
            Input = network.Schedule.Input,
        };
    }
}
