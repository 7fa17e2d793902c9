using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// The filtered leaky ReLU as one kernel on a GPU: reads the input (its tiles overlap by the filters' reach) and writes the result, with
/// two bits of each sample between the filters for the backward pass. Factors of 1, 2 and 4, any padding and filters, float32, bfloat16 and float16 with
/// arithmetic in float32.
/// </summary>
public sealed class CudaFilteredLeakyRelu : IFilteredLeakyRelu
{
    /// <summary>Name of the implementation.</summary>
    internal const string KernelName = "fused (CUDA)";

    private readonly IKernelLauncher _launcher;

    internal CudaFilteredLeakyRelu(IKernelLauncher launcher) => _launcher = launcher;

    /// <inheritdoc/>
    public string Name => KernelName;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The kernel does not compute these factors or this dtype.</exception>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        FilteredLeakyRelu.CheckArguments(x, bias, upFilter, downFilter, shape);
        using var scope = NewDisposeScope();
        CudaFusedCall call = CudaFusedCall.Create(_launcher, x, upFilter, downFilter, shape)
            ?? throw new NotSupportedException($"no kernel for {x.dtype}, {shape}.");
        var recorded = is_grad_enabled() && (x.requires_grad || bias.requires_grad);
        return (recorded ? FusedFunction.apply(x, bias, call) : call.Forward(x, bias, null)).MoveToOuterDisposeScope();
    }

    /// <summary>The kernel computes this, and is compiled for it.</summary>
    /// <exception cref="NotSupportedException">It cannot be compiled or loaded.</exception>
    internal bool Supports(Tensor x, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        CudaFusedCall? call = CudaFusedCall.Create(_launcher, x, upFilter, downFilter, shape);
        call?.Prepare(Math.Max(0, x.device_index));
        return call is not null;
    }
}
