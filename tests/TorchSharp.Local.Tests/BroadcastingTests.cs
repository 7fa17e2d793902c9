using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class BroadcastingTests
{
    [Fact]
    public void Sizes_of_one_stretch()
    {
        using var scope = NewDisposeScope();
        var sum = tensor(new float[] { 1, 2, 3 }) + tensor(new float[,] { { 10 }, { 20 } });
        Assert.Equal([2L, 3L], sum.shape);
        Assert.Equal([11f, 12, 13, 21, 22, 23], sum.data<float>().ToArray());
    }

    [Fact]
    public void Numbers_stand_on_either_side()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2f, 4f]);
        Assert.Equal([3f, 5f], (1 + x).data<float>().ToArray());
        Assert.Equal([-1f, -3f], (1.0 - x).data<float>().ToArray());
        Assert.Equal([0.5f, 0.25f], (1 / x).data<float>().ToArray());
        Assert.Equal([1f, 2f], (x / 2).data<float>().ToArray());
        Assert.Equal([4f, 8f], (2f * x).data<float>().ToArray());
        Assert.Equal([-2f, -4f], (-x).data<float>().ToArray());
        Assert.Equal([1f, 1f], (x % 2 + 1).data<float>().ToArray());
        Assert.Equal([4f, 16f], x.pow(2).data<float>().ToArray());
    }

    [Fact]
    public void Comparisons_are_element_by_element()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1, 2, 3]);
        Assert.Equal([false, true, false], (x == 2).data<bool>().ToArray());
        Assert.Equal([true, false, true], (x != tensor([9, 2, 9])).data<bool>().ToArray());
        Assert.Equal([true, true, false], (x <= 2).data<bool>().ToArray());
        Assert.Equal([false, true, false], ((x > 1) & (x < 3)).data<bool>().ToArray());
        Assert.Equal([true, false, false], (~(x > 1)).data<bool>().ToArray());
        Assert.True(x.Equals(tensor([1, 2, 3])));
        Assert.False(x.Equals(tensor([1, 2, 4])));
        Assert.True(x.equal(x).all().item<bool>());
    }

    [Fact]
    public void Expanding_copies_nothing()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2f]);
        var wide = x.unsqueeze(1).expand(2, 3);
        x.fill_(5);
        Assert.Equal([2L, 3L], wide.shape);
        Assert.Equal([1L, 0L], wide.stride());
        Assert.Equal(30.0, wide.sum().ToDouble());
        Assert.Equal(wide.shape, x.unsqueeze(1).expand_as(wide).shape);
    }

    [Fact]
    public void Reductions_take_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = arange(24, dtype: float64).reshape(2, 3, 4);
        Assert.Equal(276.0, x.sum().item<double>());
        Assert.Equal([2L, 1L, 4L], x.sum(1, keepdim: true).shape);
        Assert.Equal([3L], x.sum([0, 2]).shape);
        Assert.Equal(11.5, x.mean().item<double>());
        Assert.Equal([4L], x.mean([0, 1]).shape);
        Assert.Equal([5.0, 17.0], x.mean([1, 2]).sub(0.5).data<double>().ToArray());
        Assert.Equal(50.0, x.var().item<double>(), 9);
        Assert.Equal(575 / 12.0, Math.Pow(x.std(unbiased: false).item<double>(), 2), 9);
        Assert.Equal(575 / 12.0, x.var([0L, 1, 2], unbiased: false).item<double>(), 9);
        Assert.Equal([4L], x.var([0L, 1]).shape);
        Assert.Equal(23.0, x.max().item<double>());
        var (values, indexes) = x.max(2);
        Assert.Equal(3.0, values[0, 0].item<double>());
        Assert.Equal(3L, indexes[0, 0].item<long>());
        Assert.Equal(Math.Sqrt(4324), x.norm().item<double>(), 9);
    }

    [Fact]
    public void Clamping_takes_one_bound_or_two()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-2f, 0.5f, 3f]);
        Assert.Equal([-1f, 0.5f, 1f], x.clamp(-1, 1).data<float>().ToArray());
        Assert.Equal([0f, 0.5f, 3f], x.clamp_min(0).data<float>().ToArray());
        Assert.Equal([-2f, 0.5f, 1f], x.clamp(max: 1).data<float>().ToArray());
        Assert.Equal([-2f, 0.5f, 1f], x.minimum(tensor(1f)).data<float>().ToArray());
        Assert.Equal([1f, 0.5f, 3f], where(x < 0, tensor(1f), x).data<float>().ToArray());
    }
}
