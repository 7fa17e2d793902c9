using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Configuration;

/// <summary>Every value that shapes a run: with the same build and machine, the run can be repeated from it alone.</summary>
public sealed record RunConfig
{
    /// <summary>Name of the preset it started from.</summary>
    public string Preset { get; init; } = "";

    /// <summary>The generator.</summary>
    public required GeneratorConfig Generator { get; init; }

    /// <summary>The discriminator.</summary>
    public required DiscriminatorConfig Discriminator { get; init; }

    /// <summary>The training.</summary>
    public TrainingConfig Training { get; init; } = new();

    /// <summary>The augmentation of what D sees.</summary>
    public AugmentationConfig Augmentation { get; init; } = new();

    /// <summary>The real images.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>What is left in the run's folder.</summary>
    public SnapshotConfig Snapshots { get; init; } = new();

    /// <summary>What the run watches itself for.</summary>
    public MonitorConfig Monitors { get; init; } = new();

    /// <summary>What is measured of G_ema while the run trains.</summary>
    public MetricsConfig Metrics { get; init; } = new();

    /// <summary>Images that go through the networks at once.</summary>
    internal int BatchDevice => Training.BatchDevice ?? Training.Batch;

    /// <summary>Half-life of the moving average of G's weights, in images.</summary>
    internal double EmaHalfLifeImages => (Training.EmaHalfLifeKimg ?? Training.Batch * 10.0 / 32) * 1000;

    /// <summary>Images over which the initial blur fades.</summary>
    internal double BlurFadeImages => (Training.BlurFadeKimg ?? Training.Batch * 200.0 / 32) * 1000;

    /// <summary>The same at another resolution, of both networks.</summary>
    /// <param name="resolution">Width and height in pixels.</param>
    public RunConfig WithResolution(int resolution) => this with
    {
        Generator = Generator with { Resolution = resolution },
        Discriminator = Discriminator with { Resolution = resolution },
    };

    /// <summary>Checks every value that can be wrong by itself or beside another one.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="UserException">Names the option, what was expected and what was found.</exception>
    public RunConfig Validate()
    {
        RunConfigValidation.Check(this);
        return this;
    }
}
