using Sg3x.Networks;
using Sg3x.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class LossesTests
{
    [Fact]
    public void Losses_are_the_logistic_ones()
    {
        using IDisposable scope = NewDisposeScope();
        double[] logits = [-3, 0, 0.5, 30];
        Tensor x = tensor(logits).reshape(4, 1);
        static double Softplus(double v) => Math.Log(1 + Math.Exp(v));
        Assert.Equal(logits.Average(v => Softplus(-v)), Losses.Generator(x).item<double>(), 9);
        Assert.Equal(logits.Average(Softplus), Losses.DiscriminatorOnFake(x).item<double>(), 9);
        Assert.Equal(logits.Average(v => Softplus(-v)), Losses.DiscriminatorOnReal(x).item<double>(), 9);
    }

    [Fact]
    public void R1_of_a_quadratic_is_known()
    {
        // D(x) = Σ x²/2 has the gradient x.
        using IDisposable scope = NewDisposeScope();
        Tensor x = randn(3, 3, 4, 4, dtype: ScalarType.Float64).requires_grad_(true);
        double expected = x.detach().square().sum().item<double>() / 3;
        Assert.Equal(expected, Losses.R1(x.square().sum(1, 2, 3).reshape(3, 1) / 2, x).item<double>(), 10);
    }

    [Fact]
    public void R1s_gradient_agrees_with_central_differences()
    {
        using IDisposable scope = NewDisposeScope();
        DiscriminatorConfig config = new() { Resolution = 8, ChannelBase = 32, ChannelMax = 6, MinibatchStdGroup = 2 };
        using Discriminator d = new(config, seed: 3);
        d.to(ScalarType.Float64);
        Tensor images = CounterRandom.Normal(4, CPU, 4, 3, 8, 8).to_type(ScalarType.Float64);
        (string Name, Parameter Parameter)[] parameters = [.. d.named_parameters()];

        // The last bias shifts every logit alike and has no gradient; with weight 0 it takes part.
        Tensor Penalty()
        {
            Tensor x = images.detach().requires_grad_(true);
            Tensor logits = d.forward(x);
            return Losses.R1(logits, x) + (logits.mean() * 0);
        }

        IList<Tensor> gradients = autograd.grad([Penalty()], [.. parameters.Select(p => p.Parameter)]);
        Random random = new(5);
        const double Step = 1e-5;
        foreach (((string name, Parameter parameter), Tensor gradient) in parameters.Zip(gradients))
        {
            double largest = gradient.abs().max().item<double>();
            for (int i = 0; i < 5; i++)
            {
                long at = random.NextInt64(parameter.numel());
                double measured = (ValueAt(parameter, at, Step) - ValueAt(parameter, at, -Step)) / (2 * Step);
                double analytic = gradient.reshape(-1)[at].item<double>();

                // Central differences err by O(h²) of the third derivative and by roundoff / h.
                Assert.True(
                    Math.Abs(measured - analytic) <= (1e-6 * Math.Max(largest, Math.Abs(analytic))) + 1e-8,
                    $"{name}[{at}]: {analytic} by autograd, {measured} by differences");
            }
        }

        double ValueAt(Parameter parameter, long at, double step)
        {
            Shift(parameter, at, step);
            double value = Penalty().item<double>();
            Shift(parameter, at, -step);
            return value;
        }
    }

    private static void Shift(Parameter parameter, long at, double step)
    {
        using IDisposable noGradient = no_grad();
        parameter.view(-1).narrow(0, at, 1).add_(step);
    }
}
