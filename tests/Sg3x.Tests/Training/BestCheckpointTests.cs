using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Metrics;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>The quality of G_ema measured during a run, and the best state kept by it, whatever happens to the run.</summary>
public sealed class BestCheckpointTests : IDisposable
{
    private const int Batch = TinyRun.Batch;

    private readonly TemporaryFolder _folder = new();

    // Measured after iterations 3, 6, 9 and 11; checkpoints after 4, 8 and 11.
    private static RunConfig Config { get; } = TinyRun.Config with
    {
        Metrics = new MetricsConfig { EveryKimg = 3 * Batch / 1000.0, Samples = 5, Best = "slicedWasserstein" },
        Snapshots = TinyRun.Config.Snapshots with { CheckpointKimg = 4 * Batch / 1000.0, KeepCheckpoints = 0 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("slicedWasserstein")]
    [InlineData("eqT")]
    public void The_state_of_the_best_figure_is_kept(string metric)
    {
        RunConfig config = Config with
        {
            Metrics = Config.Metrics with { Best = metric, Equivariance = true },
            Snapshots = Config.Snapshots with { CheckpointKimg = Batch / 1000.0 },
        };
        SilentProgress progress = new();
        TrainingSummary summary = TrainingRun.Start(config, Root("run"), new TrainingRunOptions { Progress = progress });
        Assert.Empty(progress.Warnings);
        Assert.Equal([0.012, 0.024, 0.036, 0.044], progress.Qualities.Select(q => q.Kimg));
        QualityMetric by = QualityMetric.Find(metric)!;
        double best = by.MoreIsBetter
            ? progress.Qualities.Max(q => q.Figures[metric]) : progress.Qualities.Min(q => q.Figures[metric]);
        TrainingQuality chosen = progress.Qualities.First(q => q.Figures[metric] == best);
        RunFolder run = new(Root("run"));
        Assert.Equal(new BestState(metric, best, chosen.Kimg, run.Best), summary.Best);
        Assert.Equal(Tensors(run.Checkpoint((long)Math.Round(1000 * chosen.Kimg))), Tensors(run.Best));
        Assert.Equal(11, run.Checkpoints().Count);

        // Each is called the best that beats those before it.
        TrainingQuality[] called = [.. progress.Qualities.Where(q => q.IsBest)];
        Assert.Same(chosen, called[^1]);
        Assert.All(
            called.Zip(called.Skip(1)),
            pair => Assert.True(by.IsBetter(pair.Second.Figures[metric], pair.First.Figures[metric])));
    }

    [Fact]
    public void A_run_that_is_measured_has_the_weights_of_one_that_is_not()
    {
        RunConfig measured = Config with
        {
            Metrics = Config.Metrics with { Equivariance = true, Features = NetworkFile, Best = "kid" },
        };
        SilentProgress progress = new();
        TrainingSummary with = TrainingRun.Start(measured, Root("with"), new TrainingRunOptions { Progress = progress });
        TrainingSummary without = Run(Config with { Metrics = new MetricsConfig() }, "without");
        Assert.Equal(Tensors(without.Checkpoint), Tensors(with.Checkpoint));
        Assert.Equal("kid", with.Best!.Metric);
        Assert.Null(without.Best);
        Assert.False(File.Exists(new RunFolder(Root("without")).Best));
        Assert.Equal(
            [
                "slicedWasserstein", "spectrum", "fid", "kid", "precision", "recall", "eqT", "eqTVariance", "eqTFrac",
                "eqTFracVariance",
            ],
            progress.Qualities[0].Figures.Keys);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(4)]
    [InlineData(3)] // a checkpoint and a measurement after the same iterations
    public void A_run_that_dies_at_any_moment_comes_to_the_same_best_state(int iterationsOfCheckpoint)
    {
        RunConfig config = Config with
        {
            Snapshots = Config.Snapshots with { CheckpointKimg = iterationsOfCheckpoint * Batch / 1000.0 },
        };
        RunFolder whole = new(Run(config, "whole").Folder);
        byte[] best = File.ReadAllBytes(whole.Best), last = File.ReadAllBytes(whole.Checkpoint(44));
        string[] lines = Lines(whole);
        Assert.Equal(4, lines.Length);
        for (int moment = 0; ; moment++)
        {
            RunFolder run = new(Root($"dies-{moment}"));
            int left = moment;
            DyingProgress progress = new(() => left-- == 0);
            bool died = false;
            try
            {
                TrainingRun.Start(config, run.Root, new TrainingRunOptions { Progress = progress });
            }
            catch (DeathException)
            {
                died = true;
                TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
            }

            Assert.Equal(last, File.ReadAllBytes(run.Checkpoint(44)));
            Assert.Equal(best, File.ReadAllBytes(run.Best));
            if (!died)
            {
                Assert.Equal(lines, Lines(run));
                Assert.InRange(moment, 10, 30);
                return;
            }

            // What was measured again may not be called the best again: the file was it already.
            Assert.Equal(lines.Select(Unmarked), Lines(run).Select(Unmarked));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(11)]
    public void A_stop_during_a_measurement_is_made_up_for(int iteration)
    {
        RunFolder whole = new(Run(Config, "whole").Folder), run = new(Root("run"));
        using CancellationTokenSource stop = new();
        SilentProgress progress = new() { OnIteration = i => Cancel(i == iteration) };
        TrainingRun.Start(Config, run.Root, new TrainingRunOptions { Progress = progress, Stop = stop.Token });
        Assert.Equal(iteration / 3 - (iteration == 6 ? 1 : 0), progress.Qualities.Count);
        Assert.Contains("measured when the run goes on", Assert.Single(progress.Notes), StringComparison.Ordinal);
        TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.Equal(Lines(whole), Lines(run));
        Assert.Equal(File.ReadAllBytes(whole.Best), File.ReadAllBytes(run.Best));

        void Cancel(bool now)
        {
            if (now)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public void Without_room_beside_the_next_checkpoint_nothing_is_kept_and_the_run_goes_on()
    {
        // Room for one checkpoint, which is the run's, until the ninth iteration.
        SilentProgress progress = new();
        using (TrainingState state = new(Config, CPU))
        {
            long one = Checkpoint.Bytes(state) + (1 << 21);
            TrainingRun.Start(Config, Root("run"), new TrainingRunOptions
            {
                Progress = progress, FreeDisk = _ => progress.Iterations is > 0 and < 9 ? one : 1L << 40,
            });
        }

        RunFolder run = new(Root("run"));
        Assert.Equal([44L, 32, 16], run.Checkpoints().Select(c => (long)(RunFolder.Kimg(c)! * 1000)));
        Assert.Equal(2, progress.Warnings.Count(w => w.Contains("not kept as the best", StringComparison.Ordinal)));
        Assert.Equal([false, false, true], progress.Qualities.Take(3).Select(q => q.IsBest));
        Assert.True(File.Exists(run.Best));
    }

    [Fact]
    public void The_best_is_counted_in_what_the_disk_must_hold()
    {
        using TrainingState with = new(Config, CPU), without = new(Config with { Metrics = new MetricsConfig() }, CPU);
        bool IsShort(TrainingState state, long free) => new DiskNeed(state, Root("run"), _ => free).Demand() is not null;
        long checkpoint = new DiskNeed(with, Root("run"), null).Checkpoint;
        long enough = Enumerable.Range(4, 40).Select(n => n * checkpoint).First(free => !IsShort(without, free));
        Assert.True(IsShort(with, enough));
        Assert.False(IsShort(with, enough + checkpoint));
    }

    [Fact]
    public void A_best_state_by_another_measure_is_moved_aside()
    {
        RunFolder run = new(Run(Config, "run").Folder);
        byte[] best = File.ReadAllBytes(run.Best);
        string kimg = $"{(long)JsonNode.Parse(BestOf(run))!["images"]!:D6}".Insert(3, ".");
        SilentProgress progress = new();
        TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = progress }, config => config with
        {
            Metrics = config.Metrics with { Best = "spectrum" }, Training = config.Training with { Kimg = 0.048 },
        });
        string aside = Path.Combine(run.Root, "checkpoints", $"best-slicedWasserstein-000{kimg}kimg.safetensors");
        Assert.Contains(
            $"the best by slicedWasserstein of 5 images, where now spectrum of 5 images counts. It is kept as {aside}.",
            Assert.Single(progress.Warnings), StringComparison.Ordinal);
        Assert.Equal(best, File.ReadAllBytes(aside));
        Assert.Equal("spectrum", (string?)JsonNode.Parse(BestOf(run))!["standard"]!["metric"]);
        Assert.DoesNotContain(aside, run.Checkpoints());
    }

    [Fact]
    public void A_damaged_best_state_gives_way_and_one_of_another_making_stays()
    {
        RunFolder run = new(Run(Config, "run").Folder);
        byte[] bytes = File.ReadAllBytes(run.Best);
        bytes[^1] ^= 1;
        File.WriteAllBytes(run.Best, bytes);
        SilentProgress progress = new();
        TrainingSummary longer = TrainingRun.Resume(
            run.Root, new TrainingRunOptions { Progress = progress },
            config => config with { Training = config.Training with { Kimg = 0.048 } });
        Assert.Contains("takes its place", Assert.Single(progress.Warnings), StringComparison.Ordinal);
        Assert.Equal(0.048, longer.Best!.Kimg);
        Assert.Null(Checkpoint.FindDamage(run.Best));

        File.Copy(run.Checkpoint(44), run.Best, overwrite: true);
        UserException error = Assert.Throws<UserException>(
            () => TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.Contains("best.safetensors: sg3x.best: expected the metric", error.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(run.Checkpoint(44)), File.ReadAllBytes(run.Best));
    }

    [Fact]
    public void A_network_for_features_that_is_none_stops_a_run_before_it_begins()
    {
        RunConfig config = Config with { Metrics = Config.Metrics with { Features = _folder.File("none.pt") } };
        Assert.Contains("none.pt", Assert.Throws<UserException>(() => Run(config, "run")).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root("run")));
    }

    [Theory]
    [InlineData("loss", 1, false, "", "metrics.best: expected one of slicedWasserstein, spectrum, fid")]
    [InlineData("spectrum", 0, false, "", "metrics.everyKimg: expected more than 0, with metrics.best = spectrum")]
    [InlineData("fid", 1, false, "", "metrics.features: expected a network for metrics.best = fid")]
    [InlineData("eqT", 1, false, "x.pt", "metrics.equivariance: expected true, with metrics.best = eqT")]
    [InlineData("eqR", 1, true, "", "metrics.best: expected a metric of config T")]
    public void What_cannot_be_measured_is_not_chosen_by(
        string best, double every, bool equivariance, string features, string message)
    {
        RunConfig config = Config with
        {
            Metrics = new MetricsConfig { Best = best, EveryKimg = every, Equivariance = equivariance, Features = features },
        };
        Assert.StartsWith(message, Assert.Throws<UserException>(config.Validate).Message, StringComparison.Ordinal);
    }

    private static string NetworkFile => Path.Combine(AppContext.BaseDirectory, "script-network.pt");

    private string Root(string name) => _folder.File(name);

    private TrainingSummary Run(RunConfig config, string name) =>
        TrainingRun.Start(config, Root(name), new TrainingRunOptions { Progress = new SilentProgress() });

    private static string BestOf(RunFolder run)
    {
        using SafeTensorsFile file = SafeTensors.Read(run.Best);
        return file.Metadata["sg3x.best"];
    }

    /// <summary>The lines of measurements, less the time.</summary>
    private static string[] Lines(RunFolder run) =>
    [
        .. File.ReadLines(run.Log).Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(node => (string?)node["type"] == "metrics").Select(node => node.Remove("time") ? node.ToJsonString() : ""),
    ];

    private static string Unmarked(string line) => line.Split(",\"isBest\"")[0];

    /// <summary>The tensors of a checkpoint, by name, and their bytes as text.</summary>
    private static SortedDictionary<string, string> Tensors(string path)
    {
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(path);
        return new(
            file.Entries.Keys.ToDictionary(name => name, name => Convert.ToHexString(file.Load(name).bytes)),
            StringComparer.Ordinal);
    }

    private sealed class DeathException : Exception;

    /// <summary>Ends a run as a kill would, without a word to it, at a moment of its telling.</summary>
    private sealed class DyingProgress(Func<bool> dies) : ITrainingProgress
    {
        public void Started(string folder, double kimg, double totalKimg, string dataset)
        {
        }

        public void Iterated(double kimg) => Live();

        public void Ticked(TrainingTick tick)
        {
        }

        public void Wrote(string what, string path) => Live();

        public void Measured(TrainingDistance distance)
        {
        }

        public void Rated(TrainingQuality quality) => Live();

        public void Noted(string message)
        {
        }

        public void Warned(string message)
        {
        }

        private void Live()
        {
            if (dies())
            {
                throw new DeathException();
            }
        }
    }
}
