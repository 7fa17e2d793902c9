using Sg3x.Augmentation;
using Sg3x.Configuration;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>What moves the probability of augmentation.</summary>
public sealed class AugmentationControllerTests : IDisposable
{
    private static readonly AugmentationConfig Ada = new() { Mode = AugmentationConfig.Adaptive };

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.2, 0.7, 0.3)]
    [InlineData(0.2, 0.6, 0.2)]
    [InlineData(0.2, 0.5, 0.1)]
    [InlineData(0.05, -1.0, 0.0)]
    [InlineData(1.0, 1.0, 1.1)]
    public void It_moves_by_a_step_towards_the_target_never_below_0_and_beyond_1(double p, double overfitting, double expected)
    {
        Tensor next = AugmentationController.Next(Number(p), Number(overfitting), 0.6, 0.1);
        Assert.Equal(expected, next.item<double>(), 15);
    }

    [Fact]
    public void A_batch_of_32_takes_the_published_step()
    {
        Assert.Equal(32 * 4 / 500_000.0, AugmentationController.Step(32, 4, 500));
        using AugmentationController controller = new(Ada, 32, CPU);
        int iterations = 0;
        for (; controller.Probability.item<double>() < 1; iterations++)
        {
            controller.Observe(ones(2, 1));
            controller.EndIteration(iterations);
        }

        // From 0 to 1 in 500 kimg, to a step.
        Assert.Equal(500_000, iterations * 32.0, 4 * 32.0);
    }

    [Fact]
    public void All_signs_since_the_last_move_count_alike()
    {
        using AugmentationController controller = new(Ada with { P = 0.5, Kimg = 0.1 }, 2, CPU);
        controller.Observe(tensor(new[] { 3f, -0.1f, 7f, 2f }));
        controller.EndIteration(1);
        Assert.Equal((2, 4), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));
        controller.Observe(tensor(new[] { 0.5f, 0f }));
        Assert.Equal((3, 6), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));

        // r_t = 0.5 lies under the target.
        controller.EndIteration(3);
        Assert.Equal(0.5 - 0.08, controller.Probability.item<double>(), 15);
        Assert.Equal((0, 0), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));
    }

    [Fact]
    public void It_moves_when_an_interval_of_iterations_is_done()
    {
        using AugmentationController controller = new(Ada with { P = 0, Interval = 3 }, 2, CPU);
        double step = AugmentationController.Step(2, 3, 500);
        List<double> path = [];
        for (int i = 0; i < 7; i++)
        {
            controller.Observe(ones(2, 1));
            controller.EndIteration(i);
            path.Add(controller.Probability.item<double>());
        }

        Assert.Equal([0, 0, step, step, step, 2 * step, 2 * step], path);
        Assert.Equal(2, controller.SignCount.item<double>());
    }

    [Theory]
    [InlineData("fixed", 0.3)]
    [InlineData("none", 0.3)]
    public void In_other_modes_it_stays(string mode, double p)
    {
        using AugmentationController controller = new(Ada with { Mode = mode, P = p }, 2, CPU);
        for (int i = 0; i < 9; i++)
        {
            controller.Observe(ones(2, 1));
            controller.EndIteration(i);
        }

        Assert.Equal(p, controller.Probability.item<double>());
        Assert.Equal(0, controller.SignCount.item<double>());
    }

    [Fact]
    public void Nothing_moves_while_it_is_withheld()
    {
        using AugmentationController controller = new(Ada with { P = 0.5, Interval = 1 }, 2, CPU);
        double step = AugmentationController.Step(2, 1, 500);
        controller.Observe(ones(2, 1), tensor(false));
        controller.Observe(full([3, 1], double.NaN), tensor(true));
        Assert.Equal((2, 2), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));
        controller.EndIteration(0, tensor(true));
        Assert.Equal(0.5, controller.Probability.item<double>());
        Assert.Equal((2, 2), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));
        controller.EndIteration(0, tensor(false));
        Assert.Equal(0.5 + step, controller.Probability.item<double>());
        Assert.Equal((0, 0), (controller.SignSum.item<double>(), controller.SignCount.item<double>()));
    }

    [Fact]
    public void A_fixed_p_is_that_of_the_configuration_whatever_was_restored()
    {
        using AugmentationController stays = new(Ada with { Mode = "fixed", P = 0.3 }, 2, CPU);
        using AugmentationController adapts = new(Ada with { P = 0.3 }, 2, CPU);
        foreach (AugmentationController controller in (AugmentationController[])[stays, adapts])
        {
            controller.Probability.fill_(0.7);
            controller.Restored();
        }

        Assert.Equal((0.3, 0.7), (stays.Probability.item<double>(), adapts.Probability.item<double>()));
    }

    private static Tensor Number(double value) => tensor(value, dtype: ScalarType.Float64);
}
