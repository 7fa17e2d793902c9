using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class AdamTests
{
    private static readonly double[] Gradients = [0.5, -1.0, 2.0, 0.25];

    [Theory]
    [InlineData(0.9, 0.999, 1e-8, 0.0)]
    [InlineData(0.0, 0.99, 1e-8, 0.0)]
    [InlineData(0.5, 0.9, 1e-3, 0.1)]
    public void Steps_are_those_of_the_paper(double beta1, double beta2, double eps, double decay)
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(tensor([1.0]));
        var optimizer = optim.Adam([parameter], lr: 0.1, beta1, beta2, eps, decay);
        var (x, m, v) = (1.0, 0.0, 0.0);
        for (var t = 1; t <= Gradients.Length; t++)
        {
            parameter.grad = tensor([Gradients[t - 1]]);
            optimizer.step();
            var g = Gradients[t - 1] + decay * x;
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            x -= 0.1 * (m / (1 - Math.Pow(beta1, t))) / (Math.Sqrt(v / (1 - Math.Pow(beta2, t))) + eps);
            Assert.Equal(x, parameter.item<double>(), 12);
        }
    }

    [Fact]
    public void Groups_have_options_of_their_own_that_can_change()
    {
        using var scope = NewDisposeScope();
        var a = nn.Parameter(tensor([1.0]));
        var b = nn.Parameter(tensor([1.0]));
        var optimizer = optim.Adam([new Adam.ParamGroup([a], lr: 0.1), new Adam.ParamGroup([b], lr: 0.5, beta1: 0)]);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(g => g.LearningRate));
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate *= 2;
        a.grad = tensor([1.0]);
        b.grad = tensor([1.0]);
        optimizer.step();
        Assert.Equal(0.8, a.item<double>(), 6);
        Assert.Equal(0.0, b.item<double>(), 6);
        Assert.Equal((0, 0.999), ((Adam.ParamGroup)optimizer.ParamGroups.Last()).Betas);
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays()
    {
        using var scope = NewDisposeScope();
        var a = nn.Parameter(tensor([1.0]));
        var b = nn.Parameter(tensor([1.0]));
        var optimizer = optim.Adam([a, b], lr: 0.1);
        a.grad = tensor([1.0]);
        optimizer.step();
        Assert.Equal(1.0, b.item<double>());
        optimizer.zero_grad();
        Assert.Equal(0.0, a.grad!.item<double>());
    }

    [Fact]
    public void The_state_can_be_carried_over()
    {
        using var scope = NewDisposeScope();
        var a = nn.Parameter(tensor([1.0]));
        var b = nn.Parameter(tensor([1.0]));
        var first = optim.Adam([a], lr: 0.1);
        a.grad = tensor([0.3]);
        first.step();
        using (no_grad())
            b.copy_(a);

        var second = optim.Adam([b], lr: 0.7);
        second.load_state_dict(first.state_dict());
        var state = (Adam.State)second.state_dict().State[0];
        Assert.Equal(1, state.step);
        Assert.Equal(0.03, state.exp_avg.item<double>(), 12);
        a.grad = tensor([-2.0]);
        b.grad = tensor([-2.0]);
        first.step();
        second.step();
        Assert.Equal(a.item<double>(), b.item<double>());
    }

    [Fact]
    public void A_step_leaves_no_tensors()
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(randn(3));
        var optimizer = optim.Adam([parameter], lr: 0.1);
        parameter.grad = ones(3);
        optimizer.step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        optimizer.step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using var parameter = nn.Parameter(zeros(1));
        Assert.Throws<ArgumentException>(() => optim.Adam([parameter], lr: -1));
        Assert.Throws<ArgumentException>(() => optim.Adam([parameter], beta1: 1));
    }
}
