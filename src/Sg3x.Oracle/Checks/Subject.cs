using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>A modulated convolution with the arguments of <see cref="ModulatedConv.Apply"/>.</summary>
public delegate Tensor ModulatedConvolution(Tensor x, Tensor weight, Tensor styles, bool demodulate, int padding, Tensor? inputGain);

/// <summary>A resampling with the arguments of <see cref="FilteredResample.Apply"/>.</summary>
public delegate Tensor Resample(Tensor x, Tensor filter, int down, int padding);

/// <summary>
/// What is checked: production's parts, each of which can be replaced. A planted fault is a subject with one part changed; all checks
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

    /// <summary>Every implementation of the filtered leaky ReLU.</summary>
    public required IReadOnlyList<IFilteredLeakyRelu> Nonlinearities { get; init; }

    /// <summary>The modulated convolution.</summary>
    public required ModulatedConvolution ModulatedConvolution { get; init; }

    /// <summary>The discriminator's resampling.</summary>
    public required Resample Resample { get; init; }

    /// <summary>Makes a generator of a configuration, with a seed.</summary>
    public required Func<GeneratorConfig, long, Networks.Generator> Generator { get; init; }

    /// <summary>Makes a discriminator of a configuration, with a seed.</summary>
    public required Func<DiscriminatorConfig, long, Discriminator> Discriminator { get; init; }

    /// <summary>The training step's.</summary>
    public TrainingParts Training { get; init; } = TrainingParts.Production;

    /// <summary>Seed of whatever a check draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Production as it is.</summary>
    /// <param name="config">The configuration asked about.</param>
    /// <exception cref="UserException">A value of the configuration is out of its range.</exception>
    public static Subject Production(GeneratorConfig config)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        return new Subject
        {
            Config = config,
            Layers = schedule.Layers,
            Input = schedule.Input,
            Nonlinearities = [FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Fused],
            ModulatedConvolution = (x, weight, styles, demodulate, padding, gain) =>
                ModulatedConv.Apply(x, weight, styles, demodulate, padding, gain),
            Resample = FilteredResample.Apply,
            Generator = (c, seed) => new Networks.Generator(c, seed),
            Discriminator = (c, seed) => new Discriminator(c, seed),
        };
    }
}
