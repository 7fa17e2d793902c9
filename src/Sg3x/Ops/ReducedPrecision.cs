using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Operations on tensors stored in 16 bits whose sums are not: the operands are rounded, products are summed in float32, the result is
/// rounded once. A GPU's own operations do that. A CPU's library sums bfloat16 in bfloat16, where 512 ones make 256, so here the
/// operands are widened first and the result is rounded afterwards.
/// </summary>
public static class ReducedPrecision
{
    /// <summary>Applies an operation that sums, in a dtype that can hold the sums.</summary>
    /// <param name="x">Its input, any floating dtype.</param>
    /// <param name="operation">Takes x, or x in float32, and gives a result of that dtype. Of several steps only the last is rounded on
    /// a CPU, and each on other devices.</param>
    /// <returns>The result in the dtype of <paramref name="x"/>.</returns>
    public static Tensor Sum(Tensor x, Func<Tensor, Tensor> operation)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(operation);
        if (x.device_type != DeviceType.CPU || x.dtype is not (ScalarType.BFloat16 or ScalarType.Float16))
            return operation(x);
        using DisposeScope scope = NewDisposeScope();
        return operation(x.to(ScalarType.Float32)).to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Cross-correlation: y[n, o] = b[o] + Σ_i w[o, i] ⋆ x[n, i].</summary>
    /// <param name="x">[N, I, H, W], any floating dtype.</param>
    /// <param name="weight">[O, I, k, k], rounded to the dtype of <paramref name="x"/>.</param>
    /// <param name="bias">[O], rounded likewise; null is 0.</param>
    /// <param name="stride">Pixels from one result to the next along each axis.</param>
    /// <param name="padding">Zeros around the image on every side, in pixels.</param>
    /// <returns>[N, O, H', W'], the dtype of <paramref name="x"/>.</returns>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, int stride, int padding)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        using DisposeScope scope = NewDisposeScope();
        Tensor w = weight.to(x.dtype);
        Tensor? b = bias?.to(x.dtype);
        return Sum(x, wide => nn.functional.conv2d(
            wide, w.to(wide.dtype), b?.to(wide.dtype), [stride, stride], [padding, padding], [1, 1], 1)).MoveToOuterDisposeScope();
    }
}
