using System.Text.Json;
using FsCheck.Xunit;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Schedule;

public class LayerScheduleTests
{
    [Theory]
    [InlineData("schedule-t-256.json")]
    [InlineData("schedule-t-128-11-layers.json")]
    [InlineData("schedule-r-256.json")]
    public void Agrees_with_the_official_release(string file)
    {
        JsonElement reference = Repository.ReadJson(Repository.Golden(file));
        var schedule = new LayerSchedule(Config(reference));

        Assert.Equal(reference.GetProperty("num_ws").GetInt32(), schedule.NumWs);
        JsonElement input = reference.GetProperty("input");
        Assert.Equal(input.GetProperty("channels").GetInt32(), schedule.Entries[0].Channels);
        Assert.Equal(input.GetProperty("size").GetInt32(), schedule.Entries[0].Size);
        Assert.Equal(input.GetProperty("sampling_rate").GetDouble(), schedule.Entries[0].Rate);
        Assert.Equal(input.GetProperty("bandwidth").GetDouble(), schedule.Entries[0].Cutoff);

        JsonElement[] layers = [.. reference.GetProperty("layers").EnumerateArray()];
        Assert.Equal(layers.Length, schedule.Layers.Count);
        foreach ((JsonElement expected, Layer layer) in layers.Zip(schedule.Layers))
        {
            double Number(string name) => expected.GetProperty(name).GetDouble();
            Assert.Equal(expected.GetProperty("name").GetString(), layer.Name);
            Assert.Equal(expected.GetProperty("is_torgb").GetBoolean(), layer.IsToRgb);
            Assert.Equal(expected.GetProperty("is_critically_sampled").GetBoolean(), layer.IsCritical);
            Assert.Equal(Number("in_channels"), layer.In.Channels);
            Assert.Equal(Number("out_channels"), layer.Out.Channels);
            Assert.Equal(Number("in_size"), layer.In.Size);
            Assert.Equal(Number("out_size"), layer.Out.Size);
            Assert.Equal(Number("in_sampling_rate"), layer.In.Rate);
            Assert.Equal(Number("out_sampling_rate"), layer.Out.Rate);
            Assert.Equal(Number("tmp_sampling_rate"), layer.TmpRate);
            Near.Value(Number("in_cutoff"), layer.In.Cutoff, 1e-14);
            Near.Value(Number("out_cutoff"), layer.Out.Cutoff, 1e-14);
            Near.Value(Number("in_half_width"), layer.In.HalfWidth, 1e-14);
            Near.Value(Number("out_half_width"), layer.Out.HalfWidth, 1e-14);
            Assert.Equal(Number("up_factor"), layer.Up);
            Assert.Equal(Number("down_factor"), layer.Down);
            Assert.Equal(Number("up_taps"), layer.UpFilter.Count);
            Assert.Equal(Number("down_taps"), layer.DownFilter.Count);
            Assert.Equal(expected.GetProperty("down_radial").GetBoolean(), layer.DownFilter.Grid != null);
            Assert.Equal(Number("conv_kernel"), layer.Kernel);
            int[] padding = [.. expected.GetProperty("padding").EnumerateArray().Select(value => value.GetInt32())];
            Assert.Equal(new Padding(padding[0], padding[1], padding[2], padding[3]), layer.Padding);
            SameTaps(expected.GetProperty("up_filter"), layer.UpFilter);
            SameTaps(expected.GetProperty("down_filter"), layer.DownFilter);
        }

        // The taps are stored in float32: half a unit in its last place of the largest.
        static void SameTaps(JsonElement expected, Filter filter)
        {
            if (expected.ValueKind == JsonValueKind.Null)
                Assert.True(filter.IsIdentity);
            else if (filter.Taps != null)
                Near.Relative(Scipy.Row(expected), filter.Taps, 6e-8);
            else
                Near.Relative(
                    [.. expected.EnumerateArray().SelectMany(Scipy.Row)], [.. filter.Grid!.Cast<double>()], 6e-8);
        }
    }

    [Fact]
    public void T_and_R_are_the_official_configurations()
    {
        Assert.Equal(Config(Repository.ReadJson(Repository.Golden("schedule-t-256.json"))), ScheduleConfig.T(256));
        Assert.Equal(Config(Repository.ReadJson(Repository.Golden("schedule-r-256.json"))), ScheduleConfig.R(256));
    }

    [Fact]
    public void T_at_256_has_the_published_layers() => Assert.Equal(
        ("L0_36_512 L1_36_512 L2_36_512 L3_52_512 L4_52_512 L5_84_512 L6_84_512 L7_148_512 L8_148_512 L9_148_362 L10_276_256 "
            + "L11_276_181 L12_276_128 L13_256_128 L14_256_3").Split(' '),
        new LayerSchedule(ScheduleConfig.T(256)).Layers.Select(layer => layer.Name));

