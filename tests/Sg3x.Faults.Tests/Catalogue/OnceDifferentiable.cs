using Sg3x.Ops;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>A filtered leaky ReLU whose first derivative is right and whose second is a share of it.</summary>
internal sealed class OnceDifferentiable : autograd.SingleTensorFunction<OnceDifferentiable>
{
    /// <param name="Up">Upsampling filter.</param>
    /// <param name="Down">Downsampling filter.</param>
    /// <param name="Shape">The constants.</param>
    /// <param name="Share">How much of the second derivative there is.</param>
    public sealed record Call(Tensor? Up, Tensor? Down, FilteredLeakyReluShape Shape, double Share);

    public override string Name => nameof(OnceDifferentiable);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x, Tensor bias, Call call) = ((Tensor)vars[0], (Tensor)vars[1], (Call)vars[2]);
        ctx.save_for_backward([x, bias]);
        ctx.save_data("call", call);
        return FilteredLeakyRelu.Composed.Forward(x, bias, call.Up, call.Down, call.Shape);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (Call)ctx.get_data("call")!;
        List<Tensor> saved = ctx.get_saved_variables();
        using IDisposable recorded = enable_grad();
        Tensor x = saved[0].detach().requires_grad_(true), bias = saved[1].detach().requires_grad_(true);
        Tensor y = FilteredLeakyRelu.Composed.Forward(x, bias, call.Up, call.Down, call.Shape);
        IList<Tensor> gradients = autograd.grad([(y * grad_output).sum()], [x, bias], retain_graph: true, create_graph: true);
        return [.. gradients.Select(g => g * call.Share + (g * (1 - call.Share)).detach()), null!];
    }
}
