using static TorchSharp.torch;

namespace Sg3x.Ops.Cpu;

/// <summary>One application of the fused kernel to tensors of [N, C, H, W].</summary>
internal sealed unsafe class FusedCall(FilteredLeakyReluPlan plan, SimdWidth width, long batch, long channels) : IFusedCall
{
    public long Channels => channels;

    /// <inheritdoc/>
    public Tensor NewMask(Device device) =>
        empty([(batch * channels * plan.Mask.BytesPerImagePlane) + MaskLayout.Slack], dtype: ScalarType.Byte, device: device);

    public Tensor ZeroInput(Tensor like) =>
        zeros([batch, channels, plan.Vertical.Input, plan.Horizontal.Input], dtype: like.dtype, device: like.device);

    public Tensor ZeroOutput(Tensor like) =>
        zeros([batch, channels, plan.Vertical.Output, plan.Horizontal.Output], dtype: like.dtype, device: like.device);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? mask) =>
        Run(x, bias, mask, null, mask is null ? MidStage.Activate : MidStage.ActivateAndRecord);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor g, Tensor mask) => Run(g, null, mask, null, MidStage.Replay);

    /// <inheritdoc/>
    public (Tensor Input, Tensor Bias) Adjoint(Tensor dy, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var sums = empty([batch, channels], dtype: ScalarType.Float64, device: dy.device);
        var dx = Run(dy, null, mask, sums, MidStage.ReplayAdjoint);
        return (dx.MoveToOuterDisposeScope(), sums.sum([0]).to(dy.dtype).MoveToOuterDisposeScope());
    }

    private Tensor Run(Tensor source, Tensor? bias, Tensor? mask, Tensor? sums, MidStage stage)
    {
        using var scope = NewDisposeScope();
        var (horizontal, vertical) = stage == MidStage.ReplayAdjoint
            ? (plan.Horizontal.Adjoint(), plan.Vertical.Adjoint())
            : (plan.Horizontal, plan.Vertical);
        if (source.shape is not [var n, var c, var h, var w]
            || n != batch || c != channels || h != vertical.Input || w != horizontal.Input)
        {
            throw new ArgumentException(
                $"expected [{batch}, {channels}, {vertical.Input}, {horizontal.Input}], found [{string.Join(", ", source.shape)}].",
                nameof(source));
        }
        var result = empty([batch, channels, vertical.Output, horizontal.Output], dtype: source.dtype, device: source.device);
        var (input, dense) = (source.contiguous(), bias?.contiguous());
        var call = new PlaneCall(
            (int)(batch * channels), (int)channels, TensorMemory.Of(input), TensorMemory.Of(result), TensorMemory.Of(dense),
            TensorMemory.Of(mask), (double*)TensorMemory.Of(sums), stage,
            source.dtype == ScalarType.BFloat16 ? StorageFormat.BFloat16 : StorageFormat.Native);
        if (source.dtype == ScalarType.Float64)
            PlaneRunner.Run<double>(plan, call, width, get_num_threads());
        else
            PlaneRunner.Run<float>(plan, call, width, get_num_threads());
        GC.KeepAlive((input, dense, mask, sums));
        return result.MoveToOuterDisposeScope();
    }
}
