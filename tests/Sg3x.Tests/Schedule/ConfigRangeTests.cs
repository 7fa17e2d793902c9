using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>Ranges end where they are said to end: the last value inside is taken, the next one outside is not.</summary>
public class ConfigRangeTests
{
    private static readonly GeneratorConfig Good = new() { Resolution = 4096, Layers = 256 };

    public static TheoryData<string, GeneratorConfig, GeneratorConfig> GeneratorEnds => new()
    {
        { "resolution", Good with { Resolution = 16 }, Good with { Resolution = 8 } },
        { "resolution", Good with { Resolution = 4096 }, Good with { Resolution = 8192 } },
        { "imageChannels", Good with { ImageChannels = 1 }, Good with { ImageChannels = 0 } },
        { "imageChannels", Good with { ImageChannels = 65536 }, Good with { ImageChannels = 65537 } },
        { "zDim", Good with { ZDim = 1 }, Good with { ZDim = 0 } },
        { "zDim", Good with { ZDim = 65536 }, Good with { ZDim = 65537 } },
        { "wDim", Good with { WDim = 1 }, Good with { WDim = 0 } },
        { "wDim", Good with { WDim = 65536 }, Good with { WDim = 65537 } },
        { "cDim", Good with { CDim = 0 }, Good with { CDim = -1 } },
        { "cDim", Good with { CDim = 65536 }, Good with { CDim = 65537 } },
        { "mappingLayers", Good with { MappingLayers = 1 }, Good with { MappingLayers = 0 } },
        { "mappingLayers", Good with { MappingLayers = 64 }, Good with { MappingLayers = 65 } },
        { "channelBase", Good with { ChannelBase = 1 }, Good with { ChannelBase = 0 } },
        { "channelBase", Good with { ChannelBase = 1 << 24 }, Good with { ChannelBase = (1 << 24) + 1 } },
        { "channelMax", Good with { ChannelMax = 1 }, Good with { ChannelMax = 0 } },
        { "channelMax", Good with { ChannelMax = 65536 }, Good with { ChannelMax = 65537 } },
        { "layers", Good with { Layers = 2, CriticalLayers = 1 }, Good with { Layers = 1, CriticalLayers = 1 } },
        { "layers", Good with { Layers = 256 }, Good with { Layers = 257 } },
        { "criticalLayers", Good with { CriticalLayers = 1 }, Good with { CriticalLayers = 0 } },
        { "criticalLayers", Good with { CriticalLayers = 255 }, Good with { CriticalLayers = 256 } },
        { "firstCutoff", Good with { FirstCutoff = 0.5 }, Good with { FirstCutoff = 0.499 } },
        {
            "firstCutoff",
            Good with { FirstCutoff = 2047, FirstStopband = 2048 },
            Good with { FirstCutoff = 2048, FirstStopband = 2049 }
        },
        { "firstStopband", Good with { FirstStopband = 2.001 }, Good with { FirstStopband = 2 } },
        { "firstStopband", Good with { FirstStopband = 16 * 2048 }, Good with { FirstStopband = 16 * 2048 + 1 } },
        { "lastStopbandRelative", Good with { LastStopbandRelative = 1.001 }, Good with { LastStopbandRelative = 1 } },
        { "lastStopbandRelative", Good with { LastStopbandRelative = 16 }, Good with { LastStopbandRelative = 16.001 } },
        { "margin", Good with { Margin = 0 }, Good with { Margin = -1 } },
        { "margin", Good with { Margin = 1024 }, Good with { Margin = 1025 } },
        { "kernel", Good with { Kernel = 1 }, Good with { Kernel = 0 } },
        { "kernel", Good with { Kernel = 15 }, Good with { Kernel = 17 } },
        { "filterSize", Good with { FilterSize = 1 }, Good with { FilterSize = 0 } },
        { "filterSize", Good with { FilterSize = 64 }, Good with { FilterSize = 65 } },
        { "lreluUpsampling", Good with { LreluUpsampling = 1 }, Good with { LreluUpsampling = 0 } },
        { "lreluUpsampling", Good with { LreluUpsampling = 16 }, Good with { LreluUpsampling = 17 } },
        { "outputScale", Good with { OutputScale = -1 }, Good with { OutputScale = double.NaN } },
        { "convClamp", Good with { ConvClamp = 1e-3 }, Good with { ConvClamp = 0 } },
    };

