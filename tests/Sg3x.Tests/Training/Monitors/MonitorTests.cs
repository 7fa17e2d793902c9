using FsCheck.Xunit;
using Sg3x.Configuration;
using Sg3x.Training;
using Sg3x.Training.Monitors;

namespace Sg3x.Tests.Training.Monitors;

/// <summary>Each monitor on a made-up run that shows its symptom, and all of them on healthy ones.</summary>
public sealed class MonitorTests
{
    private static readonly MonitorConfig Config = new();

    /// <summary>The write-up's run: D's loss 0.02 to 0.09, G's 3 to 5, for a thousand steps of 32 images from 34 kimg
    /// on.</summary>
    [Fact]
    public void A_collapse_is_reported_once_with_its_levers()
    {
        (double kimg, MonitorAlarm alarm) = Assert.Single(MadeUpRun.Alarms(new CollapseMonitor(Config), 17, kimg => kimg < 34
            ? MadeUpRun.Tick(kimg) : MadeUpRun.Tick(kimg, g: 3.1 + (kimg % 8 / 4), d: 0.02 + (kimg % 12 / 200))));
        Assert.Equal(48, kimg);
        Assert.Equal("collapse", alarm.Monitor);
        Assert.All(["under 0.1", "over 3", "augmentation", "batch", "more images"],
            word => Assert.Contains(word, alarm.Message, StringComparison.Ordinal));
        Assert.False(alarm.StopsRun);
    }

    [Fact]
    public void A_collapse_stops_the_run_where_that_is_asked_for() => Assert.True(Assert.Single(MadeUpRun.Alarms(
        new CollapseMonitor(Config with { StopOnCollapse = true }), 9, kimg => MadeUpRun.Tick(kimg, 4, 0.05))).Alarm.StopsRun);

    [Theory]
    [InlineData(2.9, 0.05)]
    [InlineData(4, 0.11)]
    public void One_loss_alone_is_no_collapse(double g, double d) =>
        Assert.Empty(MadeUpRun.Alarms(new CollapseMonitor(Config), 50, kimg => MadeUpRun.Tick(kimg, g, d)));

    [Fact]
    public void A_collapse_that_passes_and_comes_again_is_reported_again()
    {
        (double Kimg, MonitorAlarm Alarm)[] alarms = MadeUpRun.Alarms(
            new CollapseMonitor(Config), 30, kimg => kimg % 60 < 32 ? MadeUpRun.Tick(kimg, 4, 0.05) : MadeUpRun.Tick(kimg));
        Assert.Equal([16.0, 72.0], alarms.Select(a => a.Kimg));
    }

    [Fact]
    public void What_is_not_watched_is_not_reported()
    {
        MonitorConfig off = new() { CollapseKimg = 0, MemorisationKimg = 0, LayersKimg = 0 };
        TrainingTick Bad(double kimg) => MadeUpRun.Tick(kimg, 4, 0.05, 1, MadeUpRun.Layer(1e9, 1, 1));
        Assert.All([new CollapseMonitor(off), new MemorisationMonitor(off), (IRunMonitor)new LayerMonitor(off, 20)],
            monitor => Assert.Empty(MadeUpRun.Alarms(monitor, 50, Bad)));
    }

    /// <summary>r_t that creeps up to where D knows every image, as without augmentation on two hundred of them.</summary>
    [Fact]
    public void Memorisation_is_reported_with_its_trend()
    {
        (double kimg, MonitorAlarm alarm) = Assert.Single(MadeUpRun.Alarms(
            new MemorisationMonitor(Config), 60, kimg => MadeUpRun.Tick(kimg, sign: Math.Min(0.99, 0.3 + (kimg / 200)))));
        Assert.InRange(kimg, 120, 176);
        Assert.Contains("+0.", alarm.Message, StringComparison.Ordinal);
        Assert.All(["r_t", "augmentation", "more images"],
            word => Assert.Contains(word, alarm.Message, StringComparison.Ordinal));
    }

    /// <summary>At its start a run's images are told apart from any real ones; the augmentation's p then brings r_t
    /// down.</summary>
    [Fact]
    public void A_high_r_t_that_falls_is_no_memorisation() => Assert.Empty(MadeUpRun.Alarms(
        new MemorisationMonitor(Config), 60, kimg => MadeUpRun.Tick(kimg, sign: 1 - (kimg / 500))));

    [Fact]
    public void The_trend_is_the_slope_of_the_least_squares_line()
    {
        (double mean, double trend) = MemorisationMonitor.Fit([(10, 0.2), (20, 0.5), (30, 0.5), (40, 0.8)]);
        Assert.Equal(0.5, mean, 1e-12);
        Assert.Equal(0.018 * 30, trend, 1e-12);
    }

