using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>Filters at the edges of their formulas, and schedules as text at the edges of theirs.</summary>
public class FilterEdgeTests
{
    private static readonly GeneratorConfig Small = new()
    {
        Resolution = 16, Layers = 4, CriticalLayers = 2, ChannelBase = 64, ChannelMax = 4,
    };

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(20, 0)]
    [InlineData(21, 0)]
    [InlineData(21.1, 0.5842 * 0.3981071706 + 0.07886 * 0.1)]
    [InlineData(40, 0.5842 * 3.2471431911 + 0.07886 * 19)]
    [InlineData(50, 0.5842 * 3.8455565234 + 0.07886 * 29)]
    [InlineData(60, 0.1102 * 51.3)]
    public void BetaFollowsKaisersThreePieces(double attenuation, double expected)
    {
        // 0.1^0.4, 19^0.4 and 29^0.4 to ten digits.
        Assert.Equal(expected, LowPass.Beta(attenuation), 1e-9);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-6)]
    [InlineData(0.01)]
    public void J1KeepsItsRelativeAccuracyNearZero(double x)
    {
        // J1(x) = x/2 · (1 − x²/8 + x⁴/192 − …); the next term is below 1e-16.
        double expected = x / 2 * (1 - x * x / 8 + x * x * x * x / 192);
        Assert.Equal(1, Bessel.J1(x) / expected, 4e-16);
    }

    [Fact]
    public void AFilterKnowsTheShapeOfItsTensor()
    {
        Assert.Equal([3], Filter.Separable([0.25, 0.5, 0.25]).Shape);
        Assert.Equal([2, 2], Filter.Radial(2, [0.25, 0.25, 0.25, 0.25]).Shape);
        Assert.Throws<ArgumentException>(() => Filter.Radial(2, [0.5, 0.25, 0.25]));
    }

    [Fact]
    public void WhereTheFactorIsOneThereIsNoFilter()
    {
        LayerSchedule schedule = LayerSchedule.Create(Small with { LreluUpsampling = 1 });
        Assert.Contains(schedule.Layers, layer => layer is { Up: 1, IsToRgb: false });
        foreach (LayerPlan layer in schedule.Layers)
        {
            Assert.Equal(layer.Up == 1 ? 1 : 6 * layer.Up, layer.UpTaps);
            Assert.Equal(layer.Down == 1 ? 1 : 6 * layer.Down, layer.DownTaps);
            Assert.Equal(layer.Up == 1, layer.UpFilter is null);
            Assert.Equal(layer.Down == 1, layer.DownFilter is null);
        }
    }

    [Fact]
    public void TapsAreBounded()
    {
        // 16² with n = 64, m = 16: factors 16 make 1024 taps along an axis; radially symmetric ones end at 256.
        GeneratorConfig long_ = Small with { FilterSize = 64, LreluUpsampling = 16, FirstStopband = 8 };
        Assert.Equal(1024, LayerSchedule.Create(long_).Layers[0].DownTaps);
        Assert.Contains("at most 256", Assert.Throws<UserException>(
            () => LayerSchedule.Create(long_ with { RadialFilters = true })).Message, StringComparison.Ordinal);
        LayerSchedule radial = LayerSchedule.Create(
            Small with { FilterSize = 32, LreluUpsampling = 8, FirstStopband = 8, RadialFilters = true });
        Assert.Equal(256, radial.Layers[0].DownFilter!.Size);

        // A layer from rate 16 to 32 has twice the factor.
        LayerSchedule doubled = LayerSchedule.Create(long_ with { Resolution = 32, FirstStopband = 4.3 });
        Assert.Contains(doubled.Layers, layer => layer.UpTaps == 2048);
    }

    [Fact]
    public void AToleranceSeparatesTapsFromRoundingInText()
    {
        // Three samples per input sample at the cutoff 1/2: every third tap from the centre is sin(π)/π, 0 but for rounding.
        LayerSchedule schedule = LayerSchedule.Create(Small with { LreluUpsampling = 3, FilterSize = 5 });
        double[] taps = [.. schedule.Layers[3].DownFilter!.Taps];
        Assert.Contains(taps, tap => Math.Abs(tap) is > 0 and < 1e-14);
        string text = ScheduleText.Render(schedule);
        Assert.Contains(" 0.00000000e+00", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("e-1[5-9]", text);
    }

    [Fact]
    public void AQuarterOfAnOddRadialFilterHoldsItsMiddle()
    {
        LayerSchedule schedule = LayerSchedule.Create(Small with { LreluUpsampling = 3, FilterSize = 3, RadialFilters = true });
        string[] lines = ScheduleText.Render(schedule).Split('\n');
        int head = Array.FindIndex(lines, line => line.Contains("9 taps, radial", StringComparison.Ordinal));
        Assert.All(lines[(head + 1)..(head + 6)], line => Assert.Equal(5, line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Fact]
    public void AnOddSeparableFilterHasTheSincsLimitAtItsCentre()
    {
        // Three taps, wide enough for a rectangular window: sinc(2·2/16) : 1 : sinc(2·2/16).
        double side = Math.Sin(Math.PI / 4) / (Math.PI / 4);
        IReadOnlyList<double> taps = LowPass.Separable(3, 2, 0.1, 16).Taps;
        Assert.Equal(1 / (1 + 2 * side), taps[1], 1e-15);
        Assert.Equal(side / (1 + 2 * side), taps[0], 1e-15);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(1, 512)]
    public void ALayerHasAtLeastOneChannel(int channelBase, int channelMax)
    {
        LayerSchedule schedule = LayerSchedule.Create(Small with { ChannelBase = channelBase, ChannelMax = channelMax });
        Assert.All(schedule.Layers.SkipLast(1), layer => Assert.Equal(1, layer.OutChannels));
    }

    [Fact]
    public void JsonIsIndentedAsTheReferenceIs()
    {
        string[] lines = ScheduleJson.Render(LayerSchedule.Create(Small)).Split('\n');
        Assert.Equal("{", lines[0]);
        Assert.Equal(" \"config\": {", lines[1]);
        Assert.Equal("  \"img_resolution\": 16,", lines[2]);
    }

    /// <summary>From 16 Hz to the image's rate in one layer, 16 times oversampled, 64 taps a factor: at 1024² just what is allowed.</summary>
    [Fact]
    public void SeparableFiltersHaveAtMost65536Taps()
    {
        var config = new GeneratorConfig
        {
            Resolution = 1024, Layers = 2, CriticalLayers = 1, FirstCutoff = 4, FirstStopband = 6, FilterSize = 64, LreluUpsampling = 16,
        };
        Assert.Equal(65536, LayerSchedule.Create(config).Layers[1].UpTaps);
        UserException error = Assert.Throws<UserException>(() => LayerSchedule.Create(config with { Resolution = 2048 }));
        Assert.Equal("layer 1: taps of its upsampling filter (filterSize × factor): expected at most 65536, found 131072.", error.Message);
    }
}
