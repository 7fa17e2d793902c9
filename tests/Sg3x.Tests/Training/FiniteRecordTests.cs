using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using Sg3x.Training.Monitors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>What is not finite, found iterations after the step that made it.</summary>
public sealed class FiniteRecordTests : IDisposable
{
    private const int Batch = 4, R1Interval = 2, Iterations = 5;

    private static readonly RunConfig Tiny = TinyRun.Config with
    {
        Training = TinyRun.Config.Training with { R1Interval = R1Interval, MagnitudeHalfLifeKimg = Batch / 1000.0 },
        Augmentation = new AugmentationConfig { Mode = AugmentationConfig.Adaptive, P = 0.5, Kimg = 0.1, Interval = 1 },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1, "G", "weights", "loss term GeneratorLoss", "NaN")]
    [InlineData(1, "G", "infinite weight", "gradient of synthesis.input.weight", "NaN")]
    [InlineData(1, "D", "images", "loss term DiscriminatorLossReal", "NaN")]
    [InlineData(1, "D", "large weights", "gradient of b4.fc.weight", null)]
    [InlineData(2, "R1", "images", "loss term None", "NaN")]
    [InlineData(0, "R1", "gamma", "gradient of b16.fromrgb.weight", null)]
    public void The_first_is_named_and_the_state_is_that_of_a_run_stopped_before_it(
        int iteration, string phase, string plant, string tensor, string? value)
    {
        foreach (int part in new[] { Batch, 2 })
        {
            RunConfig config = Tiny with
            {
                Training = Tiny.Training with { BatchDevice = part, R1Gamma = plant == "gamma" ? 1e39 : 1 },
            };
            using TrainingState before = new(config, CPU), state = new(config, CPU);
            for (int i = 0; i < iteration; i++)
            {
                Iterate(before, "");
            }

            Iterate(before, "", until: phase);
            for (int i = 0; i < Iterations; i++)
            {
                // Once more later, in another phase: it is not the first.
                Iterate(state, i == iteration ? plant : i == 3 ? "images" : "", phase);
            }

            TrainingStoppedException found = Assert.Throws<TrainingStoppedException>(state.DemandFinite);
            Assert.Equal((iteration, phase, tensor), (found.Iteration, found.Phase, found.TensorName));
            Assert.Matches(
                $"^Iteration {iteration}, phase {phase}: {tensor}: .* found {value ?? "(NaN|infinity)"}\\.", found.Message);

            // Weights, averages, both optimisers, p, its signs, and the counters.
            byte[] kept = Saved(state);
            Assert.Equal(Saved(before), kept);
            if (plant == "gamma")
            {
                continue;
            }

            // And it goes on from there.
            using TrainingState resumed = new(config, CPU), again = new(config, CPU);
            foreach (TrainingState loaded in (TrainingState[])[resumed, again])
            {
                Checkpoint.Load(_folder.File("state"), loaded);
                Iterate(loaded, "");
                loaded.DemandFinite();
            }

            Assert.Equal(Saved(resumed), Saved(again));
            Assert.NotEqual(kept, Saved(resumed));
        }
    }

    [Fact]
    public void A_state_that_another_is_loaded_into_trains_again()
    {
        using TrainingState state = new(Tiny, CPU);
        Checkpoint.Save(_folder.File("start"), state);
        byte[] start = File.ReadAllBytes(_folder.File("start"));
        Iterate(state, "images");
        Assert.Throws<TrainingStoppedException>(() => Checkpoint.Save(_folder.File("bad"), state));
        Assert.False(File.Exists(_folder.File("bad")));
        Checkpoint.Load(_folder.File("start"), state);
        Iterate(state, "");
        state.DemandFinite();
        Assert.NotEqual(start, Saved(state));
    }

    [Theory]
    [InlineData(0, 0, "a")]
    [InlineData(0, 6, "a")]
    [InlineData(1, 0, "b")]
    [InlineData(1, 1999, "b")]
    [InlineData(2, 0, "c")]
    public void The_parameter_is_that_of_the_element(int of, long element, string name)
    {
        using FiniteRecord record = new(CPU);
        foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            record.Clear();
            using FlatLayout layout = new([("a", new Parameter(ones(7))), ("b", new Parameter(ones(2000))),
                ("c", new Parameter(ones([])))]);
            Tensor[] gradients = [ones(7), ones(2000), ones([])];
            Look(record, layout, gradients, 3);
            Assert.Null(record.Read());
            gradients[of].view(-1)[element] = value;
            Look(record, layout, gradients, 4);
            Look(record, layout, [.. gradients.Select(g => g * float.NaN)], 5);
            Assert.True(record.Withheld.item<bool>());
            FiniteRecord.Found found = record.Read()!;
            Assert.Equal((4, $"gradient of {name}"), (found.Step.Iteration, found.Tensor));
            Assert.Equal(float.IsNaN(value) ? "NaN" : "infinity", found.Value);
        }
    }

    [Fact]
    public void Large_values_and_values_of_both_signs_are_finite()
    {
        using FiniteRecord record = new(CPU);
        using FlatLayout layout = new([("a", new Parameter(ones(4096)))]);
        Look(record, layout, [full([4096], 1e17f)], 0);
        Look(record, layout, [full([4096], -1e17f)], 1);
        Assert.Null(record.Read());
        Assert.False(record.Withheld.item<bool>());
    }

    /// <summary>Squares that are no float32 would make v infinite, and every later checkpoint with it.</summary>
    [Theory]
    [InlineData(1e21f, "1e+21, too large to square")]
    [InlineData(-1e21f, "-1e+21, too large to square")]
    [InlineData(3e38f, "3e+38, too large to square")]
    public void What_Adam_cannot_hold_counts_as_not_finite_and_leaves_its_state(float value, string text)
    {
        using AdamOptimiser optimiser = new(
            [("a", new Parameter(ones(7))), ("b", new Parameter(ones(2000)))], new AdamSettings(0.001, 0, 0.99, 1e-8));
        using FiniteRecord record = new(CPU);
        Tensor[] gradients = [ones(7), ones(2000)];
        gradients[1][1500] = value;
        Look(record, optimiser.Layout, gradients, 5);
        optimiser.Step(optimiser.Layout.Flatten(gradients), record.Withheld);
        FiniteRecord.Found found = record.Read()!;
        Assert.Equal((5, "gradient of b", text), (found.Step.Iteration, found.Tensor, found.Value));
        Assert.All(optimiser.State, s => Assert.Equal(0, s.Tensor.abs().max().item<float>()));
        Assert.All(optimiser.Parameters, p => Assert.Equal(0, p.sub(1).abs().max().item<float>()));
    }

    /// <summary>The largest gradients that pass the look leave v finite, at any step.</summary>
    [Fact]
    public void What_passes_Adam_holds()
    {
        using AdamOptimiser optimiser = new([("a", new Parameter(ones(1)))], new AdamSettings(0.001, 0, 0.99, 1e-8));
        using FiniteRecord record = new(CPU);
        float largest = MathF.BitDecrement((float)Math.Sqrt(float.MaxValue));
        for (int i = 0; i < 2000; i++)
        {
            using IDisposable scope = NewDisposeScope();
            Look(record, optimiser.Layout, [full([1], largest)], i);
            optimiser.Step(optimiser.Layout.Flatten([full([1], largest)]), record.Withheld);
        }

        Assert.Null(record.Read());
        Assert.All(optimiser.State, s => Assert.True(float.IsFinite(s.Tensor.item<float>()), s.Name));
        Assert.True(float.IsFinite(optimiser.Parameters.Single().item<float>()));
    }

    /// <summary>Where nothing is due for a long time the host asks all the same.</summary>
    [Fact]
    public void The_host_asks_after_so_many_iterations_at_the_latest()
    {
        RunConfig config = Tiny with
        {
            Training = Tiny.Training with { Kimg = 1000 }, Snapshots = Tiny.Snapshots with { TickKimg = 1000 },
        };
        using TrainingState state = new(config, CPU);
        using TickStatistics statistics = new();
        using IImageDataset dataset = ImageDatasets.Open("cats:13", 16);
        RunFolder run = new(_folder.File("run"));
        Directory.CreateDirectory(run.Root);
        using RunRecorder recorder = new(
            state, run, statistics, dataset, new DiskNeed(state, run.Root, null), new FilterGuard(state), null,
            new SilentProgress());
        Look(state.Finite, state.OptimiserG.Layout, [.. state.OptimiserG.Parameters.Select(p => full_like(p, float.NaN))], 0);
        for (int i = 1; i < RunRecorder.MostIterationsUnread; i++)
        {
            state.Iteration++;
            recorder.AfterIteration();
        }

        state.Iteration++;
        Assert.Equal(0, Assert.Throws<TrainingStoppedException>(recorder.AfterIteration).Iteration);
    }

    private static void Look(FiniteRecord record, FlatLayout layout, Tensor[] gradients, long iteration) => record.Look(
        new("G", iteration, 0, 0, [Statistic.GeneratorLoss], layout), ones(1), layout.Flatten(gradients));

    /// <summary>An iteration, or its beginning, in which one phase may go wrong.</summary>
    private static void Iterate(TrainingState state, string plant, string phase = "D", string? until = null)
    {
        using IDisposable scope = NewDisposeScope();
        using TickStatistics statistics = new();
        TrainingPhases phases = new(state, statistics);
        Tensor real = CounterRandom.Normal(state.Iteration, CPU, Batch, 3, 16, 16);
        (string Name, Action<Tensor> Take)[] steps =
        [
            ("G", _ => phases.GeneratorStep()), ("D", x => phases.DiscriminatorStep(x)),
            .. state.Iteration % R1Interval == 0 ? new (string, Action<Tensor>)[] { ("R1", x => phases.R1Step(x)) } : [],
        ];
        foreach ((string name, Action<Tensor> take) in steps)
        {
            if (name == until)
            {
                return;
            }

            using IDisposable planted = new Plant(state, name == phase ? plant : "");
            take(name == phase && plant == "images" ? real * float.NaN : real);
        }

        phases.AverageWeights();
        phases.AdaptAugmentation();
        state.Iteration++;
    }

    private byte[] Saved(TrainingState state)
    {
        Checkpoint.Save(_folder.File("state"), state);
        return File.ReadAllBytes(_folder.File("state"));
    }

    /// <summary>Weights of D that make something not finite, for a while.</summary>
    private sealed class Plant : IDisposable
    {
        private readonly (Parameter Parameter, Tensor Before)[] _changed;

        internal Plant(TrainingState state, string plant)
        {
            _changed = plant switch
            {
                "weights" => Fill(("b4.out.weight", float.NaN)),

                // Its output is clamped, and so is finite; the gradient of its input is 0·∞.
                "infinite weight" => Fill(("b16.fromrgb.weight", float.PositiveInfinity)),

                // A logit of 0 whose gradient overflows.
                "large weights" => Fill(
                    ("b4.conv.bias", 256), ("b4.fc.weight", 0), ("b4.fc.bias", 0), ("b4.out.weight", 3e38f)),
                _ => [],
            };

            (Parameter, Tensor)[] Fill(params (string Name, float Value)[] changes) => [.. changes.Select(change =>
            {
                Parameter parameter = state.D.named_parameters().Single(p => p.name == change.Name).parameter;
                Tensor before = parameter.detach().clone();
                using IDisposable noGradient = no_grad();

                // Of one colour: ∞ of several would be ∞ − ∞.
                (float.IsInfinity(change.Value) ? parameter.narrow(1, 0, 1) : parameter).fill_(change.Value);
                return (parameter, before);
            })];
        }

        public void Dispose()
        {
            using IDisposable noGradient = no_grad();
            foreach ((Parameter parameter, Tensor before) in _changed)
            {
                parameter.copy_(before);
            }
        }
    }
}
