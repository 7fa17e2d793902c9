using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>The fused kernel on tensors of one shape: which variants it takes, and with what they are called.</summary>
internal sealed class CudaFusedCall : IFusedCall
{
    private readonly IKernelLauncher _launcher;
    private readonly KernelVariant _along;
    private readonly KernelVariant _against;
    private readonly ResampleAxis _horizontal;
    private readonly ResampleAxis _vertical;
    private readonly FilteredLeakyReluShape _shape;
    private readonly Tensor? _up;
    private readonly Tensor? _down;
    private readonly long _batch;
    private readonly ScalarType _dtype;

    private CudaFusedCall(
        IKernelLauncher launcher, KernelVariant along, KernelVariant against, ResampleAxis horizontal, ResampleAxis vertical,
        in FilteredLeakyReluShape shape, Tensor? up, Tensor? down, long batch, long channels, ScalarType dtype)
    {
        (_launcher, _along, _against, _horizontal, _vertical) = (launcher, along, against, horizontal, vertical);
        (_shape, _up, _down, _batch, Channels, _dtype) = (shape, up, down, batch, channels, dtype);
    }

    public long Channels { get; }

    // Rows that the recorded pass computes before its first: a byte holds four rows counted from there.
    private int RecordPhase => ResampleAxis.Modulo(-_vertical.Low, _shape.Up);

    private long MaskBytes => (_vertical.Mid + RecordPhase + KernelVariant.Strip - 1) / KernelVariant.Strip * (long)_horizontal.Mid;

    /// <summary>A call for these arguments, or null where the kernel cannot compute it or its transpose.</summary>
    /// <param name="launcher">What runs the kernel.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="up">[n] or [n, n], or null.</param>
    /// <param name="down">[n] or [n, n], or null.</param>
    /// <param name="shape">The constants.</param>
    public static CudaFusedCall? Create(
        IKernelLauncher launcher, Tensor x, Tensor? up, Tensor? down, in FilteredLeakyReluShape shape)
    {
        KernelStorage? storage = x.dtype switch
        {
            ScalarType.Float32 => KernelStorage.Float32,
            ScalarType.BFloat16 => KernelStorage.BFloat16,
            ScalarType.Float16 => KernelStorage.Float16,
            _ => null,
        };
        int upTaps = FilteredLeakyRelu.Taps(up), downTaps = FilteredLeakyRelu.Taps(down);
        var horizontal = ResampleAxis.Create(
            (int)x.shape[3], shape.Up, shape.Down, upTaps, downTaps, shape.Padding.X0, shape.Padding.X1);
        var vertical = ResampleAxis.Create(
            (int)x.shape[2], shape.Up, shape.Down, upTaps, downTaps, shape.Padding.Y0, shape.Padding.Y1);
        if (storage is not { } elements)
            return null;
        var along = new KernelVariant(
            shape.Up, shape.Down, upTaps, downTaps, up?.dim() == 2, down?.dim() == 2, 0, KernelStage.Activate, elements);
        var against = new KernelVariant(
            shape.Down, shape.Up, downTaps, upTaps, down?.dim() == 2, up?.dim() == 2, 0, KernelStage.ReplayAdjoint, elements);
        int shared = launcher.SharedBytes(Math.Max(0, x.device_index));
        if (along.Fit(Math.Max(horizontal.Output, vertical.Output), shared) is not { } fitting
            || against.Fit(Math.Max(horizontal.Input, vertical.Input), shared) is not { } transposed)
        {
            return null;
        }
        return new(launcher, fitting, transposed, horizontal, vertical, shape, up, down, x.shape[0], x.shape[1], x.dtype);
    }

    /// <summary>Compiles all stages.</summary>
    /// <param name="device">Index of the device.</param>
    /// <exception cref="NotSupportedException">It cannot be compiled or loaded.</exception>
    public void Prepare(int device)
    {
        foreach (KernelStage stage in (KernelStage[])[KernelStage.Activate, KernelStage.ActivateAndRecord, KernelStage.Replay])
            _launcher.Prepare(_along with { Stage = stage }, device);
        _launcher.Prepare(_against, device);
    }

    /// <inheritdoc/>
    public Tensor NewMask(Device device) => empty([_batch * Channels * MaskBytes], dtype: ScalarType.Byte, device: device);

