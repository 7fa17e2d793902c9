using static TorchSharp.torch;

namespace TorchSharpTests;

public class IndexingTests
{
    private static readonly long[] Ten = [.. Enumerable.Range(0, 10).Select(i => (long)i)];

    [Fact]
    public void Positions_take_dimensions_away()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).reshape(2, 3, 4);
        Assert.Equal([3L, 4L], x[1].shape);
        Assert.Equal([4L], x[1, 2].shape);
        Assert.Equal(23L, x[1, 2, 3].item<long>());
        Assert.Equal(23L, x[-1, -1, -1].item<long>());
    }

    [Fact]
    public void Slices_are_views()
    {
        using var scope = NewDisposeScope();
        var x = arange(10);
        Assert.Equal([2L, 3, 4], x[2..5].data<long>().ToArray());
        Assert.Equal([8L, 9], x[^2..].data<long>().ToArray());
        Assert.Equal([0L, 1], x[..^8].data<long>().ToArray());
        Assert.Equal([1L, 4, 7], x[TensorIndex.Slice(1, 9, 3)].data<long>().ToArray());
        Assert.Equal(Ten, x[TensorIndex.Colon].data<long>().ToArray());
        x[2..5].fill_(0);
        Assert.Equal(36L, x.sum().item<long>());
    }

    [Fact]
    public void Ellipsis_and_new_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).reshape(2, 3, 4);
        Assert.Equal([2L, 3L], x[TensorIndex.Ellipsis, 1].shape);
        Assert.Equal([2L, 2L], x[TensorIndex.Ellipsis, 1..3, 0].shape);
        Assert.Equal([2L, 1L, 3L, 4L], x[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([2L, 3L, 4L, 1L], x[TensorIndex.Ellipsis, TensorIndex.Null].shape);
        Assert.Equal([1L, 2L, 4L], x[TensorIndex.None, TensorIndex.Colon, 0].shape);
        Assert.Equal([2L, 4L], x[.., 1].shape);
    }

    [Fact]
    public void Tensors_pick_and_masks_choose()
    {
        using var scope = NewDisposeScope();
        var x = arange(12).reshape(3, 4);
        Assert.Equal([2L, 4L], x[tensor([0L, 2L])].shape);
        Assert.Equal([0L, 11], x[tensor([0L, 2L]), tensor([0L, 3L])].data<long>().ToArray());
        Assert.Equal([1L, 5, 9], x[TensorIndex.Colon, TensorIndex.Tensor(tensor([1L]))].flatten().data<long>().ToArray());
        Assert.Equal([9L, 10, 11], x[x > 8].data<long>().ToArray());
        Assert.Equal([4L], x[TensorIndex.Tensor(tensor(1L))].shape);
        Assert.Equal([1L, 9], x.index_select(0, tensor([0L, 2L])).select(1, 1).data<long>().ToArray());
        Assert.Equal([3L, 4L], x.gather(1, tensor(new long[,] { { 3 }, { 0 } })).flatten().data<long>().ToArray());
        var sums = zeros(2, 3);
        Assert.Same(sums, sums.scatter_add_(1, tensor(new long[,] { { 2, 2 }, { 0, 1 } }), tensor(new float[,] { { 1, 2 }, { 3, 4 } })));
        Assert.Equal([0f, 0, 3, 3, 4, 0], sums.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Places_can_be_assigned()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, 4);
        x[0] = ones(4);
        x[1, 2] = tensor(5f);
        x[TensorIndex.Colon, TensorIndex.Slice(3)] = full([3, 1], 2f);
        x[x == 0] = tensor(-1f);
        Assert.Equal([1f, 1, 1, 2, -1, -1, 5, 2, -1, -1, -1, 2], x.data<float>().ToArray());
        x.index_put_(tensor([7f, 8f]), tensor([0L, 1L]), tensor([0L, 0L]));
        Assert.Equal([7f, 8f], x[..2, 0].data<float>().ToArray());
    }

    [Fact]
    public void A_mask_fills_in_place_whatever_was_there()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, float.NaN, -2]);
        Assert.Same(x, x.masked_fill_(tensor([false, true, false]), 5));
        Assert.Equal([1f, 5, -2], x.data<float>().ToArray());
        Assert.Same(x, x.sqrt_());
        Assert.Equal([1f, MathF.Sqrt(5), float.NaN], x.data<float>().ToArray());
        Assert.Equal([1f, MathF.Sqrt(5), float.NaN], x.masked_fill_(tensor(false), -0.0).data<float>().ToArray());
        Assert.All(x.masked_fill_(tensor(true), -0.0).data<float>().ToArray(), v => Assert.True(v == 0 && float.IsNegative(v)));
    }

    [Fact]
    public void Splitting_and_joining_undo_each_other()
    {
        using var scope = NewDisposeScope();
        var x = arange(10);
        Assert.Equal([4L, 4L, 2L], x.split(4).Select(p => p.shape[0]));
        Assert.Equal([3L, 7L], x.split([3L, 7L], 0).Select(p => p.shape[0]));
        Assert.Equal(Ten, cat(x.chunk(3)).data<long>().ToArray());
        Assert.Equal(Ten, stack(x.unbind()).data<long>().ToArray());
        Assert.Equal([2L, 10L], stack([x, x]).shape);
    }

    [Fact]
    public void Shapes_turn_without_copies()
    {
        using var scope = NewDisposeScope();
        var x = arange(6).reshape(2, 3);
        Assert.Equal([0L, 3, 1, 4, 2, 5], x.transpose(0, 1).contiguous().view(6).data<long>().ToArray());
        Assert.Equal([3L, 1L, 2L], x.unsqueeze(0).permute(2, 0, 1).shape);
        Assert.Equal([2L, 3L], x.unsqueeze(0).squeeze(0).shape);
        Assert.Equal([2L, 1L], x.flip(0, 1).select(0, 1)[..2].data<long>().ToArray());
        Assert.Equal([2L, 0, 1], x.roll(1, 1)[0].data<long>().ToArray());
        Assert.Equal([4L, 3L], x.repeat(2, 1).shape);
        Assert.False(x.t().is_contiguous());
        Assert.Equal([6L], x.flatten().shape);
        Assert.Equal([2L, 3L, 1L], x.unflatten(1, 3, 1).shape);
    }
}
