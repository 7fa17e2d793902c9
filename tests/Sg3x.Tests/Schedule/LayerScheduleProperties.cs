using FsCheck.Xunit;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>What holds for the schedule of every configuration.</summary>
[Properties(Arbitrary = [typeof(DrawnConfigs)], MaxTest = 200)]
public class LayerScheduleProperties
{
    [Property]
    public void LayersChainFromTheInputToTheImage(GeneratorConfig config)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        Assert.Equal(config.Layers + 1, schedule.Layers.Count);
        Assert.Equal(config.Layers + 2, schedule.NumWs);
        int channels = schedule.Input.Channels, size = schedule.Input.Size;
        double rate = schedule.Input.Rate, cutoff = schedule.Input.Bandwidth;
        foreach (LayerPlan layer in schedule.Layers)
        {
            Assert.Equal((channels, size, rate, cutoff), (layer.InChannels, layer.InSize, layer.InRate, layer.InCutoff));
            (channels, size, rate, cutoff) = (layer.OutChannels, layer.OutSize, layer.OutRate, layer.OutCutoff);
        }
        Assert.Equal((config.ImageChannels, config.Resolution, (double)config.Resolution), (channels, size, rate));
        Assert.Equal(config.Resolution / 2.0, cutoff, 1e-9 * config.Resolution);
    }

    [Property]
    public void PaddingGivesTheSizeOfTheNextLayer(GeneratorConfig config)
    {
        foreach (LayerPlan layer in LayerSchedule.Create(config).Layers)
        {
            int upsampled = (layer.InSize + layer.Kernel - 1) * layer.Up + layer.Padding.X0 + layer.Padding.X1;
            int filtered = upsampled - (layer.UpTaps - 1) - (layer.DownTaps - 1);
            Assert.Equal(layer.OutSize, (filtered + layer.Down - 1) / layer.Down);
            Assert.Equal((layer.Padding.X0, layer.Padding.X1), (layer.Padding.Y0, layer.Padding.Y1));
        }
    }

    [Property]
    public void SamplesStayAtPixelCentres(GeneratorConfig config)
    {
        // The centre of the convolution's output is the centre of the layer's output, or half a temporary sample beside it where
        // taps have no middle.
        foreach (LayerPlan layer in LayerSchedule.Create(config).Layers)
        {
            double inCentre = (layer.InSize + layer.Kernel - 2) / 2.0 * layer.Up + layer.Padding.X0;
            double delay = (layer.UpTaps - 1) / 2.0 + (layer.DownTaps - 1) / 2.0;
            double outCentre = (layer.OutSize - 1) / 2.0 * layer.Down;
            Assert.InRange(inCentre - delay - outCentre, 0, 0.5);
        }
    }

    [Property]
    public void RatesHoldTheirBands(GeneratorConfig config)
    {
        foreach (LayerPlan layer in LayerSchedule.Create(config).Layers)
        {
            Assert.True(layer.OutCutoff <= layer.OutRate / 2 * (1 + 1e-12));
            Assert.True(layer.OutHalfWidth > 0 && layer.InHalfWidth > 0);
            Assert.Equal(layer.TmpRate, layer.InRate * layer.Up);
            Assert.Equal(layer.TmpRate, layer.OutRate * layer.Down);
            Assert.True(double.IsPow2(layer.OutRate));
            Assert.InRange(layer.OutChannels, 1, layer.IsToRgb ? config.ImageChannels : config.ChannelMax);
        }
    }

    [Property]
    public void FiltersSumToOneAndAreSymmetric(GeneratorConfig config)
    {
        foreach (LayerPlan layer in LayerSchedule.Create(config).Layers)
        {
            CheckFilter(layer.UpFilter, layer.UpTaps, radial: false);
            CheckFilter(layer.DownFilter, layer.DownTaps, layer.DownRadial);
        }
    }

    [Property(MaxTest = 20)]
    public void TextAndJsonHoldEveryLayer(GeneratorConfig config)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        string text = ScheduleText.Render(schedule), json = ScheduleJson.Render(schedule);
        foreach (LayerPlan layer in schedule.Layers)
        {
            Assert.Contains($"\n{layer.Name}", text, StringComparison.Ordinal);
            Assert.Contains($"\"{layer.Name}\"", json, StringComparison.Ordinal);
        }
    }

    private static void CheckFilter(Filter? filter, int taps, bool radial)
    {
        if (taps == 1)
        {
            Assert.Null(filter);
            return;
        }
        Assert.NotNull(filter);
        Assert.Equal(taps, filter.Size);
        Assert.Equal(radial, filter.IsRadial);
        Assert.Equal(radial ? taps * taps : taps, filter.Taps.Count);
        Assert.Equal(1, filter.Taps.Sum(), 1e-12);
        double largest = filter.Taps.Max(Math.Abs);
        for (int i = 0; i < filter.Taps.Count; i++)
            Assert.Equal(filter.Taps[i], filter.Taps[filter.Taps.Count - 1 - i], 1e-12 * largest);
    }
}
