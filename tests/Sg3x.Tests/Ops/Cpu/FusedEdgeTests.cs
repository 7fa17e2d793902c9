using Sg3x.Ops;
using Sg3x.Ops.Cpu;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>The fused filtered leaky ReLU at its edges: one value, none, and gradients that never come.</summary>
public sealed class FusedEdgeTests
{
    private static readonly FilteredLeakyReluShape s_shape = new(2, 2, new ImagePadding(1, 2, 2, 1), Math.Sqrt(2), 0.2, 2.5);

    [Fact]
    public void It_is_named_after_its_width()
    {
        Assert.Equal("fused (scalar)", new FusedFilteredLeakyRelu(SimdWidth.Scalar).Name);
        Assert.Equal("fused (256 bits)", new FusedFilteredLeakyRelu(SimdWidth.Bits256).Name);
        Assert.Equal("fused (512 bits)", new FusedFilteredLeakyRelu(SimdWidth.Bits512).Name);
    }

    /// <summary>One image of one channel of one pixel: no dimension gives room for another value to stand in for it.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void A_single_value_is_filtered(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var shape = new FilteredLeakyReluShape(1, 1, default, Math.Sqrt(2), 0.2, null);
        Tensor x = tensor([-1.5]).reshape(1, 1, 1, 1).to(dtype).requires_grad_(), bias = tensor([0.5]).to(dtype).requires_grad_();
        var y = FilteredLeakyRelu.Fused.Forward(x, bias, null, null, shape);
        var gradients = autograd.grad([y.sum()], [x, bias]);
        CustomBackward.ThrowIfFailed();
        Assert.Equal(-0.2 * Math.Sqrt(2), TensorAssert.Values(y).Single(), 1e-7);
        Assert.Equal(0.2 * Math.Sqrt(2), TensorAssert.Values(gradients[0]).Single(), 1e-7);
        Assert.Equal(0.2 * Math.Sqrt(2), TensorAssert.Values(gradients[1]).Single(), 1e-7);
    }

    [Fact]
    public void A_batch_of_none_has_a_result_of_its_shape()
    {
        using var scope = NewDisposeScope();
        Tensor taps = ones(4) / 4, bias = zeros(3);
        Assert.Equal(
            FilteredLeakyRelu.Composed.Forward(zeros(1, 3, 5, 6), bias, taps, taps, s_shape).shape[1..],
            FilteredLeakyRelu.Fused.Forward(zeros(0, 3, 5, 6), bias, taps, taps, s_shape).shape[1..]);
    }

    /// <summary>Where a later function has no gradient to give, the first and the second derivative have none either, without fault.</summary>
    [Fact]
    public void An_undefined_gradient_stays_undefined()
    {
        using var scope = NewDisposeScope();
        Tensor taps = ones(4) / 4;
        Tensor x = ones([1, 2, 4, 5], dtype: ScalarType.Float64).requires_grad_(), bias = zeros(2, dtype: ScalarType.Float64).requires_grad_();
        var y = FilteredLeakyRelu.Fused.Forward(x, bias, taps, taps, s_shape);
        var first = autograd.grad([Silent.apply(y).sum() + (2 * x).sum() + (3 * bias).sum()], [x, bias], retain_graph: true);
        CustomBackward.ThrowIfFailed();
        Assert.All(TensorAssert.Values(first[0]), value => Assert.Equal(2, value));
        Assert.All(TensorAssert.Values(first[1]), value => Assert.Equal(3, value));

        var dx = autograd.grad([y.square().sum()], [x], retain_graph: true, create_graph: true)[0];
        var second = autograd.grad([Silent.apply(dx).sum() + (4 * x).sum()], [x])[0];
        CustomBackward.ThrowIfFailed();
        Assert.All(TensorAssert.Values(second), value => Assert.Equal(4, value));
    }

    [Fact]
    public void What_stands_in_for_a_gradient_has_its_shape()
    {
        using var scope = NewDisposeScope();
        var plan = PlanCache.Find(6, 5, FilterTaps.Identity, FilterTaps.Identity, s_shape);
        var call = new FusedCall(plan, SimdWidth.Scalar, 2, 3);
        Tensor x = zeros([2, 3, 5, 6], dtype: ScalarType.Float64), y = call.Forward(x, zeros([3], dtype: ScalarType.Float64), null);
        Assert.Equal(x.shape, call.ZeroInput(x).shape);
        Assert.Equal(y.shape, call.ZeroOutput(x).shape);
        Assert.Equal(ScalarType.Float64, call.ZeroOutput(x).dtype);
        Assert.Equal(0, call.ZeroInput(x).abs().sum().item<double>());
        Assert.Throws<ArgumentException>(() => call.Derivative(zeros([2, 3, 6, 5], dtype: ScalarType.Float64), call.NewMask(CPU)));
    }

    // Passes its argument through and gives no gradient.
    private sealed class Silent : autograd.SingleTensorFunction<Silent>
    {
        public override string Name => nameof(Silent);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]) * 1;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [null!];
    }
}
