using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// A filtered leaky ReLU on tensors of one shape, [N, C, H, W], that leaves nothing between the filters in memory but which branch of
/// the nonlinearity each sample took.
/// </summary>
internal interface IFusedCall
{
    long Channels { get; }

    /// <summary>Memory for the branches.</summary>
    Tensor NewMask(Device device);

    /// <summary>Zeros in the shape of the input.</summary>
    Tensor ZeroInput(Tensor like);

    /// <summary>Zeros in the shape of the result.</summary>
    Tensor ZeroOutput(Tensor like);

    /// <summary>The operation itself; fills the mask if there is one.</summary>
    Tensor Forward(Tensor x, Tensor bias, Tensor? mask);

    /// <summary>The derivative at the mask, of an input's change.</summary>
    Tensor Derivative(Tensor g, Tensor mask);

    /// <summary>Its transpose, and the gradient of the bias, [C].</summary>
    (Tensor Input, Tensor Bias) Adjoint(Tensor dy, Tensor mask);
}

/// <summary>The custom function: bias, filter, leaky ReLU, clamp, filter.</summary>
internal sealed class FusedFunction : autograd.SingleTensorFunction<FusedFunction>
{
    public override string Name => nameof(FusedFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, bias, call) = ((Tensor)vars[0], (Tensor)vars[1], (IFusedCall)vars[2]);
        ctx.set_materialize_grads(false);
        var mask = call.NewMask(x.device);
        ctx.save_for_backward([mask]);
        ctx.save_data("call", call);
        return call.Forward(x, bias, mask);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (IFusedCall)ctx.get_data("call")!;
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
        var (g, mask, call, transposed) = ((Tensor)vars[0], (Tensor)vars[1], (IFusedCall)vars[2], (bool)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([mask]);
        ctx.save_data("call", call);
        ctx.save_data("transposed", transposed);
        return transposed ? call.Adjoint(g, mask).Input : call.Derivative(g, mask);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (call, transposed) = ((IFusedCall)ctx.get_data("call")!, (bool)ctx.get_data("transposed")!);
        return CustomBackward.Run(
            grad_output, 4,
            d => [apply(d, ctx.get_saved_variables()[0], call, !transposed), null, null, null],
            d => [transposed ? call.ZeroOutput(d) : call.ZeroInput(d), null, null, null]);
    }
}
