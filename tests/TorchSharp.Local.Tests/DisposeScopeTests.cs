using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class DisposeScopeTests
{
    [Fact]
    public void A_scope_takes_its_tensors_with_it()
    {
        Tensor inside;
        Tensor outer;
        Tensor free;
        using (var scope = NewDisposeScope())
        {
            inside = zeros(2);
            using (var inner = NewDisposeScope())
            {
                outer = ones(2).MoveToOuterDisposeScope();
                free = (ones(2) + 1).DetachFromDisposeScope();
                Assert.Equal(1, inner.DisposablesCount);
            }
            Assert.False(outer.IsInvalid);
            Assert.True(scope.Contains(outer));
            Assert.False(scope.Contains(free));
        }
        Assert.True(inside.IsInvalid);
        Assert.True(outer.IsInvalid);
        Assert.False(free.IsInvalid);
        Assert.Equal(4f, free.sum().item<float>());
        free.Dispose();
        Assert.Throws<InvalidOperationException>(() => free.sum());
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 10; i++)
        {
            using var scope = NewDisposeScope();
            var x = randn([4, 4], requires_grad: true);
            var y = (x.matmul(x.t()) + 1).relu()[1..3, TensorIndex.Ellipsis].chunk(2)[0].sum();
            autograd.grad([y], [x], retain_graph: true);
            y.backward();
            _ = x.grad;
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Everything_but_what_is_kept()
    {
        using var outer = NewDisposeScope();
        var scope = NewDisposeScope();
        var a = zeros(1);
        var b = zeros(1);
        scope.DisposeEverythingBut(b);
        Assert.True(a.IsInvalid);
        Assert.False(b.IsInvalid);
        scope.MoveToOuter(b);
        scope.Dispose();
        Assert.False(b.IsInvalid);
    }

    [Fact]
    public void A_tensor_can_join_a_scope()
    {
        var x = zeros(1);
        Assert.Null(CurrentDisposeScope);
        using (var scope = NewDisposeScope())
        {
            scope.Attach(x);
            Assert.Same(scope, CurrentDisposeScope);
        }
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void Scopes_belong_to_a_thread()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = zeros(1));
        thread.Start();
        thread.Join();
        Assert.False(scope.Contains(other!));
        other!.Dispose();
    }

    [Fact]
    public void A_parameter_takes_its_datas_place()
    {
        using var scope = NewDisposeScope();
        var data = zeros(2);
        var parameter = nn.Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad);
        Assert.True(scope.Contains(parameter));
        Assert.False(scope.Contains(data));
    }

    [Fact]
    public void What_nobody_holds_is_collected()
    {
        var before = Tensor.TotalCount;
        Abandon(1000);
        for (var i = 0; i < 20 && Tensor.TotalCount > before + 100; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.InRange(Tensor.TotalCount, 0, before + 100);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Abandon(int count)
        {
            for (var i = 0; i < count; i++)
                _ = zeros(16) + 1;
        }
    }
}
