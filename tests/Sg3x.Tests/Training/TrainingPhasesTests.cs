using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Schedule;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class TrainingPhasesTests : IDisposable
{
    private const int Batch = 4;

    private static readonly RunConfig Tiny = new RunConfig
    {
        Generator = new GeneratorConfig
        {
            Resolution = 16, ZDim = 8, WDim = 8, ChannelBase = 32, ChannelMax = 4, Layers = 4, CriticalLayers = 1, Margin = 2,
        },
        Discriminator = new DiscriminatorConfig { Resolution = 16, ChannelBase = 64, ChannelMax = 4 },
        Training = new TrainingConfig { Batch = Batch, R1Interval = 5, R1Gamma = 3, MagnitudeHalfLifeKimg = 0.01 },
    }.Validate();

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_penaltys_step_is_on_the_interval_times_half_gamma()
    {
        using TrainingState state = new(Tiny, CPU);
        Tensor real = CounterRandom.Normal(1, CPU, Batch, 3, 16, 16);
        Tensor x = real.detach().requires_grad_(true);
        Tensor logits = state.D.forward(x);
        Tensor penalty = Losses.R1(logits, x);
        IList<Tensor> gradients = autograd.grad([penalty + (logits.mean() * 0)], [.. state.OptimiserD.Parameters]);
        TickStatistics statistics = new();

        new TrainingPhases(state, statistics).R1Step(real);

        // After the first step v = (1 − β₂)·g², with β₂ = 0.99^(5/6).
        double scale = 5 * 3 / 2.0 * Math.Sqrt(1 - Math.Pow(0.99, 5 / 6.0));
        IEnumerable<Tensor> roots = state.OptimiserD.State
            .Where(s => s.Name.StartsWith("exp_avg_sq", StringComparison.Ordinal)).Select(s => s.Tensor.sqrt());
        Assert.True(gradients.Max(g => g.abs().max().item<float>()) > 1e-4);
        foreach ((Tensor gradient, Tensor root) in gradients.Zip(roots))
        {
            double largest = gradient.abs().max().item<float>() * scale;

            // A factor that is no power of two rounds anew on the way back: 5·4·2⁻²⁴·√400 terms, as for the gradients of
            // reference files. Squares of what is below 1e−19 are lost.
            float error = (root - (gradient.abs() * scale)).abs().max().item<float>();
            Assert.True(error <= (2.4e-5 * largest) + 1e-19, $"{error} of {largest}");
        }

        Assert.Equal(penalty.item<float>(), statistics.Mean(Statistic.R1Penalty)!.Value, 1e-5 * penalty.item<float>());
    }

    [Theory]
    [InlineData("G", 4)]
    [InlineData("D", 4)]
    [InlineData("D", 2)]
    [InlineData("R1", 4)]
    public void A_step_moves_its_own_network_and_only_that_of_D_the_averages(string step, int batchDevice)
    {
        using TrainingState state = new(Tiny with { Training = Tiny.Training with { BatchDevice = batchDevice } }, CPU);
        TrainingPhases phases = new(state, new TickStatistics());
        Tensor real = CounterRandom.Normal(1, CPU, Batch, 3, 16, 16);
        (float[] g, float[] d, float[] averages) = (Parameters(state.G), Parameters(state.D), Averages(state.G));

        switch (step)
        {
            case "G":
                phases.GeneratorStep();
                break;
            case "D":
                phases.DiscriminatorStep(real);
                break;
            default:
                phases.R1Step(real);
                break;
        }

        Assert.Equal(step != "G", g.SequenceEqual(Parameters(state.G)));
        Assert.Equal(step == "G", d.SequenceEqual(Parameters(state.D)));
        Assert.Equal(step != "D", averages.SequenceEqual(Averages(state.G)));
        Assert.Equal((step == "G" ? 1 : 0, step == "G" ? 0 : 1), (state.OptimiserG.Steps, state.OptimiserD.Steps));
    }

    [Fact]
    public void The_averages_move_once_an_iteration_by_the_batchs_share()
    {
        using TrainingState state = new(Tiny with { Training = Tiny.Training with { BatchDevice = 1 } }, CPU);
        Tensor z = CounterRandom.Normal(CounterRandom.Seed(0, RandomPurpose.DiscriminatorLatents), CPU, Batch, 8);
        using (no_grad())
        {
            Tensor expected = 0.002 * state.G.Map(z.narrow(0, 0, 1))[0, 0];
            Tensor input = state.G.Synthesis.Input.forward(state.G.Map(z.narrow(0, 0, 1)).select(1, 0));
            double beta = Math.Pow(0.5, Batch / 10.0);
            double magnitude = beta + ((1 - beta) * input.square().mean().item<float>());

            using (enable_grad())
            {
                new TrainingPhases(state, new TickStatistics()).DiscriminatorStep(zeros(Batch, 3, 16, 16));
            }

            Dictionary<string, Tensor> buffers = state.G.named_buffers().ToDictionary(b => b.name, b => b.buffer);
            float error = (expected - buffers["mapping.w_avg"]).abs().max().item<float>();
            Assert.True(error <= 1e-6 * expected.abs().max().item<float>());
            string first = $"synthesis.{state.G.Schedule.Layers[0].Name}.magnitude_ema";
            Assert.Equal(magnitude, buffers[first].item<float>(), 1e-6 * magnitude);
        }
    }

    [Fact]
    public void Every_real_logit_counts_for_the_augmentation_and_each_phase_draws_its_own()
    {
        AugmentationConfig ada = new() { Mode = AugmentationConfig.Adaptive, P = 0.7 };
        using TrainingState state = new(Tiny with { Augmentation = ada }, CPU);
        TrainingPhases phases = new(state, new TickStatistics());
        Tensor real = CounterRandom.Normal(1, CPU, Batch, 3, 16, 16);
        phases.GeneratorStep();
        Assert.Equal(0, state.Augmentation.Controller.SignCount.item<double>());
        phases.DiscriminatorStep(real);
        Assert.Equal(Batch, state.Augmentation.Controller.SignCount.item<double>());
        phases.R1Step(real);
        Assert.Equal(2 * Batch, state.Augmentation.Controller.SignCount.item<double>());
        phases.AdaptAugmentation();
        Assert.Equal(0.7, state.Augmentation.Probability);
        state.Iteration = ada.Interval - 1;
        phases.AdaptAugmentation();
        Assert.NotEqual(0.7, state.Augmentation.Probability);

        RandomPurpose[] purposes =
        [
            RandomPurpose.GeneratorAugmentation, RandomPurpose.FakeAugmentation, RandomPurpose.RealAugmentation,
            RandomPurpose.PenaltyAugmentation,
        ];
        float[] Sums(long iteration) =>
            [.. purposes.Select(purpose => state.Augmentation.Apply(real, purpose, iteration, 0).square().sum().item<float>())];
        float[] all = [.. Sums(0), .. Sums(1)];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(Sums(0), all[..4]);
    }

    [Fact]
    public void What_nobody_augments_is_left_as_it_is()
    {
        using TrainingState state = new(Tiny, CPU);
        Tensor real = CounterRandom.Normal(1, CPU, Batch, 3, 16, 16);
        Assert.Same(real, state.Augmentation.Apply(real, RandomPurpose.RealAugmentation, 0, 0));
        Assert.Null(state.Augmentation.Probability);
    }

    [Fact]
    public void A_backward_pass_that_failed_stops_the_step()
    {
        using TrainingState state = new(Tiny, CPU);
        CustomBackward.Run(ones(1), 1, _ => throw new InvalidOperationException("planted"), g => [zeros_like(g)]);

        TrainingPhases phases = new(state, new TickStatistics());
        Exception thrown = Assert.Throws<InvalidOperationException>(phases.GeneratorStep);

        Assert.Equal("planted", thrown.Message);
        Assert.Equal(0, state.OptimiserG.Steps);
    }

    private static float[] Parameters(nn.Module module) =>
        [.. module.named_parameters().SelectMany(p => p.parameter.data<float>().ToArray())];

    private static float[] Averages(nn.Module module) =>
        [.. module.named_buffers()
            .Where(b => b.name.EndsWith("_ema", StringComparison.Ordinal) || b.name.EndsWith("w_avg", StringComparison.Ordinal))
            .SelectMany(b => b.buffer.data<float>().ToArray())];
}
