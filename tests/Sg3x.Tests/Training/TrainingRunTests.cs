using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    private const int Batch = TinyRun.Batch;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _images = new();

    public TrainingRunTests()
    {
        for (int i = 0; i < 13; i++)
        {
            using Tensor image = CounterRandom.Normal(i, CPU, 3, 16, 16).mul(127).clamp(0, 255).to_type(ScalarType.Byte);
            ImageFiles.WritePng(_images.File($"{i}.png"), image);
        }
    }

    private RunConfig Tiny => TinyRun.Config with { Data = new DataConfig { Source = _images.Root, Mirror = true } };

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    [Theory]
    [InlineData(1, 4, "none")]
    [InlineData(4, 4, "none")]
    [InlineData(5, 4, "ada")]
    [InlineData(6, 2, "none")]
    [InlineData(7, 2, "ada")]
    [InlineData(10, 2, "fixed")]
    public void A_stopped_and_resumed_run_is_bit_identical_to_one_never_stopped(int stopAfter, int batchDevice, string augmentation)
    {
        // p moves by 0.1 at iterations 0, 3, 6 and 9.
        RunConfig config = Tiny with
        {
            Training = Tiny.Training with { BatchDevice = batchDevice },
            Augmentation = new AugmentationConfig { Mode = augmentation, P = 0.5, Kimg = 10 * 3 * Batch / 1000.0, Interval = 3 },
        };
        string whole = Run(config, "whole").Checkpoint;

        using CancellationTokenSource stop = new();
        SilentProgress first = new() { OnIteration = i => Cancel(stop, i == stopAfter) };
        TrainingSummary part = TrainingRun.Start(
            config, _folder.File("parts"), new TrainingRunOptions { Progress = first, Stop = stop.Token });
        Assert.False(part.Completed);
        Assert.Equal(stopAfter, part.Iterations);

        TrainingSummary rest = TrainingRun.Resume(_folder.File("parts"), new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.True(rest.Completed);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(rest.Checkpoint));
        Assert.Equal(File.ReadAllBytes(whole.Replace("checkpoints", "samples", StringComparison.Ordinal).Replace("safetensors", "png", StringComparison.Ordinal)), File.ReadAllBytes(rest.SampleGrid));
    }

    [Fact]
    public void A_run_leaves_what_its_folder_promises()
    {
        RunConfig config = Tiny with
        {
            Snapshots = Tiny.Snapshots with { SamplesKimg = 0.016, CheckpointKimg = 0.008, KeepCheckpoints = 2, DistanceImages = 8 },
        };
        SilentProgress progress = new();
        TrainingSummary summary = TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions
        {
            Progress = progress, Environment = new Dictionary<string, string> { ["libtorch"] = "some version" },
        });

        RunFolder run = new(_folder.File("run"));
        Assert.True(summary.Completed);
        Assert.Equal((11, 0.044), (summary.Iterations, summary.Kimg));
        Assert.Equal(config, ConfigJson.Load(run.Config));
        Assert.Contains("some version", File.ReadAllText(run.Config), StringComparison.Ordinal);
        Assert.Equal(
            ["000000.000kimg.png", "000000.016kimg.png", "000000.032kimg.png", "000000.044kimg.png", "reals.png"],
            Directory.GetFiles(Path.GetDirectoryName(run.Reals)!).Select(Path.GetFileName).Order());
        Assert.Equal(
            ["000000.044kimg.safetensors", "000000.040kimg.safetensors"], run.Checkpoints().Select(Path.GetFileName));
        Assert.All(progress.Files, file => Assert.StartsWith(_folder.Root, file, StringComparison.Ordinal));

        JsonNode[] log = [.. File.ReadLines(run.Log).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(6, log.Count(l => (string?)l["type"] == "tick"));
        Assert.Equal(2, log.Count(l => (string?)l["type"] == "distance"));
        Assert.Equal("end", (string?)log[^1]["type"]);
        Assert.Equal(progress.Distances, [summary.DistanceBefore!, summary.DistanceAfter!]);
        TrainingTick tick = progress.Ticks[0];
        Assert.Equal((2, 0.008, 0.044), (tick.Iteration, tick.Kimg, tick.TotalKimg));
        Assert.InRange(tick.GeneratorLoss, 0.01, 10);
        Assert.InRange(tick.DiscriminatorLoss, 0.01, 10);
        Assert.InRange(tick.RealSign, -1, 1);
        Assert.NotNull(tick.R1Penalty);
        Assert.Null(progress.Ticks[1].R1Penalty);
        Assert.True(tick.MemoryBytes > 1 << 20 && tick.SecondsPerKimg > 0);
        Assert.Null(tick.DeviceMemoryBytes);
    }

    [Fact]
    public void Out_of_memory_between_iterations_is_explained_and_nothing_is_lost()
    {
        RunConfig config = Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.008, DistanceImages = 0 } };
        SilentProgress progress = new() { OnIteration = i => RunOut(i == 3) };
        UserException error = Assert.Throws<UserException>(
            () => TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = progress }));
        Assert.Contains("--batch-device", error.Message, StringComparison.Ordinal);
        Assert.Contains("--remat", error.Message, StringComparison.Ordinal);
        Assert.Contains("2.00 GiB", error.Message, StringComparison.Ordinal);

        // A run goes on from its last checkpoint, and comes to where it would have come.
        RunFolder run = new(_folder.File("run"));
        Assert.Equal([run.Checkpoint(3 * Batch), run.Checkpoint(2 * Batch)], run.Checkpoints());
        Assert.All(run.Checkpoints(), path => Assert.Null(Checkpoint.FindDamage(path)));
        TrainingSummary rest = TrainingRun.Resume(_folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.Equal(File.ReadAllBytes(Run(config, "whole").Checkpoint), File.ReadAllBytes(rest.Checkpoint));
    }

    [Fact]
    public void The_log_of_a_resumed_run_tells_everything_once()
    {
        RunConfig config = Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.016, DistanceImages = 8 } };
        TrainingSummary whole = TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() });
        RunFolder run = new(_folder.File("run"));

        // As if it had been killed after iteration 11, before its last checkpoint, in the middle of a line.
        File.Delete(run.Checkpoint(44));
        File.AppendAllText(run.Log, "{\"type\":\"ti");
        TrainingSummary again = TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
        JsonNode[] log = [.. File.ReadLines(run.Log).Select(line => JsonNode.Parse(line)!)];
        long[] ticks = [.. log.Where(l => (string?)l["type"] == "tick").Select(l => (long)l["iteration"]!)];
        Assert.Equal([2L, 4, 6, 8, 10, 11], ticks);
        Assert.Equal(2, log.Count(l => (string?)l["type"] == "start"));
        Assert.Equal(whole.DistanceBefore!.Mean, again.DistanceBefore!.Mean);
        Assert.Equal(whole.DistanceAfter!.Mean, again.DistanceAfter!.Mean);
    }

    [Fact]
    public void A_damaged_checkpoint_gives_way_to_the_one_before()
    {
        RunConfig config = Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.016 } };
        byte[] whole = File.ReadAllBytes(Run(config, "run").Checkpoint);
        RunFolder run = new(_folder.File("run"));
        byte[] damaged = [.. whole];
        damaged[^5] ^= 1;
        File.WriteAllBytes(run.Checkpoint(44), damaged);
        File.WriteAllBytes(run.Checkpoint(32), whole[..1000]);
        SilentProgress progress = new();
        TrainingSummary again = TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = progress });
        Assert.Equal(2, progress.Warnings.Count);
        Assert.Contains("000000.044kimg", progress.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("000000.032kimg", progress.Warnings[1], StringComparison.Ordinal);
        Assert.Equal(7, again.Iterations - 4);
        Assert.Equal(whole, File.ReadAllBytes(again.Checkpoint));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_resume_passes_over_whatever_stands_in_a_checkpoints_place(int kind)
    {
        byte[] whole = File.ReadAllBytes(
            Run(Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.016 } }, "run").Checkpoint);
        RunFolder run = new(_folder.File("run"));
        switch (kind)
        {
            case 0:
                File.WriteAllBytes(run.Checkpoint(44), []);
                break;
            case 1:
                File.Copy(Directory.GetFiles(_images.Root)[0], run.Checkpoint(44), overwrite: true);
                break;
            default:
                using (Tensor weight = zeros(3))
                {
                    SafeTensors.Write(run.Checkpoint(44), [("weight", weight)]);
                }

                break;
        }

        SilentProgress progress = new();
        TrainingSummary again = TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = progress });
        Assert.Contains("000000.044kimg.safetensors", Assert.Single(progress.Warnings), StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(again.Checkpoint));
    }

    [Fact]
    public void A_run_that_is_training_is_not_resumed_beside_itself()
    {
        string run = _folder.File("run");
        List<string> refusals = [];
        SilentProgress progress = new()
        {
            OnIteration = _ => refusals.Add(Assert.Throws<UserException>(
                () => TrainingRun.Resume(run, new TrainingRunOptions { Progress = new SilentProgress() })).Message),
        };
        Assert.True(TrainingRun.Start(Tiny, run, new TrainingRunOptions { Progress = progress }).Completed);
        Assert.Equal(11, refusals.Count);
        Assert.All(refusals, r => Assert.StartsWith($"{run}: expected a folder that no other process trains in", r, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(run, "lock")));
    }

    [Fact]
    public void A_run_is_not_resumed_with_the_weights_of_another()
    {
        string run = Run(Tiny, "run").Folder;
        UserException error = Assert.Throws<UserException>(() => TrainingRun.Resume(
            run,
            new TrainingRunOptions { Progress = new SilentProgress() },
            config => config with { Training = config.Training with { Init = "other.safetensors" } }));
        Assert.Contains("training.init", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_not_resumed_on_other_images()
    {
        RunFolder run = new(Run(Tiny, "run").Folder);
        TrainingRunOptions options = new() { Progress = new SilentProgress() };
        string image = _images.File("7.png");
        byte[] before = File.ReadAllBytes(image), other = File.ReadAllBytes(_images.File("8.png"));

        File.WriteAllBytes(image, other);
        string changed = Assert.Throws<UserException>(() => TrainingRun.Resume(run.Root, options)).Message;
        Assert.Matches(
            $"^{_images.Root}: expected the images that {run.Checkpoint(44)} was trained on,"
            + " 13 images of SHA-256 [0-9a-f]{12}…,"
            + " found 13 images of SHA-256 [0-9a-f]{12}….*train --init", changed);

        File.WriteAllBytes(image, before);
        File.WriteAllBytes(_images.File("new.png"), other);
        Assert.Contains(
            "found 14 images", Assert.Throws<UserException>(() => TrainingRun.Resume(run.Root, options)).Message,
            StringComparison.Ordinal);
        File.Delete(_images.File("new.png"));

        // Elsewhere they are the same.
        using TemporaryFolder elsewhere = new();
        foreach (string file in Directory.GetFiles(_images.Root))
        {
            File.Copy(file, elsewhere.File(Path.GetFileName(file)));
        }

        Assert.True(TrainingRun.Resume(
            run.Root, options, config => config with { Data = config.Data with { Source = elsewhere.Root } }).Completed);
    }

    [Fact]
    public void A_checkpoint_that_does_not_say_its_images_is_resumed()
    {
        RunFolder run = new(Run(Tiny, "run").Folder);
        byte[] whole = File.ReadAllBytes(run.Checkpoint(44));
        using (TrainingState state = new(Tiny, CPU))
        {
            Checkpoint.Load(run.Checkpoint(44), state);
            File.Delete(run.Checkpoint(44));
            Checkpoint.Save(run.Checkpoint(44), state);
        }

        Assert.NotEqual(whole, File.ReadAllBytes(run.Checkpoint(44)));
        TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.Equal(whole, File.ReadAllBytes(run.Checkpoint(44)));
    }

    [Fact]
    public void Somebody_elses_partial_file_stays()
    {
        Directory.CreateDirectory(_folder.File("run"));
        string film = _folder.File($"run/film.{int.MaxValue}.partial");
        File.WriteAllText(film, "half a film");
        Assert.Throws<UserException>(() => Run(Tiny, "run"));
        Assert.True(File.Exists(film));
    }

    [Fact]
    public void What_a_start_that_was_killed_left_is_no_obstacle()
    {
        Directory.CreateDirectory(_folder.File("run"));
        File.WriteAllText(_folder.File("run/lock"), "");
        File.WriteAllText(_folder.File($"run/config.json.{int.MaxValue}.partial"), "{");
        Assert.True(Run(Tiny, "run").Completed);
        Assert.Empty(Directory.GetFiles(_folder.File("run"), "*.partial"));
    }

    [Fact]
    public void A_damaged_checkpoint_does_not_cost_the_sound_ones_before_it()
    {
        Run(Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.016 } }, "run");
        RunFolder run = new(_folder.File("run"));
        File.WriteAllBytes(run.Checkpoint(44), [1, 2, 3]);
        TrainingRunOptions options = new() { Progress = new SilentProgress() };
        TrainingSummary again = TrainingRun.Resume(run.Root, options, config => config with
        {
            Training = config.Training with { Kimg = 0.04 }, Snapshots = config.Snapshots with { KeepCheckpoints = 1 },
        });
        Assert.Equal(run.Checkpoint(40), again.Checkpoint);
        Assert.Equal([run.Checkpoint(44), run.Checkpoint(40)], run.Checkpoints());
    }

    [Fact]
    public void A_log_of_somebody_elses_making_is_no_obstacle()
    {
        Run(Tiny, "run");
        RunFolder run = new(_folder.File("run"));
        string[] strange =
        [
            """{"iteration":1,"type":5}""", """{"iteration":1,"type":"distance","mean":"x"}""",
            """{"iteration":1,"type":"distance","levels":[null]}""",
            """{"iteration":1,"iteration":2}""", "[1]", "null", "",
        ];
        File.AppendAllText(run.Log, string.Join('\n', strange) + "\n");
        Assert.True(TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() }).Completed);
    }

    [Fact]
    public void A_folder_of_images_is_stored_by_its_full_name()
    {
        RunConfig config = Tiny with
        {
            Data = Tiny.Data with { Source = Path.GetRelativePath(Environment.CurrentDirectory, _images.Root) },
            Training = Tiny.Training with { Kimg = 0.004 },
        };
        Run(config, "run");
        Assert.Equal(Path.GetFullPath(_images.Root), ConfigJson.Load(new RunFolder(_folder.File("run")).Config).Data.Source);
    }

    /// <summary>Of the two the first is reported, and what was saved before is whole.</summary>
    [Fact]
    public void A_second_lack_of_memory_costs_what_was_not_saved_and_no_more()
    {
        bool isShort = false;
        RunConfig config = Tiny with { Snapshots = Tiny.Snapshots with { CheckpointKimg = 0.008 } };
        SilentProgress progress = new() { OnIteration = i => RunOut(isShort = i == 3), OnWrote = _ => RunOut(isShort, "second") };
        UserException error = Assert.Throws<UserException>(
            () => TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = progress }));
        Assert.Contains("2.00 GiB", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("second", error.Message, StringComparison.Ordinal);
        Assert.Contains(progress.Warnings, warning => warning.Contains("second", StringComparison.Ordinal));
        RunFolder run = new(_folder.File("run"));
        Assert.Contains(run.Checkpoint(2 * Batch), run.Checkpoints());
        Assert.All(run.Checkpoints(), path => Assert.Null(Checkpoint.FindDamage(path)));
    }

    /// <summary>G has stepped and D has not, as where D's memory is lacking.</summary>
    [Fact]
    public void An_iteration_that_was_broken_off_is_known_for_one()
    {
        using TrainingState state = new(Tiny, CPU);
        using TickStatistics statistics = new();
        using IImageDataset dataset = ImageDatasets.Open(_images.Root, 16);
        using ImageBatches reals = new(dataset, Batch, mirror: false, 1, 0);
        TrainingPhases phases = new(state, statistics);
        Assert.False(state.IsWithinIteration);
        Assert.Throws<DivideByZeroException>(
            () => TrainingLoop.Run(state, phases, reals, () => throw new DivideByZeroException(), default));
        Assert.False(state.IsWithinIteration);
        state.OptimiserD.Dispose();
        Assert.ThrowsAny<Exception>(() => TrainingLoop.Run(state, phases, reals, () => { }, default));
        Assert.Equal((2, true), (state.OptimiserG.Steps, state.IsWithinIteration));
    }

    private static void RunOut(bool now, string device = "0")
    {
        if (now)
        {
            throw new System.Runtime.InteropServices.ExternalException(
                $"CUDA out of memory. Tried to allocate 2.00 GiB. GPU {device} has none.");
        }
    }

    [Fact]
    public void Images_that_are_gone_do_not_cost_the_work()
    {
        SilentProgress progress = new() { OnIteration = i => Empty(_images, i == 2) };
        RunConfig config = Tiny with { Training = Tiny.Training with { Kimg = 1 } };
        TrainingRunOptions options = new() { Progress = progress, Data = new ImageDatasetOptions { CacheBytes = 0 } };
        Assert.Throws<UserException>(() => TrainingRun.Start(config, _folder.File("run"), options));
        RunFolder run = new(_folder.File("run"));
        Assert.Equal([run.Checkpoint(Batch * progress.Iterations)], run.Checkpoints());
        Assert.Null(Checkpoint.FindDamage(run.Checkpoints()[0]));

        static void Empty(TemporaryFolder images, bool now)
        {
            foreach (string file in now ? Directory.GetFiles(images.Root) : [])
            {
                File.Delete(file);
            }
        }
    }

    [Fact]
    public void A_run_without_a_checkpoint_starts_over()
    {
        byte[] whole = File.ReadAllBytes(Run(Tiny, "whole").Checkpoint);
        ConfigJson.Save(new RunFolder(_folder.File("run")).Config, Tiny);
        SilentProgress progress = new();
        TrainingSummary again = TrainingRun.Resume(_folder.File("run"), new TrainingRunOptions { Progress = progress });
        Assert.Contains("starts over", Assert.Single(progress.Warnings), StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(again.Checkpoint));
    }

    [Fact]
    public void A_finished_run_can_be_made_longer()
    {
        RunConfig longer = Tiny with { Training = Tiny.Training with { Kimg = 0.052 } };
        byte[] whole = File.ReadAllBytes(Run(longer, "whole").Checkpoint);
        Run(Tiny, "run");
        TrainingSummary again = TrainingRun.Resume(
            _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() }, _ => longer);
        Assert.Equal(longer, ConfigJson.Load(new RunFolder(again.Folder).Config));
        Assert.Equal(whole, File.ReadAllBytes(again.Checkpoint));
    }

    [Fact]
    public void Accumulated_gradients_are_those_of_the_whole_batch()
    {
        // With groups of one image the minibatch deviation is zero, and no image depends on another in D.
        RunConfig config = Tiny with { Discriminator = Tiny.Discriminator with { MinibatchStdGroup = 1 } };
        (float[] whole, float[] parts) = (OneStep(config, Batch), OneStep(config, 1));
        float largest = whole.Max(Math.Abs);
        Assert.True(largest > 0);
        Assert.Equal(whole, parts, (a, b) => Math.Abs(a - b) <= 1e-5 * largest);

        float[] OneStep(RunConfig config, int batchDevice)
        {
            using IDisposable scope = NewDisposeScope();
            using TrainingState state = new(config with { Training = config.Training with { BatchDevice = batchDevice } }, CPU);
            Tensor real = CounterRandom.Normal(1, CPU, Batch, 3, 16, 16);
            new TrainingPhases(state, new TickStatistics()).R1Step(real);

            // After one step from zero v = (1 − β₂)·g²: the gradient without its sign.
            return state.OptimiserD.State.Where(s => s.Name.StartsWith("exp_avg_sq", StringComparison.Ordinal))
                .SelectMany(s => s.Tensor.sqrt().data<float>().ToArray()).ToArray();
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("ada")]
    public void Tensors_do_not_pile_up(string augmentation)
    {
        RunConfig config = Tiny with { Augmentation = new AugmentationConfig { Mode = augmentation, P = 1 } };
        List<long> live = [];
        SilentProgress progress = new()
        {
            OnIteration = _ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount),
        };
        TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = progress });
        Assert.Equal(11, live.Count);

        // The last backward pass leaves what it handed over, and at every fourth iteration it is R1's.
        Assert.Equal(live[4], live[8]);
        Assert.All(live[1..].Where((_, i) => (i + 1) % 4 != 0), count => Assert.Equal(live[1], count));

        JsonNode tick = File.ReadLines(new RunFolder(_folder.File("run")).Log).Select(line => JsonNode.Parse(line)!)
            .First(line => (string?)line["type"] == "tick");
        Assert.Equal(augmentation == "ada", tick["augmentationP"] is not null);
        Assert.InRange((double)tick["realSign"]!, -1, 1);
    }

    [Fact]
    public void A_run_that_blows_up_stops_and_keeps_the_weights_from_before()
    {
        RunConfig config = Tiny with { Training = Tiny.Training with { GeneratorLearningRate = 1e30 } };
        TrainingStoppedException stop = Assert.Throws<TrainingStoppedException>(() => Run(config, "run"));
        Assert.Equal((0, "D"), (stop.Iteration, stop.Phase));
        Assert.Contains("DiscriminatorLossFake", stop.TensorName, StringComparison.Ordinal);
        RunFolder run = new(_folder.File("run"));
        using (SafeTensorsFile kept = SafeTensors.Read(run.Stopped(0)))
        {
            kept.VerifyChecksum();
            foreach (string name in kept.Entries.Keys.Where(n => n.EndsWith("_ema", StringComparison.Ordinal)
                || n.EndsWith("w_avg", StringComparison.Ordinal)))
            {
                using Tensor average = kept.Load(name);
                Assert.All(average.data<float>().ToArray(), value => Assert.True(float.IsFinite(value), name));
            }
        }

        Assert.Empty(run.Checkpoints());
        Assert.Contains("\"stopped\"", File.ReadAllText(run.Log), StringComparison.Ordinal);
    }

    /// <summary>G's first step is what D's cannot bear; no line of statistics is due, but something else is.</summary>
    [Theory]
    [InlineData("samples", 4)]
    [InlineData("checkpoint", 4)]
    [InlineData("stop", 3)]
    [InlineData("images", 0)]
    [InlineData("end", 11)]
    public void Whatever_is_due_first_finds_what_was_not_finite(string due, int iterations)
    {
        using CancellationTokenSource stop = new();
        SilentProgress progress = new()
        {
            OnIteration = i =>
            {
                Cancel(stop, due == "stop" && i == iterations);
                Array.ForEach(due == "images" && i == 2 ? Directory.GetFiles(_images.Root) : [], File.Delete);
            },
        };
        RunConfig config = Tiny with
        {
            Training = Tiny.Training with { GeneratorLearningRate = 1e30, Kimg = due == "images" ? 1 : Tiny.Training.Kimg },
            Snapshots = Tiny.Snapshots with
            {
                TickKimg = 100, SamplesKimg = due == "samples" ? 0.016 : 0, CheckpointKimg = due == "checkpoint" ? 0.016 : 0,
            },
        };
        TrainingRunOptions options = new()
        {
            Progress = progress, Stop = stop.Token, Data = new ImageDatasetOptions { CacheBytes = 0 },
        };
        TrainingStoppedException found = Assert.Throws<TrainingStoppedException>(
            () => TrainingRun.Start(config, _folder.File("run"), options));
        Assert.Equal((0, "D"), (found.Iteration, found.Phase));
        RunFolder run = new(_folder.File("run"));
        Assert.Empty(run.Checkpoints());
        Assert.Null(Checkpoint.FindDamage(run.Stopped(0)));
        Assert.Equal([run.Reals, run.Samples(0)], progress.Files);
        if (due != "images")
        {
            Assert.Equal(iterations, progress.Iterations);
        }
    }

    [Fact]
    public void A_step_on_what_is_not_finite_is_not_made()
    {
        using IDisposable scope = NewDisposeScope();
        using TrainingState state = new(Tiny, CPU);
        using (no_grad())
        {
            state.D.named_parameters().Last().parameter.fill_(float.NaN);
        }

        float[] before = Weights();
        TrainingPhases phases = new(state, new TickStatistics());
        phases.GeneratorStep();
        TrainingStoppedException stop = Assert.Throws<TrainingStoppedException>(state.DemandFinite);
        Assert.Equal((0, "G"), (stop.Iteration, stop.Phase));
        Assert.Equal(before, Weights());
        Assert.Equal(0, state.OptimiserG.Steps);
        state.DemandFinite();
        phases.GeneratorStep();
        Assert.Equal(stop.Message, Assert.Throws<TrainingStoppedException>(state.DemandFinite).Message);

        float[] Weights() => [.. state.G.named_parameters().SelectMany(p => p.parameter.data<float>().ToArray())];
    }

    [Fact]
    public void A_folder_in_use_is_left_alone()
    {
        File.WriteAllText(_folder.File("something"), "");
        UserException error = Assert.Throws<UserException>(
            () => TrainingRun.Start(Tiny, _folder.Root, new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
        Assert.Throws<UserException>(
            () => TrainingRun.Start(Tiny, _folder.File("something"), new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.Throws<UserException>(
            () => TrainingRun.Resume(_folder.Root, new TrainingRunOptions { Progress = new SilentProgress() }));
    }

    [Fact]
    public void Bad_data_leaves_no_folder()
    {
        RunConfig config = Tiny with { Data = Tiny.Data with { Source = _folder.File("no such folder") } };
        Assert.Throws<UserException>(
            () => TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.Throws<UserException>(() => TrainingRun.Start(
            config with { Data = new DataConfig() }, _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    private TrainingSummary Run(RunConfig config, string name) =>
        TrainingRun.Start(config, _folder.File(name), new TrainingRunOptions { Progress = new SilentProgress() });

    private static void Cancel(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }
}
