using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using Sg3x.Training.Monitors;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training.Monitors;

/// <summary>The monitors of a run that trains.</summary>
public sealed class MonitoredRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RunFolder Run => new(_folder.File("run"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_healthy_run_measures_its_layers_and_warns_of_nothing()
    {
        SilentProgress progress = new();
        TrainingSummary summary = TrainingRun.Start(
            TinyRun.Config, Run.Root, new TrainingRunOptions { Progress = progress });
        Assert.Empty(progress.Warnings);
        Assert.Empty(summary.Warnings);
        Assert.Equal(progress.Ticks[^1], summary.Last);
        using TrainingState state = new(TinyRun.Config, CPU);
        string[] ofD =
            ["D.b16.fromrgb", "D.b16.conv0", "D.b16.conv1", "D.b8.conv0", "D.b8.conv1", "D.b4.conv", "D.b4.fc"];
        Assert.Equal(
            [.. state.G.Synthesis.Layers.Select(l => l.Plan.Name), .. ofD], progress.Ticks[0].Layers!.Select(l => l.Name));
        Assert.All(progress.Ticks.SelectMany(t => t.Layers!), layer =>
        {
            Assert.Equal(ofD.Contains(layer.Name), layer.Magnitude is null);
            Assert.InRange(layer.Magnitude ?? 1, 0.01, 100);
            Assert.Equal(0, layer.Clamped);
            Assert.InRange(layer.Zero, 0, 0.1);
        });
        JsonNode tick = File.ReadLines(Run.Log).Select(l => JsonNode.Parse(l)!).First(l => (string?)l["type"] == "tick");
        Assert.Equal(progress.Ticks[0].Layers!.Count, tick["layers"]!.AsArray().Count);
    }

    [Fact]
    public void Zero_and_clamped_values_are_counted()
    {
        using IDisposable scope = NewDisposeScope();
        using TrainingState state = new(TinyRun.Config, CPU);
        Tensor z = randn(2, TinyRun.Config.Generator.ZDim);
        using (no_grad())
        {
            // A bias far beyond the clamp; an average by whose root a layer divides its input to nothing.
            state.G.Synthesis.Layers[1].state_dict()["bias"].fill_(1e4f);
            state.G.Synthesis.Layers[2].state_dict()["magnitude_ema"].fill_(1e30f);
        }

        IReadOnlyList<LayerActivity> layers = LayerActivity.Measure(state.G, z);
        Assert.Equal(0, layers[0].Clamped);
        Assert.InRange(layers[0].Zero, 0, 0.1);
        Assert.InRange(layers[1].Clamped, 0.5, 1);
        Assert.Equal(1, layers[2].Zero);
        Assert.Equal([1, 1, 1e30f, 1, 1], layers.Select(l => (float)l.Magnitude!.Value));

        using (no_grad())
        {
            // The last layer of a block has the bound of its gain √½; what follows a layer of zeros sees the skip alone.
            state.D.state_dict()["b16.conv1.bias"].fill_(1e4f);
            state.D.state_dict()["b8.conv0.weight"].zero_();
        }

        layers = LayerActivity.Measure(state.D, randn(4, 3, 16, 16));
        Assert.Equal(["D.b16.conv1"], layers.Where(l => l.Clamped > 0).Select(l => l.Name));
        Assert.Equal(["D.b8.conv0", "D.b8.conv1"], layers.Where(l => l.Zero > 0.1).Select(l => l.Name));
        Assert.Equal(1, layers[2].Clamped);
    }

    [Fact]
    public void The_end_of_D_is_watched_too()
    {
        using IDisposable scope = NewDisposeScope();
        using TrainingState state = new(TinyRun.Config, CPU);
        Tensor images = randn(4, 3, 16, 16);
        using (no_grad())
        {
            // Beyond the clamp; what is connected with nothing, and has no clamp, is zero.
            state.D.state_dict()["b4.conv.bias"].fill_(1e4f);
            state.D.state_dict()["b4.fc.weight"].zero_();
        }

        LayerActivity[] end = [.. LayerActivity.Measure(state.D, images).TakeLast(2)];
        Assert.Equal([("D.b4.conv", 1.0, 0.0), ("D.b4.fc", 0, 1)], end.Select(l => (l.Name, l.Clamped, l.Zero)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void Layers_are_measured_in_whole_groups(int group)
    {
        RunConfig config = TinyRun.Config with
        {
            Discriminator = TinyRun.Config.Discriminator with { MinibatchStdGroup = group },
            Training = TinyRun.Config.Training with { Batch = 6, Kimg = 0.012 },
        };
        SilentProgress progress = new();
        TrainingRun.Start(config, Run.Root, new TrainingRunOptions { Progress = progress });
        Assert.Contains("D.b4.fc", progress.Ticks[0].Layers!.Select(l => l.Name));
    }

    /// <summary>G stands still, and D, without a penalty, learns to tell its images apart: a true collapse, from about the
    /// fiftieth image on.</summary>
    [Fact]
    public void A_collapse_stops_a_run_where_that_is_asked_for_and_the_state_is_kept()
    {
        RunConfig config = TinyRun.Config with
        {
            Training = TinyRun.Config.Training with
            {
                Kimg = 1, R1Gamma = 0, GeneratorLearningRate = 1e-9, DiscriminatorLearningRate = 0.02,
            },
            Monitors = new MonitorConfig { StopOnCollapse = true, CollapseKimg = 0.016 },
        };
        SilentProgress progress = new();
        TrainingStoppedException stop = Assert.Throws<TrainingStoppedException>(
            () => TrainingRun.Start(config, Run.Root, new TrainingRunOptions { Progress = progress }));
        Assert.Contains("Discriminator collapse", stop.Message, StringComparison.Ordinal);
        Assert.Contains(progress.Warnings, w => w.StartsWith("Discriminator collapse", StringComparison.Ordinal));
        Assert.Contains("\"stopped\"", File.ReadAllText(Run.Log), StringComparison.Ordinal);
        Assert.Null(Checkpoint.FindDamage(Run.Stopped(progress.Iterations * TinyRun.Batch)));
        Assert.Empty(Run.Checkpoints());
    }

    [Fact]
    public void A_warning_is_in_the_log_and_in_the_summary()
    {
        // Every r_t counts as memorisation; the lines are 8 images apart.
        RunConfig config = TinyRun.Config with { Monitors = new MonitorConfig { MemorisationSign = -1, MemorisationKimg = 0.016 } };
        SilentProgress progress = new();
        TrainingSummary summary = TrainingRun.Start(config, Run.Root, new TrainingRunOptions { Progress = progress });
        Assert.Equal(progress.Warnings, summary.Warnings);
        Assert.All(summary.Warnings, w => Assert.StartsWith("Memorisation", w, StringComparison.Ordinal));
        string[] logged = [.. File.ReadLines(Run.Log).Select(l => JsonNode.Parse(l)!)
            .Where(l => (string?)l["type"] == "warning").Select(l => (string)l["message"]!)];
        Assert.Equal(progress.Warnings, logged);
    }

    [Fact]
    public void A_filter_that_changes_is_found_and_stops_the_run()
    {
        using TrainingState state = new(TinyRun.Config, CPU);
        FilterGuard filters = new(state);
        Assert.True(filters.Count > 8);
        Assert.Null(filters.FindChanged());
        using (no_grad())
        {
            state.Average.state_dict()["synthesis.L1_20_4.down_filter"].mul_(1 + 1e-6f);
        }

        Assert.Equal("G_ema.synthesis.L1_20_4.down_filter", filters.FindChanged());
        MonitorAlarm alarm = Assert.Single(new RunMonitors(TinyRun.Config, filters, []).Look(MadeUpRun.Tick(4)));
        Assert.True(alarm.StopsRun);
        Assert.Contains("G_ema.synthesis.L1_20_4.down_filter", alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_with_other_filters_gets_those_of_its_configuration()
    {
        TrainingSummary summary = TrainingRun.Start(
            TinyRun.Config, Run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
        byte[] sound = File.ReadAllBytes(summary.Checkpoint);
        using (TrainingState state = new(TinyRun.Config, CPU))
        {
            Checkpoint.Load(summary.Checkpoint, state);
            using (no_grad())
            {
                state.D.state_dict()["b16.conv1.resample_filter"].mul_(2);
            }

            Checkpoint.Save(summary.Checkpoint, state);
        }

        Assert.NotEqual(sound, File.ReadAllBytes(summary.Checkpoint));
        SilentProgress progress = new();
        TrainingRun.Resume(Run.Root, new TrainingRunOptions { Progress = progress });
        string warning = Assert.Single(progress.Warnings);

        // The outer product of [1, 3, 3, 1]/8 has 9/64 in its middle.
        Assert.Contains("\"D.b16.conv1.resample_filter\" the first, by up to 1.41e-1", warning, StringComparison.Ordinal);
        Assert.Equal(sound, File.ReadAllBytes(summary.Checkpoint));
    }
}