    [Theory]
    [InlineData(0.9, 0.02, 0.0, "saturated")]
    [InlineData(0.9, 0.0, 0.7, "dead")]
    [InlineData(5000.0, 0.0, 0.0, "extreme")]
    [InlineData(0.0001, 0.0, 0.0, "extreme")]
    public void A_layer_that_has_stopped_working_is_named(double magnitude, double clamped, double zero, string what)
    {
        (double kimg, MonitorAlarm alarm) = Assert.Single(MadeUpRun.Alarms(new LayerMonitor(Config, 20), 20,
            kimg => MadeUpRun.Tick(kimg, layers: MadeUpRun.Layer(magnitude, clamped, zero))));
        Assert.Equal(12, kimg);
        Assert.StartsWith($"Layer L3_52_512 is {what}: ", alarm.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.02, 0.0, "saturated")]
    [InlineData(0.0, 0.7, "dead")]
    public void So_is_one_of_the_discriminator(double clamped, double zero, string what)
    {
        (double kimg, MonitorAlarm alarm) = Assert.Single(MadeUpRun.Alarms(new LayerMonitor(Config, 20), 20,
            kimg => MadeUpRun.Tick(kimg, layers: [MadeUpRun.Layer(), new LayerActivity("D.b64.conv0", null, clamped, zero)])));
        Assert.Equal(12, kimg);
        Assert.StartsWith($"Layer D.b64.conv0 is {what}: ", alarm.Message, StringComparison.Ordinal);
        Assert.Contains("a lower learning rate of D,", alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_magnitude_that_runs_away_is_reported()
    {
        // Doubling every 10 kimg: 16 times in 40, within three half-lives of 20.
        (double kimg, MonitorAlarm alarm) = MadeUpRun.Alarms(new LayerMonitor(Config, 20), 40,
            kimg => MadeUpRun.Tick(kimg, layers: MadeUpRun.Layer(Math.Pow(2, kimg / 10))))[0];
        Assert.InRange(kimg, 44, 60);
        Assert.Contains("is drifting: its magnitude average has gone from", alarm.Message, StringComparison.Ordinal);
    }

    /// <summary>Doubling every 20 kimg makes eight times in three half-lives.</summary>
    [Fact]
    public void A_magnitude_that_settles_elsewhere_does_not_drift() => Assert.Empty(MadeUpRun.Alarms(new LayerMonitor(Config, 20), 40,
        kimg => MadeUpRun.Tick(kimg, layers: MadeUpRun.Layer(Math.Min(64, Math.Pow(2, kimg / 20))))));

    [Fact]
    public void What_earlier_parts_of_a_run_showed_counts_and_is_not_said_again()
    {
        using TrainingState state = new(TinyRun.Config, TorchSharp.torch.CPU);
        FilterGuard filters = new(state);
        TrainingTick Bad(double kimg) => MadeUpRun.Tick(kimg, 4, 0.05);
        Assert.Single(new RunMonitors(TinyRun.Config, filters, [Bad(4), Bad(8)]).Look(Bad(14)));
        Assert.Empty(new RunMonitors(TinyRun.Config, filters, [Bad(4), Bad(8), Bad(14)]).Look(Bad(18)));
        Assert.Empty(new RunMonitors(TinyRun.Config, filters, []).Look(Bad(18)));
    }

    /// <summary>
    /// Healthy runs: D's loss 0.2 to 1.8, G's 0.5 to 5, r_t wandering between −0.4 and 0.89 after a start where it may be 1 for
    /// less than a window, σ² wandering by less than a factor of 16, now and then a line that is bad by itself.
    /// </summary>
    [Property]
    public void Healthy_runs_are_left_in_peace(int seed)
    {
        Random random = new(seed);
        IRunMonitor[] monitors = [new CollapseMonitor(Config), new MemorisationMonitor(Config), new LayerMonitor(Config, 20)];
        double kimg = 0, sign = 0.4, magnitude = 0;
        double easy = random.NextDouble() * 30;
        for (int i = 0, bad = -9; i < 200; i++)
        {
            kimg += 0.5 + (random.NextDouble() * 4);
            sign = Math.Clamp(sign + ((random.NextDouble() - 0.5) / 5), -0.4, 0.89);
            magnitude = Math.Clamp(magnitude + ((random.NextDouble() - 0.5) / 4), -1.9, 1.9);
            bool isBad = i - bad > 3 && random.Next(20) == 0;
            bad = isBad ? i : bad;
            LayerActivity layer = MadeUpRun.Layer(
                Math.Pow(2, magnitude), isBad ? 0.5 : random.NextDouble() / 101, random.NextDouble() / 3);
            TrainingTick tick = MadeUpRun.Tick(
                kimg, isBad ? 4 : 0.5 + (random.NextDouble() * 4.5), isBad ? 0.05 : 0.2 + (random.NextDouble() * 1.6),
                kimg < easy ? 1 : sign, layer);
            Assert.All(monitors, m => Assert.Empty(m.Look(tick)));
        }
    }
}
