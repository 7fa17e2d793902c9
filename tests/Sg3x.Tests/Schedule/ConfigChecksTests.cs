using System.Text.Json;
using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

public class ConfigChecksTests
{
    private static readonly GeneratorConfig Good = new() { Resolution = 64 };

    public static TheoryData<string, GeneratorConfig> Bad => new()
    {
        { "generator.resolution: expected a power of two from 16 to 4096, found 48.", Good with { Resolution = 48 } },
        { "generator.resolution: expected a power of two from 16 to 4096, found 8.", Good with { Resolution = 8 } },
        { "generator.resolution: expected a power of two from 16 to 4096, found -64.", Good with { Resolution = -64 } },
        { "generator.imageChannels: expected a value from 1 to 65536, found 0.", Good with { ImageChannels = 0 } },
        { "generator.zDim: expected a value from 1 to 65536, found 0.", Good with { ZDim = 0 } },
        { "generator.wDim: expected a value from 1 to 65536, found -1.", Good with { WDim = -1 } },
        { "generator.mappingLayers: expected a value from 1 to 64, found 0.", Good with { MappingLayers = 0 } },
        { "generator.channelBase: expected a value from 1 to 16777216, found 0.", Good with { ChannelBase = 0 } },
        { "generator.channelMax: expected a value from 1 to 65536, found 0.", Good with { ChannelMax = 0 } },
        { "generator.layers: expected a value from 2 to 256, found 1.", Good with { Layers = 1 } },
        { "generator.criticalLayers: expected a value from 1 to 13, found 14.", Good with { CriticalLayers = 14 } },
        { "generator.firstCutoff: expected a value from 0.5 to 32, found NaN.", Good with { FirstCutoff = double.NaN } },
        { "generator.firstCutoff: expected less than half the resolution, found 32.", Good with { FirstCutoff = 32 } },
        { "generator.firstStopband: expected a finite value above generator.firstCutoff = 2, found 2.", Good with { FirstStopband = 2 } },
        { "generator.lastStopbandRelative: expected a finite value above 1, found 1.", Good with { LastStopbandRelative = 1 } },
        { "generator.margin: expected a value from 0 to 1024, found -1.", Good with { Margin = -1 } },
        { "generator.outputScale: expected a finite value, found Infinity.", Good with { OutputScale = double.PositiveInfinity } },
        { "generator.kernel: expected an odd number, found 2.", Good with { Kernel = 2 } },
        { "generator.filterSize: expected a value from 1 to 64, found 0.", Good with { FilterSize = 0 } },
        { "generator.lreluUpsampling: expected a value from 1 to 16, found 0.", Good with { LreluUpsampling = 0 } },
        {
            "layer 0: taps of its downsampling filter (filterSize × factor): expected at most 256, found 1024.",
            Good with { FilterSize = 64, LreluUpsampling = 16, Kernel = 1, RadialFilters = true }
        },
        { "generator.convClamp: expected a finite value above 0, found 0.", Good with { ConvClamp = 0 } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void ABadValueIsNamed(string message, GeneratorConfig config)
    {
        Assert.Equal(message, Assert.Throws<UserException>(() => LayerSchedule.Create(config)).Message);
    }

    [Fact]
    public void OfficialArgumentsBecomeAConfiguration()
    {
        GeneratorConfig config = OfficialArguments.Generator(new Dictionary<string, string>
        {
            ["img_resolution"] = "32", ["conv_kernel"] = "1", ["use_radial_filters"] = "True", ["first_stopband"] = "4.5",
            ["torch"] = "1.13.0a0",
        });
        Assert.Equal(new GeneratorConfig { Resolution = 32, Kernel = 1, RadialFilters = true, FirstStopband = 4.5 }, config);
        DiscriminatorConfig discriminator = OfficialArguments.Discriminator(
            new Dictionary<string, string> { ["img_resolution"] = "32", ["channel_base"] = "512" });
        Assert.Equal(new DiscriminatorConfig { Resolution = 32, ChannelBase = 512 }, discriminator);
    }

    [Theory]
    [InlineData("0.99", 0.99)]
    [InlineData(null, null)]
    public void TheMagnitudesBetaIsReadBesides(string? value, double? beta)
    {
        Dictionary<string, string> arguments = new() { ["img_resolution"] = "32" };
        if (value is not null)
            arguments["magnitude_ema_beta"] = value;
        Assert.Equal(beta, OfficialArguments.MagnitudeBeta(arguments));
        arguments["magnitude_ema_beta"] = "1.5";
        Assert.Equal(
            "magnitude_ema_beta: expected a value from 0 to 1, found 1.5.",
            Assert.Throws<UserException>(() => OfficialArguments.MagnitudeBeta(arguments)).Message);
    }

    [Theory]
    [InlineData("""{"img_resolution": 32, "noise": 1}""", "noise: expected an argument of the official generator, found an unknown name.")]
    [InlineData("""{"img_resolution": 3.5}""", "img_resolution: expected an integer, found 3.5.")]
    [InlineData("""{"z_dim": 3}""", "img_resolution: expected the width of the image in pixels, found nothing.")]
    [InlineData("[]", "config: expected an object of constructor arguments, found Array.")]
    public void BadOfficialArgumentsAreNamed(string json, string message)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(message, Assert.Throws<UserException>(() => OfficialArguments.Generator(document.RootElement)).Message);
    }
}
