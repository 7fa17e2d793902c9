using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Filtering with optional downsampling, as the discriminator uses it before a convolution with stride 2 (SG2).
/// </summary>
public static class FilteredResample
{
    // As for the nonlinearity: beyond this width a dense product multiplies too many zeros.
    private const long WidestMatrix = 128;

    /// <summary>Pads, filters with a true convolution and keeps every down-th sample.</summary>
    /// <param name="x">[N, C, H, W], any floating dtype.</param>
    /// <param name="filter">[n, n], any floating dtype.</param>
    /// <param name="down">Downsampling factor.</param>
    /// <param name="padding">Zeros around the image on every side, in pixels.</param>
    /// <returns>[N, C, H', W'], H' = ⌈(H + 2·padding − n + 1) / down⌉, the dtype of <paramref name="x"/>; can be differentiated
    /// twice.</returns>
    /// <exception cref="ArgumentException">The arguments do not fit each other.</exception>
    public static Tensor Apply(Tensor x, Tensor filter, int down, int padding)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(filter);
        if (x.dim() != 4 || filter.dim() != 2 || filter.shape[0] != filter.shape[1])
        {
            string found = $"[{string.Join(", ", x.shape)}] and [{string.Join(", ", filter.shape)}]";
            throw new ArgumentException($"expected x [N, C, H, W] and filter [n, n], found {found}.", nameof(x));
        }
        int height = (int)x.shape[2], width = (int)x.shape[3], taps = (int)filter.shape[0];
        if (Math.Min(height, width) + 2 * padding < taps || padding < 0 || down < 1)
            throw new ArgumentException(
                $"x: {taps} taps do not fit into {height}×{width} pixels padded by {padding}.", nameof(x));
        return ReducedPrecision.Sum(x, wide => Resample(wide, filter, down, padding));
    }

    private static Tensor Resample(Tensor x, Tensor filter, int down, int padding)
    {
        int height = (int)x.shape[2], width = (int)x.shape[3], taps = (int)filter.shape[0];
        using DisposeScope scope = NewDisposeScope();
        if (width > WidestMatrix || Factor(filter) is not { } factor)
            return DepthwiseFilter.Apply(x, filter, 1, down, new ImagePadding(padding, padding, padding, padding), 1)
                .MoveToOuterDisposeScope();
        int tall = AxisMatrix.Outputs(height, 1, down, padding, padding, taps),
            wide = AxisMatrix.Outputs(width, 1, down, padding, padding, taps);
        Tensor vertical = AxisMatrix.Build(factor.Vertical, height, tall, 1, down, padding, 1, x);
        Tensor horizontal = AxisMatrix.Build(factor.Horizontal, width, wide, 1, down, padding, 1, x);
        Tensor rows = AxisMatrix.RowsFirst(x).matmul(horizontal.t()).reshape(height, -1);
        return AxisMatrix.RowsBack(vertical.matmul(rows), x.shape[0], x.shape[1], tall, wide).MoveToOuterDisposeScope();
    }

    // The two factors of a separable filter, if it is one: asking costs a read of its values, which elsewhere than on a CPU would
    // wait for the device.
    internal static (Tensor Vertical, Tensor Horizontal)? Factor(Tensor filter)
    {
        if (filter.device_type != DeviceType.CPU)
            return null;
        Tensor f = filter.to(ScalarType.Float64);
        Tensor vertical = f.sum([1]), horizontal = f.sum([0]) / f.sum();
        double[] error = (vertical.unsqueeze(1) * horizontal.unsqueeze(0) - f).abs().reshape(-1).data<double>().ToArray();
        return error.All(e => e < 1e-9) ? (vertical, horizontal) : null;
    }
}