    [Fact]
    public void Without_oversampling_layers_of_one_rate_have_no_filters()
    {
        var schedule = new LayerSchedule(ScheduleConfig.T(64) with { LreluUpsampling = 1 });
        Assert.Contains(schedule.Layers, layer => layer is { Up: 1, Down: 1, IsToRgb: false });
        Assert.All(schedule.Layers, layer => Assert.Equal(layer.Up == 1, layer.UpFilter.Count == 1));
        Assert.All(schedule.Layers, layer => Assert.Equal(layer.Down == 1, layer.DownFilter.Count == 1));
    }

    /// <summary>What holds for every valid configuration.</summary>
    [Property(MaxTest = 60)]
    public void Every_schedule_is_sound(int seed)
    {
        var schedule = new LayerSchedule(DrawConfig(new Draws(seed)));
        ScheduleConfig c = schedule.Config;
        Assert.Equal(c.N + 1, schedule.Layers.Count);
        Assert.Equal(c.Resolution / 2.0, schedule.Entries[^1].Cutoff, 1e-9);
        Assert.Equal(c.Resolution, schedule.Entries[^1].Size);
        for (int i = 0; i <= c.N; i++)
        {
            Entry entry = schedule.Entries[i];
            Assert.Equal(Math.Log2(entry.Rate), Math.Round(Math.Log2(entry.Rate)));
            Assert.InRange(entry.Rate, 1, c.Resolution);
            Assert.True(entry.HalfWidth > -1e-9 * entry.Cutoff, $"entry {i}");
            if (i > 0)
                Assert.True(entry.Cutoff >= schedule.Entries[i - 1].Cutoff && entry.Rate >= schedule.Entries[i - 1].Rate);
        }
        foreach (Layer layer in schedule.Layers)
        {
            Assert.Equal(layer.TmpRate, layer.Up * layer.In.Rate);
            Assert.Equal(layer.TmpRate, layer.Down * layer.Out.Rate);
            Assert.Equal(layer.IsToRgb || layer.Up == 1, layer.UpFilter == Spec.Signals.Filter.Identity);
            Assert.Equal(layer.IsToRgb || layer.Down == 1, layer.DownFilter == Spec.Signals.Filter.Identity);

            // The padding gives exactly the size of the output, and puts its centre on the input's centre.
            Padding p = layer.Padding;
            int upsampled = (layer.In.Size + layer.Kernel - 1) * layer.Up + p.X0 + p.X1 - layer.UpFilter.Count + 1;
            int filtered = upsampled - layer.DownFilter.Count + 1;
            Assert.Equal(layer.Out.Size, (filtered + layer.Down - 1) / layer.Down);

            // Sample j of the convolved input sits at up·j + lo of the padded row and thence at up·j + lo − (taps_up − 1)/2 of
            // the filtered one; output i was at down·i + (taps_down − 1)/2. So the centres differ by
            double centreIn = layer.Up * (layer.In.Size + layer.Kernel - 2) / 2.0 + p.X0 - (layer.UpFilter.Count - 1) / 2.0;
            double centreOut = layer.Down * (layer.Out.Size - 1) / 2.0 + (layer.DownFilter.Count - 1) / 2.0;
            Assert.InRange(centreOut - centreIn, -0.5, 0.5);
        }
    }

    private static ScheduleConfig Config(JsonElement reference)
    {
        JsonElement config = reference.GetProperty("config");
        int Number(string name, int otherwise) => config.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : otherwise;
        return new ScheduleConfig
        {
            Resolution = Number("img_resolution", 0),
            N = Number("num_layers", 14),
            ChannelBase = Number("channel_base", 32768),
            ChannelMax = Number("channel_max", 512),
            Kernel = Number("conv_kernel", 3),
            Radial = config.TryGetProperty("use_radial_filters", out JsonElement radial) && radial.GetBoolean(),
        };
    }

    internal static ScheduleConfig DrawConfig(Draws draw)
    {
        int n = draw.Int(4, 16);
        bool radial = draw.Int(0, 1) == 1;
        double fc0 = draw.Uniform(1, 3);
        return new ScheduleConfig
        {
            Resolution = 1 << draw.Int(4, 9),
            N = n,
            NCrit = draw.Int(0, n - 2),
            ChannelBase = 1 << draw.Int(6, 15),
            ChannelMax = draw.Int(4, 512),
            FirstCutoff = fc0,
            FirstStopband = fc0 * draw.Uniform(1.05, 2.2),
            LastStopbandOverCutoff = draw.Uniform(1.02, 1.5),
            Margin = draw.Int(2, 14),
            Kernel = radial ? 1 : 3,
            FilterSize = 2 * draw.Int(1, 4),
            LreluUpsampling = draw.Int(1, 2) * 2,
            Radial = radial,
        };
    }
}
