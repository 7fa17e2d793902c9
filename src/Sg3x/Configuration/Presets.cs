using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Configuration;

/// <summary>Named configurations to start from.</summary>
public static class Presets
{
    private static readonly (string Name, string Description, Func<RunConfig> Make)[] All =
    [
        ("demo", "config T at 32² on drawn cats, about ten minutes on two idle processor cores", Demo),
        ("cats-64", "config T at 64², small enough for a processor, for a data set of some thousand images", Cats64),
        ("t-128", "config T at 128², official settings", () => T(128, gamma: 0.5)),
        ("t-256", "config T at 256², official settings", () => T(256, gamma: 2)),
        ("t-512", "config T at 512², official settings", () => T(512, gamma: 8)),
        ("t-1024", "config T at 1024², official settings", () => T(1024, gamma: 32)),
        ("r-128", "config R at 128², official settings", () => R(128, gamma: 0.5)),
        ("r-256", "config R at 256², official settings", () => R(256, gamma: 2)),
        ("r-512", "config R at 512², official settings", () => R(512, gamma: 8)),
        ("r-1024", "config R at 1024², official settings", () => R(1024, gamma: 32)),
        ("sg3x-128", "the write-up's run: 11 layers at 128², with its settings and without its faults", Sg3x128),
    ];

    /// <summary>The names, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(p => p.Name)];

    /// <summary>One line about a preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UserException">There is no preset of that name.</exception>
    public static string Describe(string name) => Find(name).Description;

    /// <summary>The configuration of a preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UserException">There is no preset of that name.</exception>
    public static RunConfig Get(string name)
    {
        (string found, _, Func<RunConfig> make) = Find(name);
        return make() with { Preset = found };
    }

    private static (string Name, string Description, Func<RunConfig> Make) Find(string name) =>
        Array.Find(All, p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) is { Name: not null } preset
            ? preset
            : throw UserException.Mismatch("preset", $"one of {string.Join(", ", Names)}", $"\"{name}\"");

    /// <summary>AFG appendix F: the defaults of the networks, γ as recommended for a batch of 32.</summary>
    private static RunConfig T(int resolution, double gamma) => new()
    {
        Generator = new GeneratorConfig { Resolution = resolution },
        Discriminator = new DiscriminatorConfig { Resolution = resolution },
        Training = new TrainingConfig { R1Gamma = gamma },
        Augmentation = new AugmentationConfig { Mode = AugmentationConfig.Adaptive },
        Data = new DataConfig { Mirror = true },
    };

    /// <summary>AFG section 3.2 "rotation equivariance": 1×1 kernels, radial filters, twice the channels; D's view starts
    /// blurred.</summary>
    private static RunConfig R(int resolution, double gamma)
    {
        RunConfig t = T(resolution, gamma);
        return t with
        {
            Generator = t.Generator with { ChannelBase = 65536, ChannelMax = 1024, Kernel = 1, RadialFilters = true },
            Training = t.Training with { BlurSigma = 10 },
        };
    }

    private static RunConfig Sg3x128()
    {
        RunConfig t = T(128, gamma: 0.5);
        return t with
        {
            Generator = t.Generator with { Layers = 11 },

            // G_ema ← 0.999·G_ema + 0.001·G each step of 32 images, from the first one on.
            Training = t.Training with
            {
                Kimg = 1488,
                EmaHalfLifeKimg = Math.Log(0.5) / Math.Log(0.999) * 32 / 1000,
                EmaRampup = null,
            },
            Snapshots = t.Snapshots with { SamplesKimg = 50, CheckpointKimg = 50 },
        };
    }

    private static RunConfig Cats64() => new()
    {
        Generator = new GeneratorConfig { Resolution = 64, ZDim = 128, WDim = 128, ChannelBase = 2048, ChannelMax = 64 },
        Discriminator = new DiscriminatorConfig { Resolution = 64, ChannelBase = 2048, ChannelMax = 64 },
        Training = new TrainingConfig { Kimg = 200, Batch = 8, R1Gamma = 0.5 },
        Augmentation = new AugmentationConfig { Mode = AugmentationConfig.Adaptive },
        Data = new DataConfig { Mirror = true },
        Snapshots = new SnapshotConfig { TickKimg = 0.4, SamplesKimg = 4, CheckpointKimg = 4, DistanceImages = 512 },
    };

    private static RunConfig Demo() => new()
    {
        Generator = new GeneratorConfig
        {
            Resolution = 32, ZDim = 64, WDim = 64, ChannelBase = 1024, ChannelMax = 32, Layers = 10,
        },
        Discriminator = new DiscriminatorConfig { Resolution = 32, ChannelBase = 1024, ChannelMax = 32 },
        Training = new TrainingConfig { Kimg = 12, Batch = 8, R1Gamma = 0.1 },

        // No augmentation: of ten thousand drawn cats each is seen about once.
        Data = new DataConfig { Source = "cats:", Mirror = true },
        Snapshots = new SnapshotConfig { TickKimg = 0.2, SamplesKimg = 2, CheckpointKimg = 2, DistanceImages = 256 },
    };
}
