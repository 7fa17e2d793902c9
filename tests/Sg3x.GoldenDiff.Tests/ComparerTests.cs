using Sg3x.Configuration;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff.Tests;

/// <summary>Which differences are found, and what is said about them.</summary>
public class ComparerTests
{
    private static readonly GeneratorConfig Demo = Presets.Get("demo").Generator;

    [Fact]
    public void EqualSchedulesDoNotDiffer() => Assert.Empty(Comparer.Compare(Schedule(Demo), Schedule(Demo)));

    [Fact]
    public void AFilterThatIsGoneLetsTheSpectrumsCopiesPass()
    {
        Difference difference = Assert.Single(Planted(3, layer => layer with { UpFilter = null }));
        Assert.Equal(("L3_36_32", "up filter", "12 taps", "identity"),
            (difference.Where, difference.Value, difference.Old, difference.New));
        Assert.Contains("no low-pass any more: copies of the spectrum", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoTapsOfOneHalfAreNoLowPass()
    {
        Difference difference = Assert.Single(Planted(4, layer => layer with { DownFilter = Filter.Separable([0.5, 0.5]) }));
        Assert.Equal("2 taps", difference.New);
        Assert.Contains("no low-pass any more: frequencies that fold back", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void ATapThatDiffersIsNamed()
    {
        Difference difference = Assert.Single(Planted(0, layer =>
            layer with { UpFilter = Changed(layer.UpFilter!, 7, tap => tap + 1e-5) }));
        Assert.Equal("up filter, tap [7]", difference.Value);
        Assert.Contains("a constant is multiplied by", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void ATapThatFloat32CannotTellApartIsTheSame() =>
        Assert.Empty(Planted(0, layer => layer with { UpFilter = Changed(layer.UpFilter!, 7, tap => tap * (1 + 5e-8)) }));

    [Fact]
    public void TapsThatAreNotSymmetricMoveTheImage()
    {
        Difference difference = Assert.Single(Planted(2, layer =>
            layer with { DownFilter = Filter.Separable([.. layer.DownFilter!.Taps.Skip(1), 0]) }));
        Assert.Contains("the image moves by -1.00", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void PaddingOnTheOtherSideMovesTheSamples()
    {
        Difference difference = Assert.Single(Planted(3, layer => layer with { Padding = new ImagePadding(8, 9, 9, 8) }));
        Assert.Equal(("padding", "x 9 8, y 9 8", "x 8 9, y 9 8"), (difference.Value, difference.Old, difference.New));
        Assert.Contains("samples move by (+0.5, 0) output pixels", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void PaddingOfAnotherSumMakesAnotherSize()
    {
        Difference difference = Assert.Single(Planted(3, layer => layer with { Padding = new ImagePadding(9, 10, 9, 8) }));
        Assert.Contains("37×36 pixels come out, where the next layer expects 36×36", difference.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutLreluUpsamplingHarmonicsFoldBack()
    {
        IReadOnlyList<Difference> found = Comparer.Compare(Schedule(Demo), Schedule(Demo with { LreluUpsampling = 1 }));
        Assert.Equal("lrelu upsampling", found[0].Value);
        Difference rate = found.First(d => d.Value == "temporary rate");
        Assert.Equal(("L0_36_32", "32", "16"), (rate.Where, rate.Old, rate.New));
        Assert.Contains("above 8 Hz fold back", rate.Effect, StringComparison.Ordinal);
        Assert.Contains(found, d => d.Value == "up" && d.Effect.Contains("nothing filtered", StringComparison.Ordinal));
    }

    [Fact]
    public void SamplesStayWhereTheyWereWhenOnlyTheFilterSizeChanges()
    {
        IReadOnlyList<Difference> found = Comparer.Compare(Schedule(Demo), Schedule(Demo with { FilterSize = 4 }));
        Assert.All(found.Where(d => d.Value == "padding"),
            d => Assert.Contains("samples stay where they were", d.Effect, StringComparison.Ordinal));
        Assert.Contains(found, d => d is { Value: "up filter", Old: "12 taps", New: "8 taps" });
    }

    [Fact]
    public void WithoutAMarginTheBorderIsSeen()
    {
        IReadOnlyList<Difference> found = Comparer.Compare(Schedule(Demo), Schedule(Demo with { Margin = 0 }));
        Assert.Contains(found, d => d is { Where: "configuration", Value: "margin", Old: "10", New: "0" });
        Assert.Contains(found, d => d.Value == "output size" && d.Effect.Contains("no pixels outside", StringComparison.Ordinal));
        Assert.Contains(found, d => d is { Where: "Fourier input", Value: "size" }
            && d.Effect.Contains("-10 pixels on every side", StringComparison.Ordinal));
    }

    [Fact]
    public void AHigherCutoffLetsDetailThrough()
    {
        Difference cutoff = Assert.Single(Planted(3, layer => layer with { OutCutoff = 1.5 * layer.OutCutoff }));
        Assert.Equal("output cutoff", cutoff.Value);
        Assert.Equal("detail from 4.36203 to 6.54305 Hz per image is let through", cutoff.Effect);
    }

    [Fact]
    public void AWiderTransitionIsSaidWithKaisersAttenuation()
    {
        Difference width = Assert.Single(Planted(3, layer => layer with { InHalfWidth = 8 * layer.InHalfWidth }));
        Assert.Equal("input half-width", width.Value);
        Assert.Contains("a wider transition", width.Effect, StringComparison.Ordinal);
        Assert.Contains("12 taps 53.7 -> 374.1 dB", width.Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void LayersOfOneScheduleOnlyAreNamedAndToRgbIsComparedWithToRgb()
    {
        IReadOnlyList<Difference> found = Comparer.Compare(Schedule(Demo), Schedule(Demo with { Layers = 11 }));
        Assert.Equal("L10_32_32", Assert.Single(found, d => d is { Value: "layer", Old: "absent" }).Where);
        Assert.Contains(found, d => d is { Where: "L11_32_3", Value: "name", Old: "L10_32_3" });
        Assert.DoesNotContain(found, d => d.Value == "ToRGB");
    }

    [Fact]
    public void EveryValueOfALayerIsCompared()
    {
        LayerPlan plan = LayerSchedule.Create(Demo).Layers[3];
        (string Value, LayerPlan Changed)[] changes =
        [
            ("name", plan with { Name = "L3" }),
            ("ToRGB", plan with { IsToRgb = true }),
            ("critically sampled", plan with { IsCritical = true }),
            ("input channels", plan with { InChannels = 7 }),
            ("output channels", plan with { OutChannels = 7 }),
            ("kernel", plan with { Kernel = 1 }),
            ("input rate", plan with { InRate = 8 }),
            ("output rate", plan with { OutRate = 8 }),
            ("temporary rate", plan with { TmpRate = 64 }),
            ("input size", plan with { InSize = 20 }),
            ("output size", plan with { OutSize = 12 }),
            ("input cutoff", plan with { InCutoff = 3 }),
            ("output cutoff", plan with { OutCutoff = 3 }),
            ("input half-width", plan with { InHalfWidth = 3 }),
            ("output half-width", plan with { OutHalfWidth = 3 }),
            ("up", plan with { Up = 1 }),
            ("down", plan with { Down = 4 }),
            ("padding", plan with { Padding = default }),
            ("up filter", plan with { UpFilter = null }),
            ("down filter", plan with { DownFilter = null }),
        ];
        foreach ((string value, LayerPlan changed) in changes)
            Assert.Equal(value, Assert.Single(Planted(3, _ => changed)).Value);
    }

    [Fact]
    public void RadialTapsAreComparedByRowAndColumn()
    {
        GeneratorConfig config = Demo with { RadialFilters = true, Kernel = 1 };
        Difference difference = Assert.Single(Planted(config, 3, layer =>
            layer with { DownFilter = Changed(layer.DownFilter!, 12 * 5 + 6, t => t * 2) }));
        Assert.Equal("down filter, tap [5, 6]", difference.Value);
        Assert.Contains(Comparer.Compare(Schedule(Demo), Schedule(config)),
            d => d is { Value: "down filter", Old: "12 taps", New: "12×12 taps, radial" });
    }

    private static ScheduleDocument Schedule(GeneratorConfig config) => ScheduleDocument.Of("a test", config);

    private static IReadOnlyList<Difference> Planted(int layer, Func<LayerPlan, LayerPlan> change) =>
        Planted(Demo, layer, change);

    private static IReadOnlyList<Difference> Planted(GeneratorConfig config, int layer, Func<LayerPlan, LayerPlan> change)
    {
        ScheduleDocument healthy = Schedule(config);
        LayerPlan[] layers = [.. healthy.Layers];
        layers[layer] = change(layers[layer]);
        return Comparer.Compare(healthy, healthy with { Layers = layers });
    }

    private static Filter Changed(Filter filter, int tap, Func<double, double> change)
    {
        double[] taps = [.. filter.Taps];
        taps[tap] = change(taps[tap]);
        return filter.IsRadial ? Filter.Radial(filter.Size, taps) : Filter.Separable(taps);
    }
}