    /// <inheritdoc/>
    public Tensor ZeroInput(Tensor like) =>
        zeros([_batch, Channels, _vertical.Input, _horizontal.Input], dtype: like.dtype, device: like.device);

    /// <inheritdoc/>
    public Tensor ZeroOutput(Tensor like) =>
        zeros([_batch, Channels, _vertical.Output, _horizontal.Output], dtype: like.dtype, device: like.device);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? mask) =>
        Run(x, bias, mask, null, mask is null ? KernelStage.Activate : KernelStage.ActivateAndRecord);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor g, Tensor mask) => Run(g, null, mask, null, KernelStage.Replay);

    /// <inheritdoc/>
    public (Tensor Input, Tensor Bias) Adjoint(Tensor dy, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var sums = empty(
            [_batch, Channels, Tiles(_horizontal.Input, _against) * (long)Tiles(_vertical.Input, _against)],
            dtype: ScalarType.Float32, device: dy.device);
        var dx = Run(dy, null, mask, sums, KernelStage.ReplayAdjoint);
        return (dx.MoveToOuterDisposeScope(), sums.sum([0, 2]).to(dy.dtype).MoveToOuterDisposeScope());
    }

    private Tensor Run(Tensor source, Tensor? bias, Tensor? mask, Tensor? sums, KernelStage stage)
    {
        using var scope = NewDisposeScope();
        bool adjoint = stage == KernelStage.ReplayAdjoint;
        var (horizontal, vertical) = adjoint ? (_horizontal.Adjoint(), _vertical.Adjoint()) : (_horizontal, _vertical);
        if (source.shape is not [var n, var c, var h, var w]
            || n != _batch || c != Channels || h != vertical.Input || w != horizontal.Input)
        {
            throw new ArgumentException(
                $"expected [{_batch}, {Channels}, {vertical.Input}, {horizontal.Input}], found [{string.Join(", ", source.shape)}].",
                nameof(source));
        }
        if (source.dtype != _dtype || (mask is not null && mask.device_type != source.device_type))
            throw new ArgumentException($"expected {_dtype} where the branches are, found {source.dtype} on {source.device}.", nameof(source));
        var variant = (adjoint ? _against : _along) with { Stage = stage };
        var result = empty([_batch, Channels, vertical.Output, horizontal.Output], dtype: source.dtype, device: source.device);
        var (input, offsets) = (source.contiguous(), bias?.contiguous());
        var (first, second) = adjoint ? (Taps(_down), Taps(_up)) : (Taps(_up), Taps(_down));
        double scale = (double)_shape.Up * _shape.Up;
        var call = new KernelCall
        {
            In = DeviceMemory.Of(input), Out = DeviceMemory.Of(result), Bias = DeviceMemory.Of(offsets), Up = DeviceMemory.Of(first),
            Down = DeviceMemory.Of(second), Branches = DeviceMemory.Of(mask), Sums = DeviceMemory.Of(sums),
            X = Axis(horizontal, _horizontal, variant, adjoint), Y = Axis(vertical, _vertical, variant, adjoint),
            Channels = (int)Channels, RecordPhase = RecordPhase, Flip = adjoint ? 0 : 1,
            Scale = (float)(adjoint ? 1 : scale), Gain = (float)(adjoint ? _shape.Gain * scale : _shape.Gain), Slope = (float)_shape.Slope,
            Limit = (float)(_shape.Clamp ?? double.PositiveInfinity),
        };
        long blocks = _batch * Channels * call.X.Tiles * call.Y.Tiles;
        if (blocks > 0)
            _launcher.Launch(variant, call, blocks, Math.Max(0, source.device_index));
        GC.KeepAlive((input, offsets, first, second, mask, sums));
        return result.MoveToOuterDisposeScope();
    }

    private static KernelAxis Axis(in ResampleAxis axis, in ResampleAxis recorded, in KernelVariant variant, bool adjoint) => new()
    {
        In = axis.Input, Out = axis.Output, Low = axis.Low, Mid = recorded.Mid, Shift = adjoint ? recorded.AdjointShift : 0,
        Tiles = Tiles(axis.Output, variant),
    };

    private static int Tiles(int outputs, in KernelVariant variant) => (outputs + variant.Tile - 1) / variant.Tile;

    // The device has them as float32 already, and nothing is copied, where they are a layer's buffers.
    private static Tensor? Taps(Tensor? filter) => filter?.detach().to(ScalarType.Float32).contiguous();
}
