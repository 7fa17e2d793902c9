using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Gpu.Tests;

/// <summary>Networks and iterations on the device.</summary>
public sealed class NetworkTests
{
    private const int Batch = 2;

    // Of a float32 network: roundoff through ten layers. bfloat16's 2⁻⁹ likewise.
    private const double Float32 = 5e-5, BFloat16 = 0.1;

    private static readonly RunConfig s_config = Presets.Get("demo") with
    {
        Training = Presets.Get("demo").Training with { Batch = Batch },
        Augmentation = new AugmentationConfig { Mode = AugmentationConfig.Fixed, P = 0.5 },
    };

    [Fact]
    public void Images_are_those_of_a_CPU_in_float64()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Networks.Generator exact = new(s_config.Generator, 1), tested = new(s_config.Generator, 1, TestDevice.Current);
        exact.to(ScalarType.Float64);
        Tensor z = CounterRandom.Normal(3, CPU, Batch, s_config.Generator.ZDim);
        Tensor expected = exact.forward(z.to(ScalarType.Float64)), images = tested.forward(z.to(TestDevice.Current));
        TestDevice.Near(expected, images, Float32, "float32");
        tested.Synthesis.ComputeType = ScalarType.BFloat16;
        double rounded = TestDevice.Error(expected, tested.forward(z.to(TestDevice.Current)));
        Assert.InRange(rounded, Float32, BFloat16);
    }

    [Fact]
    public void Verdicts_and_their_second_derivatives_are_those_of_a_CPU_in_float64()
    {
        using DisposeScope scope = NewDisposeScope();
        using Discriminator exact = new(s_config.Discriminator, 2), tested = new(s_config.Discriminator, 2, TestDevice.Current);
        exact.to(ScalarType.Float64);
        Tensor x = CounterRandom.Normal(4, CPU, Batch, 3, s_config.Discriminator.Resolution, s_config.Discriminator.Resolution);
        (Tensor expected, Tensor expectedGradient) = Penalty(exact, x.to(ScalarType.Float64));
        (Tensor logits, Tensor gradient) = Penalty(tested, x.to(TestDevice.Current));
        TestDevice.Near(expected, logits, Float32, "logits");

        // A sample at the kink of a leaky ReLU may be on its other side.
        TestDevice.Near(expectedGradient, gradient, 1e-2, "R1's gradient");
    }

    /// <summary>Whole iterations, R1 and augmentation among them: losses and gradients are finite, every step is made, and nothing
    /// is left behind.</summary>
    [Theory]
    [InlineData("float32", false)]
    [InlineData("float32", true)]
    [InlineData("bfloat16", false)]
    public void Iterations_are_finite_and_leave_nothing_behind(string precision, bool rematerialise)
    {
        using DisposeScope scope = NewDisposeScope();
        RunConfig config = s_config with
        {
            Training = s_config.Training with
            {
                Precision = precision, Rematerialise = rematerialise, R1Interval = 2, BatchDevice = 1,
            },
        };
        using var state = new TrainingState(config, TestDevice.Current);
        using var statistics = new TickStatistics();
        var phases = new TrainingPhases(state, statistics);
        Tensor[] before = [.. Weights().Select(w => w.Tensor.clone())];
        int resolution = config.Generator.Resolution;
        Tensor bytes = randint(0, 256, [Batch, 3, resolution, resolution], dtype: ScalarType.Byte);
        var counts = new List<long>();
        for (; state.Iteration < 6; state.Iteration++)
        {
            using (NewDisposeScope())
            {
                Tensor real = phases.ToDevice(bytes);
                phases.GeneratorStep();
                phases.DiscriminatorStep(real);
                if (state.Iteration % config.Training.R1Interval == 0)
                    phases.R1Step(real);
                phases.AverageWeights();
                phases.AdaptAugmentation();
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            counts.Add(Tensor.TotalCount);
        }
        Assert.Equal(counts[1], counts[5]);
        state.DemandFinite();
        Assert.Equal((6, 6 + 3), (state.OptimiserG.Steps, state.OptimiserD.Steps));
        Assert.All(Weights().Zip(before), w =>
        {
            Assert.True(w.First.Tensor.isfinite().all().item<bool>(), w.First.Name);
            Assert.NotEqual(0, w.First.Tensor.sub(w.Second).abs().max().item<float>());
        });

        (string Name, Tensor Tensor)[] Weights() =>
        [
            .. Of("G", state.G), .. Of("D", state.D), .. Of("average", state.Average),
            .. state.G.named_buffers()
                .Where(b => b.name.EndsWith("_ema", StringComparison.Ordinal) || b.name.EndsWith("w_avg", StringComparison.Ordinal))
                .Select(b => ($"G.{b.name}", b.buffer)),
        ];

        static IEnumerable<(string, Tensor)> Of(string network, nn.Module module) =>
            module.named_parameters().Select(p => ($"{network}.{p.name}", (Tensor)p.parameter.detach()));
    }

    private static (Tensor Logits, Tensor Gradient) Penalty(Discriminator network, Tensor x)
    {
        x = x.clone().requires_grad_();
        Tensor logits = network.forward(x);
        Tensor penalty = Losses.R1(logits, x);
        return (logits.detach(), autograd.grad([penalty], [network.named_parameters().First().parameter])[0]);
    }
}
