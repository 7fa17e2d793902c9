using Sg3x.Ops.Cpu;
using Sg3x.Ops.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>Chooses between the implementations of the filtered leaky ReLU.</summary>
public static class FilteredLeakyRelu
{
    // A dense row costs its length, a depthwise tap about fifteen times a dense product's: 12 + 12 taps break even near rows of
    // so many upsampled pixels.
    private const long WidestMatrix = 384;

    /// <summary>The definition, by depthwise convolutions: any factors, filters, padding, device and dtype.</summary>
    public static IFilteredLeakyRelu Composed { get; } = new ComposedFilteredLeakyRelu();

    /// <summary>Separable filters as dense matrix products: fastest of the composed ones on small images.</summary>
    public static IFilteredLeakyRelu Matrix { get; } = new MatrixFilteredLeakyRelu();

    /// <summary>One vectorised pass over each plane, on a CPU: fastest, and smallest in memory.</summary>
    public static IFilteredLeakyRelu Fused { get; } = new FusedFilteredLeakyRelu(SimdWidths.Best);

    /// <summary>An implementation to take whatever the input, for measurements; null to choose.</summary>
    public static IFilteredLeakyRelu? Forced { get; set; }

    /// <summary>Name of a GPU's kernel.</summary>
    public static string KernelName => CudaFilteredLeakyRelu.KernelName;

    /// <summary>Whether a kernel of the device's own was asked for.</summary>
    /// <param name="device">A GPU, or another device, which has none.</param>
    /// <exception cref="UserException">The environment's word for it is neither yes nor no.</exception>
    public static bool KernelWanted(Device device) => IsGpu(device) && CudaKernels.Process.Wanted;

    /// <summary>Why a device computes without a kernel of its own; null where it has one.</summary>
    /// <param name="device">A GPU, or another device, which has none.</param>
    /// <exception cref="UserException">As <see cref="KernelWanted"/>.</exception>
    public static string? KernelAbsence(Device device) => IsGpu(device) ? CudaKernels.Process.Absence : "the kernel is a GPU's";

    /// <summary>The kernel of the input's device, compiled for a case; null where there is none, or not for this.</summary>
    /// <param name="x">The input, [N, C, H, W].</param>
    /// <param name="upFilter">The upsampling filter, or null.</param>
    /// <param name="downFilter">The downsampling filter, or null.</param>
    /// <param name="shape">The constants.</param>
    /// <exception cref="UserException">As <see cref="KernelWanted"/>.</exception>
    public static IFilteredLeakyRelu? FindKernel(Tensor x, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.device_type == DeviceType.CUDA ? CudaKernels.Process.Find(x, upFilter, downFilter, shape) : null;
    }

    /// <summary>The one place that decides which implementation computes what.</summary>
    /// <param name="x">The input, [N, C, H, W]: its device, dtype and size count.</param>
    /// <param name="upFilter">The upsampling filter, or null.</param>
    /// <param name="downFilter">The downsampling filter, or null.</param>
    /// <param name="shape">The constants.</param>
    /// <returns>The fastest implementation that can compute this.</returns>
    public static IFilteredLeakyRelu Select(Tensor x, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Forced is not null)
            return Forced;
        if (FusedFilteredLeakyRelu.Supports(x))
            return Fused;
        if (FindKernel(x, upFilter, downFilter, shape) is { } kernel)
            return kernel;
        bool filters = upFilter is not null || downFilter is not null;
        return filters && shape.Gain > 0 && x.shape[^1] * shape.Up <= WidestMatrix ? Matrix : Composed;
    }

    private static bool IsGpu(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == DeviceType.CUDA;
    }

    // TorchSharp ends the process on some shape errors, so they are found here first.
    internal static void CheckArguments(
        Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(bias);
        if (x.dim() != 4)
            throw new ArgumentException($"x: expected [N, C, H, W], found [{string.Join(", ", x.shape)}].", nameof(x));
        if (bias.dim() != 1 || bias.shape[0] != x.shape[1])
            throw new ArgumentException($"bias: expected [{x.shape[1]}], found [{string.Join(", ", bias.shape)}].", nameof(bias));
        if (bias.dtype != x.dtype)
            throw new ArgumentException($"bias: expected {x.dtype} as x, found {bias.dtype}.", nameof(bias));
        foreach ((Tensor? other, string name) in new[] { (bias, nameof(bias)), (upFilter, nameof(upFilter)), (downFilter, nameof(downFilter)) })
        {
            // A kernel that is handed another device's memory takes the whole program with it.
            if (other is not null && (other.device_type != x.device_type || other.device_index != x.device_index))
                throw new ArgumentException($"{name}: expected on {x.device} as x, found on {other.device}.", name);
        }
        if (shape.Up < 1 || shape.Down < 1)
            throw new ArgumentException(
                $"shape: expected factors of at least 1, found up {shape.Up}, down {shape.Down}.", nameof(shape));
        (int height, int width) = shape.OutputSize(
            (int)x.shape[2], (int)x.shape[3], Taps(upFilter, nameof(upFilter)), Taps(downFilter, nameof(downFilter)));
        if (height < 1 || width < 1)
            throw new ArgumentException(
                $"shape: the filters do not fit into {x.shape[2]}×{x.shape[3]} pixels padded by {shape.Padding}.", nameof(shape));
    }

    internal static int Taps(Tensor? filter, string name = "filter")
    {
        if (filter is null)
            return 1;
        bool good = filter.dim() == 1 || (filter.dim() == 2 && filter.shape[0] == filter.shape[1]);
        if (!good || filter.shape[0] < 1)
            throw new ArgumentException($"{name}: expected [n] or [n, n], found [{string.Join(", ", filter.shape)}].", name);
        return (int)filter.shape[0];
    }

    internal static Tensor AddBias(Tensor x, Tensor bias) => x + bias.reshape(1, -1, 1, 1);

    // gain · lrelu(x) clamped, in at most two passes: a positive gain goes through the nonlinearity, so the caller may fold it
    // into what came before.
    internal static Tensor Activate(Tensor x, double slope, double? clamp)
    {
        Tensor y = slope == 1 ? x : x.leaky_relu(slope);
        return clamp is double bound ? y.clamp(-bound, bound) : y;
    }
}
