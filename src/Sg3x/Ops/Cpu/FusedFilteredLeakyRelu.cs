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
