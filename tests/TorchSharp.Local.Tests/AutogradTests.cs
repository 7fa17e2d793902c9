using static TorchSharp.torch;

namespace TorchSharpTests;

public class AutogradTests
{
    [Fact]
    public void Backward_sums_into_the_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);
        Assert.True(x.is_leaf);
        Assert.Null(x.grad);
        (x * x).sum().backward();
        Assert.Equal([2.0, 4.0], x.grad!.data<double>().ToArray());
        (x * 3).sum().backward();
        Assert.Equal([5.0, 7.0], x.grad!.data<double>().ToArray());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Gradients_are_given_without_being_stored()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);
        var y = tensor([3.0, 5.0], requires_grad: true);
        var grads = autograd.grad([(x * y).sum()], [x, y]);
        Assert.Equal([3.0, 5.0], grads[0].data<double>().ToArray());
        Assert.Equal([1.0, 2.0], grads[1].data<double>().ToArray());
        Assert.Null(x.grad);
        Assert.False(grads[0].requires_grad);
    }

    [Fact]
    public void Outputs_can_be_weighted()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);
        var grads = autograd.grad([x * x], [x], [tensor([10.0, 1.0])]);
        Assert.Equal([20.0, 4.0], grads[0].data<double>().ToArray());
    }

    [Fact]
    public void The_second_derivative_is_the_gradient_of_the_gradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2.0], requires_grad: true);
        var first = autograd.grad([x.pow(4).sum()], [x], retain_graph: true, create_graph: true)[0];
        var second = autograd.grad([first.sum()], [x], retain_graph: true, create_graph: true)[0];
        var third = autograd.grad([second.sum()], [x])[0];
        Assert.Equal(32.0, first.item<double>(), 9);
        Assert.Equal(48.0, second.item<double>(), 9);
        Assert.Equal(48.0, third.item<double>(), 9);
    }

    [Fact]
    public void A_gradient_penalty_reaches_the_weights()
    {
        // f = tanh(w x): ∂f/∂x = w (1 − tanh²); the penalty (∂f/∂x)² differentiated by w, against a difference quotient.
        using var scope = NewDisposeScope();
        double Penalty(double w)
        {
            var t = Math.Tanh(w * 0.7);
            return Math.Pow(w * (1 - t * t), 2);
        }

        var x = tensor(0.7, requires_grad: true);
        var weight = tensor(1.3, requires_grad: true);
        var slope = autograd.grad([(weight * x).tanh()], [x], retain_graph: true, create_graph: true)[0];
        slope.square().backward();
        Assert.Equal((Penalty(1.3 + 1e-6) - Penalty(1.3 - 1e-6)) / 2e-6, weight.grad!.item<double>(), 6);
    }

    [Fact]
    public void Second_order_goes_through_a_convolution()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn([2, 3, 5, 5], float64, requires_grad: true);
        var w = randn([4, 3, 3, 3], float64, requires_grad: true);
        Tensor Penalty(Tensor weight)
        {
            var y = nn.functional.leaky_relu(nn.functional.conv2d(x, weight, padding: [1, 1]), 0.2).square().sum();
            return autograd.grad([y], [x], retain_graph: true, create_graph: true)[0].square().sum();
        }

        var grad = autograd.grad([Penalty(w)], [w])[0];
        var step = zeros_like(w);
        step[1, 2, 0, 1] = tensor(1e-5);
        var quotient = (Penalty(w + step).item<double>() - Penalty(w - step).item<double>()) / 2e-5;
        Assert.Equal(1.0, grad[1, 2, 0, 1].item<double>() / quotient, 5);
    }

    [Fact]
    public void An_unused_input_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        var y = tensor(3.0, requires_grad: true);
        var grads = autograd.grad([x * x], [x, y], allow_unused: true);
        Assert.Equal(4.0, grads[0].item<double>());
        Assert.True(grads[1] is null || grads[1].IsInvalid);
    }

    [Fact]
    public void Nothing_is_recorded_where_that_is_switched_off()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
                Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True((x * 2).requires_grad);
        using (inference_mode())
            Assert.False((x * 2).requires_grad);
        Assert.False((x * 2).detach().requires_grad);
    }

    [Fact]
    public void Modes_belong_to_a_thread()
    {
        using (no_grad())
        {
            var elsewhere = false;
            var thread = new Thread(() => elsewhere = is_grad_enabled());
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }
    }
}
