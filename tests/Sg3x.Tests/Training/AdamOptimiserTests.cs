using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class AdamOptimiserTests
{
    [Theory]
    [InlineData(16, 16.0 / 17)]
    [InlineData(1, 0.5)]
    [InlineData(4, 0.8)]
    public void Lazy_regularisation_scales_the_rate_and_takes_powers_of_the_decays(int interval, double c)
    {
        AdamSettings lazy = new AdamSettings(0.002, 0.5, 0.99, 1e-8).ForLazyRegularisation(interval);
        Assert.Equal(0.002 * c, lazy.LearningRate, 15);
        Assert.Equal(Math.Pow(0.5, c), lazy.Beta1, 15);
        Assert.Equal(Math.Pow(0.99, c), lazy.Beta2, 15);
        Assert.Equal(1e-8, lazy.Epsilon);
        Assert.Equal(0, new AdamSettings(0.002, 0, 0.99, 1e-8).ForLazyRegularisation(interval).Beta1);
    }

    [Theory]
    [InlineData(0, 0.99)]
    [InlineData(0.9, 0.999)]
    public void Steps_follow_the_formula(double beta1, double beta2)
    {
        using IDisposable scope = NewDisposeScope();
        const double Eta = 0.01, Epsilon = 1e-8;
        double[] start = [1, -2, 3e-3];
        Parameter parameter = new(tensor(start));
        using AdamOptimiser adam = new([("p", parameter)], new AdamSettings(Eta, beta1, beta2, Epsilon));
        double[] theta = [.. start];
        double[] m = new double[3];
        double[] v = new double[3];
        Random random = new(1);
        for (int t = 1; t <= 20; t++)
        {
            double[] g = [.. theta.Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 4)))];
            adam.Step([tensor(g)]);
            for (int i = 0; i < 3; i++)
            {
                m[i] = (beta1 * m[i]) + ((1 - beta1) * g[i]);
                v[i] = (beta2 * v[i]) + ((1 - beta2) * g[i] * g[i]);
                double mHat = m[i] / (1 - Math.Pow(beta1, t));
                double vHat = v[i] / (1 - Math.Pow(beta2, t));
                theta[i] -= Eta * mHat / (Math.Sqrt(vHat) + Epsilon);
            }
        }

        Assert.Equal(20, adam.Steps);
        Assert.Equal(theta, parameter.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>On a CPU an element's bits do not depend on what lies beside it.</summary>
    [Theory]
    [InlineData(0, 0.99)]
    [InlineData(0.9, 0.999)]
    public void All_parameters_at_once_have_the_bits_of_each_by_itself(double beta1, double beta2)
    {
        using IDisposable scope = NewDisposeScope();
        long[][] shapes = [[1], [7], [3, 5, 3, 3], [], [1024], [33, 47], [8]];
        AdamSettings settings = new(0.002, beta1, beta2, 1e-8);
        Parameter[] parameters = [.. shapes.Select((shape, i) => new Parameter(CounterRandom.Normal(i, CPU, shape)))];
        using AdamOptimiser adam = new(parameters.Select((p, i) => ($"p{i}", p)), settings);
        Tensor[] theta = [.. parameters.Select(p => p.detach().clone())];
        Tensor[] m = [.. theta.Select(t => zeros_like(t))], v = [.. theta.Select(t => zeros_like(t))];
        for (int step = 1; step <= 5; step++)
        {
            Tensor[] gradients = [.. shapes.Select((shape, i) => CounterRandom.Normal((100 * step) + i, CPU, shape))];
            adam.Step(gradients);
            for (int i = 0; i < theta.Length; i++)
            {
                m[i].mul_(beta1).add_(gradients[i], 1 - beta1);
                v[i].mul_(beta2).addcmul_(gradients[i], gradients[i], 1 - beta2);
                Tensor root = v[i].sqrt().mul_(1 / Math.Sqrt(1 - Math.Pow(beta2, step))).add_(1e-8);
                theta[i].addcdiv_(m[i], root, -0.002 / (1 - Math.Pow(beta1, step)));
            }
        }

        Assert.Equal(theta.Select(Bits), parameters.Select(Bits));
        Assert.Equal([.. m.Select(Bits), .. v.Select(Bits)], adam.State.Select(s => Bits(s.Tensor)));
    }

    [Fact]
    public void A_step_that_is_withheld_changes_no_bit()
    {
        using IDisposable scope = NewDisposeScope();
        Parameter a = new(tensor([0f, -0f, 1, -2])), b = new(CounterRandom.Normal(1, CPU, 1500));
        using AdamOptimiser adam = new([("a", a), ("b", b)], new AdamSettings(0.01, 0.9, 0.99, 1e-8));
        adam.Step([tensor([0f, 0, -3, 4]), CounterRandom.Normal(2, CPU, 1500)]);
        using (no_grad())
        {
            adam.State.First().Tensor.copy_(tensor([-0f, 1, -1, float.Epsilon]));
            a.copy_(tensor([0f, -0f, -0f, -0f]));
        }

        int[][] before = All();
        Tensor gradient = adam.Layout.Flatten([tensor([1, float.NaN, float.PositiveInfinity, -1]), ones(1500)]);
        adam.Step(gradient, tensor(true));
        Assert.Equal(before, All());
        Assert.Equal(2, adam.Steps);

        int[][] All() => [Bits(a), Bits(b), .. adam.State.Select(s => Bits(s.Tensor))];
    }

    [Fact]
    public void Parameters_of_several_kinds_are_refused()
    {
        Parameter a = new(ones(2)), b = new(ones(2, ScalarType.Float64));
        AdamSettings settings = new(0.01, 0, 0.99, 1e-8);
        ArgumentException error = Assert.Throws<ArgumentException>(() => new AdamOptimiser([("a", a), ("b", b)], settings));
        Assert.StartsWith("b: expected Float32 on cpu, as a is, found Float64 on cpu.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new AdamOptimiser([], settings));
    }

    [Fact]
    public void The_state_has_names_and_continues_where_it_was()
    {
        using IDisposable scope = NewDisposeScope();
        AdamSettings settings = new(0.01, 0.3, 0.9, 1e-8);
        Parameter a = new(ones(4));
        Parameter b = new(ones(4));
        using AdamOptimiser first = new([("net.a", a)], settings);
        first.Step([arange(4, dtype: ScalarType.Float32)]);
        Assert.Equal(["exp_avg.net.a", "exp_avg_sq.net.a"], first.State.Select(s => s.Name));

        using AdamOptimiser second = new([("net.a", b)], settings) { Steps = first.Steps };
        using (no_grad())
        {
            b.copy_(a);
        }

        foreach (((_, Tensor from), (_, Tensor to)) in first.State.Zip(second.State))
        {
            to.copy_(from);
        }

        first.Step([ones(4)]);
        second.Step([ones(4)]);
        Assert.Equal(a.data<float>().ToArray(), b.data<float>().ToArray());
    }

    private static int[] Bits(Tensor tensor) =>
        [.. tensor.detach().data<float>().ToArray().Select(BitConverter.SingleToInt32Bits)];
}
