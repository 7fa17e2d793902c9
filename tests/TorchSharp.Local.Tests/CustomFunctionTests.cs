using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharpTests;

public class CustomFunctionTests
{
    // y = scale · x³, its backward written out so that it can be differentiated again.
    private sealed class Cube : SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            var scale = (double)vars[1];
            ctx.save_for_backward([x]);
            ctx.save_data("scale", scale);
            return x.pow(3) * scale;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            var scale = (double)ctx.get_data("scale")!;
            return [grad_output * x.square() * (3 * scale), null!];
        }
    }

    // (sum, product) of two tensors; the product's gradient may be absent.
    private sealed class SumAndProduct : MultiTensorFunction<SumAndProduct>
    {
        public override string Name => nameof(SumAndProduct);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([a, b]);
            return [a + b, a * b];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            return [grad_outputs[0] + grad_outputs[1] * saved[1], grad_outputs[0] + grad_outputs[1] * saved[0]];
        }
    }

    [Fact]
    public void The_backward_is_its_own()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);
        var y = Cube.apply(x, 2.0);
        Assert.Equal([2.0, 16.0], y.data<double>().ToArray());
        Assert.True(y.requires_grad);
        y.sum().backward();
        Assert.Equal([6.0, 24.0], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void It_can_be_differentiated_twice()
    {
        using var scope = NewDisposeScope();
        var x = tensor([3.0], requires_grad: true);
        var first = grad([Cube.apply(x, 1.0).sum()], [x], retain_graph: true, create_graph: true)[0];
        var second = grad([first.sum()], [x])[0];
        Assert.Equal(27.0, first.item<double>());
        Assert.Equal(18.0, second.item<double>());
    }

    [Fact]
    public void It_takes_and_gives_several_tensors()
    {
        using var scope = NewDisposeScope();
        var a = tensor([2.0], requires_grad: true);
        var b = tensor([5.0], requires_grad: true);
        var outputs = SumAndProduct.apply(a, b);
        Assert.Equal(7.0, outputs[0].item<double>());
        (outputs[0] * 10 + outputs[1]).sum().backward();
        Assert.Equal(15.0, a.grad!.item<double>());
        Assert.Equal(12.0, b.grad!.item<double>());
    }

    [Fact]
    public void An_output_that_is_not_used_counts_as_zero()
    {
        using var scope = NewDisposeScope();
        var a = tensor([2.0], requires_grad: true);
        var b = tensor([5.0]);
        SumAndProduct.apply(a, b)[1].sum().backward();
        Assert.Equal(5.0, a.grad!.item<double>());
        Assert.Null(b.grad);
    }

    [Fact]
    public void Nothing_is_recorded_for_what_needs_no_gradient()
    {
        using var scope = NewDisposeScope();
        Assert.False(Cube.apply(tensor([1.0]), 1.0).requires_grad);
        using (no_grad())
            Assert.False(Cube.apply(tensor([1.0], requires_grad: true), 1.0).requires_grad);
    }

    [Fact]
    public void An_exception_in_the_forward_arrives_as_it_is()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<InvalidCastException>(() => Cube.apply(tensor([1.0], requires_grad: true), 1));
        Assert.Equal(1.0, Cube.apply(tensor([1.0], requires_grad: true), 1.0).item<double>());
    }

    [Fact]
    public void It_works_inside_a_larger_graph_many_times()
    {
        using var scope = NewDisposeScope();
        var x = tensor([0.5], requires_grad: true);
        var y = x;
        for (var i = 0; i < 3; i++)
            y = Cube.apply(y * 1.5, 1.0);
        y.sum().backward();
        var numeric = (Chain(0.5 + 1e-6) - Chain(0.5 - 1e-6)) / 2e-6;
        Assert.Equal(1.0, x.grad!.item<double>() / numeric, 5);

        static double Chain(double x)
        {
            for (var i = 0; i < 3; i++)
                x = Math.Pow(x * 1.5, 3);
            return x;
        }
    }

    // Keeps an object that a test can wait to see collected.
    private sealed class Holding : SingleTensorFunction<Holding>
    {
        public override string Name => nameof(Holding);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("held", vars[1]);
            return (Tensor)vars[0] * 1;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => [grad_output, null!];
    }

    [Fact]
    public void What_a_forward_saves_goes_with_the_graph()
    {
        var held = Apply();
        for (var i = 0; i < 10 && held.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(held.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Apply()
        {
            using var scope = NewDisposeScope();
            var x = ones([2], requires_grad: true);
            var held = new object();
            Holding.apply(x, held).sum().backward();
            return new WeakReference(held);
        }
    }
}
