using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharpTests.Local;

/// <summary>libtorch's errors come as exceptions with its message, and the process goes on.</summary>
public class ErrorTests
{
    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]) * 2;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            throw new InvalidOperationException("no way back");
    }

    private sealed class Miscounting : autograd.SingleTensorFunction<Miscounting>
    {
        public override string Name => nameof(Miscounting);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]) * 2;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [];
    }

    private static void StillWorks()
    {
        using var x = ones(3);
        using var sum = x.sum();
        Assert.Equal(3f, sum.item<float>());
    }

    [Fact]
    public void Shapes_that_do_not_match()
    {
        using var scope = NewDisposeScope();
        var e = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ExternalException>(() => ones(2, 3) + ones(4));
        Assert.Contains("must match the size of tensor b (4)", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ExternalException>(() => ones(6).view(4, 2));
        Assert.Contains("is invalid for input of size 6", e.Message, StringComparison.Ordinal);
        StillWorks();
    }

    [Fact]
    public void An_index_out_of_range()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ExternalException>(() => ones(3)[3]);
        Assert.Throws<ExternalException>(() => ones(3).select(1, 0));
        Assert.Throws<ExternalException>(() => ones(3).index_select(0, tensor([7L])));
        StillWorks();
    }

    [Fact]
    public void Types_that_do_not_go_together()
    {
        using var scope = NewDisposeScope();
        var e = Assert.Throws<ExternalException>(() => ones([2, 2], float32).matmul(ones([2, 2], float64)));
        Assert.Contains("dtype", e.Message.Replace("scalar type", "dtype", StringComparison.Ordinal), StringComparison.Ordinal);
        StillWorks();
    }

    [Fact]
    public void More_memory_than_there_is()
    {
        using var scope = NewDisposeScope();
        var e = Assert.Throws<ExternalException>(() => empty([1L << 50]));
        Assert.Contains("memory", e.Message, StringComparison.OrdinalIgnoreCase);
        StillWorks();
    }

    [Fact]
    public void A_file_that_is_none_of_its_kind()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "not a tensor");
            var e = Assert.Throws<ExternalException>(() => load(path));
            Assert.NotEmpty(e.Message);
            Assert.Throws<ExternalException>(() => load(path + ".missing"));
        }
        finally
        {
            File.Delete(path);
        }
        StillWorks();
    }

    [Fact]
    public void An_exception_inside_a_custom_backward()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);
        var e = Assert.Throws<ExternalException>(() => autograd.grad([Failing.apply(x).sum()], [x]));
        Assert.Contains("no way back", e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(e.InnerException);
        Assert.Throws<ExternalException>(() => Failing.apply(x * 2).sum().backward());
        e = Assert.Throws<ExternalException>(() => Miscounting.apply(x).sum().backward());
        Assert.Contains("incorrect number of gradients", e.Message, StringComparison.Ordinal);
        StillWorks();
    }

    [Fact]
    public void A_gradient_that_cannot_be_had()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);
        var y = ones([2], requires_grad: true);
        Assert.Contains("unused", Fails(() => autograd.grad([x.sum()], [y])), StringComparison.Ordinal);
        Assert.Contains("does not require grad", Fails(() => ones(1).backward()), StringComparison.Ordinal);
        Assert.Contains("scalar", Fails(() => (x * 2).backward()), StringComparison.Ordinal);
        var twice = x.square().sum();
        twice.backward();
        Assert.Contains("second time", Fails(() => twice.backward()), StringComparison.Ordinal);
        StillWorks();

        static string Fails(Action action) => Assert.Throws<ExternalException>(action).Message;
    }

    [Fact]
    public void Create_graph_alone_does_not_keep_the_graph()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);
        var y = x.exp().square().sum();
        autograd.grad([y], [x], create_graph: true);
        Assert.Throws<ExternalException>(() => autograd.grad([y], [x]));
    }

    [Fact]
    public void A_change_in_place_of_what_the_backward_needs()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);
        var y = x.exp();
        y.add_(1);
        var e = Assert.Throws<ExternalException>(() => y.sum().backward());
        Assert.Contains("modified by an inplace operation", e.Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => x.add_(1));
        StillWorks();
    }

    [Fact]
    public void An_error_comes_while_other_threads_work()
    {
        Parallel.For(0, 200, i =>
        {
            using var scope = NewDisposeScope();
            if (i % 2 == 0)
                Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, i + 4)));
            else
                Assert.Equal(i * 4f, (ones(4) * i).sum().item<float>());
        });
    }

    [Fact]
    public void A_tensor_survives_a_file()
    {
        using var scope = NewDisposeScope();
        var path = Path.GetTempFileName();
        try
        {
            var x = randn(3, 4);
            save(x, path);
            Assert.True(load(path).Equals(x));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
