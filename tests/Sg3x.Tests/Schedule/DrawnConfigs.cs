using FsCheck;
using FsCheck.Fluent;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>Draws generator configurations; shrinks each value towards the default of config T at 16².</summary>
public static class DrawnConfigs
{
    public static readonly GeneratorConfig Plainest = new()
    {
        Resolution = 16, Layers = 2, CriticalLayers = 1, ChannelBase = 64, ChannelMax = 4,
    };

    public static Arbitrary<GeneratorConfig> Configs() => Arb.From(Draw(), Shrink);

    private static Gen<GeneratorConfig> Draw() =>
        from resolution in Gen.Elements(16, 32, 64, 128, 256, 512, 1024)
        from layers in Gen.Choose(2, 16)
        from critical in Gen.Choose(1, Math.Min(layers - 1, 4))
        from channelBase in Gen.Choose(16, 65536)
        from channelMax in Gen.Choose(1, 1024)
        from cutoff in Gen.Choose(20, 79)
        from stopband in Gen.Choose(105, 600)
        from lastStopband in Gen.Choose(105, 200)
        from margin in Gen.Choose(0, 16)
        from kernel in Gen.Elements(1, 3, 5)
        from filterSize in Gen.Choose(1, 8)
        from lrelu in Gen.Choose(1, 4)
        from radial in Gen.Elements(false, true)
        select new GeneratorConfig
        {
            Resolution = resolution,
            Layers = layers,
            CriticalLayers = critical,
            ChannelBase = channelBase,
            ChannelMax = channelMax,
            FirstCutoff = cutoff / 10.0,
            FirstStopband = cutoff / 10.0 * stopband / 100.0,
            LastStopbandRelative = lastStopband / 100.0,
            Margin = margin,
            Kernel = kernel,
            FilterSize = filterSize,
            LreluUpsampling = lrelu,
            RadialFilters = radial,
        };

    private static IEnumerable<GeneratorConfig> Shrink(GeneratorConfig config)
    {
        GeneratorConfig[] plainer =
        [
            config with { Resolution = Math.Max(16, config.Resolution / 2) },
            config with { Layers = Math.Max(config.CriticalLayers + 1, config.Layers / 2) },
            config with { CriticalLayers = 1 },
            config with { ChannelBase = Plainest.ChannelBase },
            config with { ChannelMax = Plainest.ChannelMax },
            config with { FirstCutoff = Plainest.FirstCutoff, FirstStopband = Plainest.FirstStopband },
            config with { LastStopbandRelative = Plainest.LastStopbandRelative },
            config with { Margin = Plainest.Margin },
            config with { Kernel = Plainest.Kernel },
            config with { FilterSize = Plainest.FilterSize },
            config with { LreluUpsampling = Plainest.LreluUpsampling },
            config with { RadialFilters = false },
        ];
        return plainer.Where(candidate => candidate != config);
    }
}
