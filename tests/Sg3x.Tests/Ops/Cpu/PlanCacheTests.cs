using Sg3x.Ops;
using Sg3x.Ops.Cpu;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops.Cpu;

public sealed class PlanCacheTests
{
    private static readonly FilteredLeakyReluShape s_shape = new(2, 1, new ImagePadding(3, 3, 3, 3), 1, 0.2, null);

    [Fact]
    public void A_layer_finds_its_plan_again_and_no_others()
    {
        FilterTaps up = new([1, 2, 3, 4], 1, 4, true), down = new([1, 2, 3, 4, 5, 6], 2, 3, false);
        var plan = PlanCache.Find(6, 5, up, down, s_shape);
        Assert.Same(plan, PlanCache.Find(6, 5, up with { Values = [1, 2, 3, 4] }, down, s_shape));
        Assert.Equal((6, 5), (plan.Horizontal.Input, plan.Vertical.Input));
        Assert.NotSame(plan, PlanCache.Find(5, 6, up, down, s_shape));
        Assert.NotSame(plan, PlanCache.Find(6, 5, up, down, s_shape with { Slope = 0.1 }));
        Assert.NotSame(plan, PlanCache.Find(6, 5, up with { Values = [1, 2, 3, 5] }, down, s_shape));
        Assert.NotSame(plan, PlanCache.Find(6, 5, up, down with { Height = 3, Width = 2 }, s_shape));
        Assert.NotSame(plan, PlanCache.Find(6, 5, up, FilterTaps.Identity, s_shape));
    }

    [Theory]
    [InlineData(2, 3, false, 2, 3, true)]
    [InlineData(2, 3, false, 3, 3, false)]
    [InlineData(2, 3, false, 2, 2, false)]
    public void Filters_of_other_shapes_are_others(int height, int width, bool separable, int height2, int width2, bool separable2)
    {
        double[] values = [1, 2, 3, 4, 5, 6];
        var filter = new FilterTaps(values, height, width, separable);
        Assert.True(filter.SameAs(filter with { Values = [.. values] }));
        Assert.False(filter.SameAs(new FilterTaps(values, height2, width2, separable2)));
        Assert.False(new FilterTaps(values, height2, width2, separable2).SameAs(filter));
    }

    /// <summary>Plans that nobody asks for any more go, so that a long run through many shapes does not grow.</summary>
    [Fact]
    public void Old_plans_go()
    {
        var first = PlanCache.Find(7, 7, FilterTaps.Identity, FilterTaps.Identity, s_shape);
        for (var i = 0; i < 300; i++)
            PlanCache.Find(8 + i, 7, FilterTaps.Identity, FilterTaps.Identity, s_shape);
        Assert.NotSame(first, PlanCache.Find(7, 7, FilterTaps.Identity, FilterTaps.Identity, s_shape));
        var last = PlanCache.Find(307, 7, FilterTaps.Identity, FilterTaps.Identity, s_shape);
        Assert.Same(last, PlanCache.Find(307, 7, FilterTaps.Identity, FilterTaps.Identity, s_shape));
    }

    [Fact]
    public void Filters_are_read_as_they_are_applied()
    {
        using var scope = NewDisposeScope();
        Assert.Same(FilterTaps.Identity, PlanCache.Read(null));
        Assert.True(PlanCache.Read(ones(1)).SameAs(FilterTaps.Identity));
        var row = PlanCache.Read(tensor([1f, 2, 4]));
        Assert.Equal((1, 3, 3, true), (row.Height, row.Width, row.VerticalCount, row.Separable));
        Assert.Equal([1, 2, 4], row.Values);
        Assert.Equal([4, 2, 1], row.Flipped.Values);
        var rectangle = PlanCache.Read(tensor([1.0, 2, 3, 4, 5, 6]).reshape(2, 3));
        Assert.Equal((2, 3, 2, false), (rectangle.Height, rectangle.Width, rectangle.VerticalCount, rectangle.Separable));
        Assert.Equal([1, 2, 3, 4, 5, 6], rectangle.Values);
    }
}
