using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// The filtered leaky ReLU in one pass over each plane: no zeros are multiplied and nothing between the filters is ever in memory,
/// only two bits of each such sample for the backward pass, which is one pass likewise. Any factors, padding and filters;
/// float32, float64, and bfloat16 computed in float32.
/// </summary>
/// <param name="width">How many bits of samples are worked on at once.</param>
public sealed class FusedFilteredLeakyRelu(SimdWidth width) : IFilteredLeakyRelu
{
    /// <inheritdoc/>
    public string Name => width == SimdWidth.Scalar ? "fused (scalar)" : $"fused ({(int)width} bits)";

    /// <summary>There is a fused pass for tensors like this one.</summary>
    /// <param name="x">The input.</param>
    public static bool Supports(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        FilteredLeakyRelu.CheckArguments(x, bias, upFilter, downFilter, shape);
        if (!Supports(x))
            throw new ArgumentException($"x: expected float32, float64 or bfloat16 on the CPU, found {x.dtype} on {x.device}.", nameof(x));
        using var scope = NewDisposeScope();
        var plan = PlanCache.Find((int)x.shape[3], (int)x.shape[2], PlanCache.Read(upFilter), PlanCache.Read(downFilter), shape);
        var call = new FusedCall(plan, width, x.shape[0], x.shape[1]);
        var recorded = is_grad_enabled() && (x.requires_grad || bias.requires_grad);
        return (recorded ? FusedFunction.apply(x, bias, call) : call.Forward(x, bias, null)).MoveToOuterDisposeScope();
    }
}

/// <summary>The custom function: bias, filter, leaky ReLU, clamp, filter.</summary>
internal sealed class FusedFunction : autograd.SingleTensorFunction<FusedFunction>
{
    public override string Name => nameof(FusedFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, bias, call) = ((Tensor)vars[0], (Tensor)vars[1], (FusedCall)vars[2]);
        ctx.set_materialize_grads(false);
        var mask = call.NewMask(x.device);
        ctx.save_for_backward([mask]);
        ctx.save_data("call", call);
        return call.Forward(x, bias, mask);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (FusedCall)ctx.get_data("call")!;
        return CustomBackward.Run(
            grad_output, 3,
            dy =>
            {
                var mask = ctx.get_saved_variables()[0];
                if (!is_grad_enabled())
                {
                    var (dx, db) = call.Adjoint(dy, mask);
                    return [dx, db, null];
                }
                // To be differentiated again: the derivative is linear in the gradient and, almost everywhere, constant in x.
                var gradient = FusedDerivative.apply(dy, mask, call, true);
                return [gradient, gradient.sum([0, 2, 3]), null];
            },
            dy => [call.ZeroInput(dy), zeros([call.Channels], dtype: dy.dtype, device: dy.device), null]);
    }
}

/// <summary>
/// The derivative of the filtered leaky ReLU at remembered branches, a linear map, or its transpose. Each is the other's derivative,
/// so that any order can be had.
/// </summary>
internal sealed class FusedDerivative : autograd.SingleTensorFunction<FusedDerivative>
{
    public override string Name => nameof(FusedDerivative);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (g, mask, call, transposed) = ((Tensor)vars[0], (Tensor)vars[1], (FusedCall)vars[2], (bool)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([mask]);
        ctx.save_data("call", call);
        ctx.save_data("transposed", transposed);
        return transposed ? call.Adjoint(g, mask).Input : call.Derivative(g, mask);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (call, transposed) = ((FusedCall)ctx.get_data("call")!, (bool)ctx.get_data("transposed")!);
        return CustomBackward.Run(
            grad_output, 4,
            d => [apply(d, ctx.get_saved_variables()[0], call, !transposed), null, null, null],
            d => [transposed ? call.ZeroOutput(d) : call.ZeroInput(d), null, null, null]);
    }
}
