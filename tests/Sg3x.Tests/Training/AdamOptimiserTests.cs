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
}
