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
    [InlineData(40, 0.5842 * 3.2471431911 + 0.07886 * 19)]
    [InlineData(50, 0.5842 * 3.8455565234 + 0.07886 * 29)]
    [InlineData(60, 0.1102 * 51.3)]
    public void BetaFollowsKaisersThreePieces(double attenuation, double expected)
    {
        // 19^0.4 and 29^0.4 to ten digits.
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
        LayerSchedule most = LayerSchedule.Create(Small with { FilterSize = 32, LreluUpsampling = 8, FirstStopband = 8, RadialFilters = true });
        Assert.Equal(256, most.Layers[0].DownFilter!.Size);
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
    public void JsonIsIndentedAsTheReferenceIs()
    {
        string[] lines = ScheduleJson.Render(LayerSchedule.Create(Small)).Split('\n');
        Assert.Equal("{", lines[0]);
        Assert.Equal(" \"config\": {", lines[1]);
        Assert.Equal("  \"img_resolution\": 16,", lines[2]);
    }
}
