using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// A part of a network of which only the arguments are kept for the backward pass: what lies between them and the result is computed a
/// second time there, by the same operations and so to the same bits. Memory for time.
/// </summary>
public static class Rematerialisation
{
    /// <summary>Applies the part.</summary>
    /// <param name="part">
    /// From the arguments to the result, the same one whenever it is called: of all that changes it may read parameters alone.
    /// </param>
    /// <param name="arguments">Its arguments, floating.</param>
    /// <param name="parameters">The parameters that the part reads.</param>
    /// <returns>The result. Can be differentiated twice; the second time nothing is saved.</returns>
    public static Tensor Apply(Func<Tensor[], Tensor> part, Tensor[] arguments, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(parameters);
        bool recorded = is_grad_enabled() && arguments.Concat(parameters).Any(t => t.requires_grad);
        return recorded
            ? RecomputedFunction.apply([.. arguments, .. parameters, new Recomputed(part, arguments.Length, parameters)])
            : part(arguments);
    }
}

/// <summary>What is computed again.</summary>
internal sealed record Recomputed(Func<Tensor[], Tensor> Part, int Arguments, IReadOnlyList<Tensor> Parameters);

/// <summary>The custom function: saves its arguments, and passes gradients to those and the parameters.</summary>
internal sealed class RecomputedFunction : autograd.SingleTensorFunction<RecomputedFunction>
{
    private const string Key = "recomputed";

    public override string Name => nameof(RecomputedFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var recomputed = (Recomputed)vars[^1];
        Tensor[] arguments = [.. vars.Take(recomputed.Arguments).Cast<Tensor>()];
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. arguments]);
        ctx.save_data(Key, recomputed);
        return recomputed.Part(arguments);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var recomputed = (Recomputed)ctx.get_data(Key)!;
        return CustomBackward.Run(
            grad_output, recomputed.Arguments + recomputed.Parameters.Count + 1,
            dy =>
            {
                // To be differentiated again the gradients must hang on the arguments themselves.
                bool again = is_grad_enabled();
                using IDisposable recording = enable_grad();
                Tensor[] arguments =
                    [.. ctx.get_saved_variables().Select(t => again ? t : t.detach().requires_grad_(t.requires_grad))];
                Tensor[] all = [.. arguments, .. recomputed.Parameters];
                var gradients = new Queue<Tensor>(
                    autograd.grad([recomputed.Part(arguments)], [.. all.Where(t => t.requires_grad)], [dy], again, again));
                return [.. all.Select(t => t.requires_grad ? gradients.Dequeue() : null), null];
            },
            _ => [.. ctx.get_saved_variables().Concat(recomputed.Parameters).Select(t => zeros_like(t)), null]);
    }
}