    public static TheoryData<string, DiscriminatorConfig, DiscriminatorConfig> DiscriminatorEnds
    {
        get
        {
            DiscriminatorConfig good = new() { Resolution = 64 };
            return new()
            {
                { "resolution", good with { Resolution = 8 }, good with { Resolution = 4 } },
                { "resolution", good with { Resolution = 4096 }, good with { Resolution = 8192 } },
                { "imageChannels", good with { ImageChannels = 1 }, good with { ImageChannels = 0 } },
                { "imageChannels", good with { ImageChannels = 65536 }, good with { ImageChannels = 65537 } },
                { "cDim", good with { CDim = 0 }, good with { CDim = -1 } },
                { "cDim", good with { CDim = 65536 }, good with { CDim = 65537 } },
                { "channelBase", good with { ChannelBase = 1 }, good with { ChannelBase = 0 } },
                { "channelBase", good with { ChannelBase = 1 << 24 }, good with { ChannelBase = (1 << 24) + 1 } },
                { "channelMax", good with { ChannelMax = 1 }, good with { ChannelMax = 0 } },
                { "channelMax", good with { ChannelMax = 65536 }, good with { ChannelMax = 65537 } },
                { "minibatchStdGroup", good with { MinibatchStdGroup = 1 }, good with { MinibatchStdGroup = 0 } },
                { "minibatchStdGroup", good with { MinibatchStdGroup = 1024 }, good with { MinibatchStdGroup = 1025 } },
                { "convClamp", good with { ConvClamp = 1e-3 }, good with { ConvClamp = 0 } },
                { "convClamp", good with { ConvClamp = 1e9 }, good with { ConvClamp = double.PositiveInfinity } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(GeneratorEnds))]
    public void AGeneratorsRangesEndWhereTheySay(string option, GeneratorConfig last, GeneratorConfig next)
    {
        ConfigChecks.Check(last);
        UserException error = Assert.Throws<UserException>(() => ConfigChecks.Check(next));
        Assert.StartsWith($"generator.{option}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DiscriminatorEnds))]
    public void ADiscriminatorsRangesEndWhereTheySay(string option, DiscriminatorConfig last, DiscriminatorConfig next)
    {
        ConfigChecks.Check(last);
        UserException error = Assert.Throws<UserException>(() => ConfigChecks.Check(next));
        Assert.StartsWith($"discriminator.{option}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMessageNamesBothEnds()
    {
        (GeneratorConfig Bad, string Message)[] cases =
        [
            (Good with { FirstStopband = 16 * 2048 + 1 }, "firstStopband: expected a value from 0.5 to 32768, found 32769."),
            (Good with { LastStopbandRelative = 17 }, "lastStopbandRelative: expected a value from 1 to 16, found 17."),
            (Good with { Kernel = 17 }, "kernel: expected a value from 1 to 15, found 17."),
        ];
        foreach ((GeneratorConfig bad, string message) in cases)
            Assert.Equal("generator." + message, Assert.Throws<UserException>(() => ConfigChecks.Check(bad)).Message);
        Assert.Equal(
            "discriminator.resolution: expected a power of two from 8 to 4096, found 4.",
            Assert.Throws<UserException>(() => ConfigChecks.Check(new DiscriminatorConfig { Resolution = 4 })).Message);
    }

    [Fact]
    public void TheDefaultsAreConfigTOfThePaper()
    {
        var config = new GeneratorConfig { Resolution = 1024 };
        Assert.Equal(
            (3, 512, 512, 2, 32768, 512, 14, 2, 10, 3, 6, 2),
            (config.ImageChannels, config.ZDim, config.WDim, config.MappingLayers, config.ChannelBase, config.ChannelMax,
                config.Layers, config.CriticalLayers, config.Margin, config.Kernel, config.FilterSize, config.LreluUpsampling));
        Assert.Equal(
            (2.0, Math.Pow(2, 2.1), Math.Pow(2, 0.3)),
            (config.FirstCutoff, config.FirstStopband, config.LastStopbandRelative));
        Assert.Equal((0.25, 256.0, false), (config.OutputScale, config.ConvClamp, config.RadialFilters));
    }
}
