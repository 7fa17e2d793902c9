using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Upsample, filter, downsample by depthwise convolutions: what every faster implementation is measured against.
/// </summary>
public static class DepthwiseFilter
{
    /// <summary>
    /// up − 1 zeros after every sample along each axis, pad or crop, true convolution ("valid") with the filter times the gain,
    /// every down-th sample.
    /// </summary>
    /// <param name="x">[N, C, H, W], any floating dtype.</param>
    /// <param name="filter">[n] separable or [n, n]; null is the identity.</param>
    /// <param name="up">Upsampling factor.</param>
    /// <param name="down">Downsampling factor.</param>
    /// <param name="padding">Pixels added around the upsampled image, or cropped where negative.</param>
    /// <param name="gain">Factor on the result.</param>
    /// <returns>[N, C, H', W'], the dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is below one.</exception>
    public static Tensor Apply(Tensor x, Tensor? filter, int up, int down, ImagePadding padding, double gain)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(up, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(down, 1);
        using DisposeScope scope = NewDisposeScope();
        Tensor y = Pad(InsertZeros(x, up), padding);
        y = filter is null ? Decimate(y, down, gain) : Convolve(y, filter, down, gain);
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor InsertZeros(Tensor x, int up)
    {
        if (up == 1)
            return x;
        long n = x.shape[0], c = x.shape[1], h = x.shape[2], w = x.shape[3];
        Tensor spread = nn.functional.pad(x.reshape(n * c, h, 1, w, 1), (long[])[0, up - 1, 0, 0, 0, up - 1]);
        return spread.reshape(n, c, h * up, w * up);
    }

    private static Tensor Pad(Tensor x, ImagePadding padding)
    {
        return padding == default ? x : nn.functional.pad(x, (long[])[padding.X0, padding.X1, padding.Y0, padding.Y1]);
    }

    private static Tensor Decimate(Tensor x, int down, double gain)
    {
        Tensor y = x;
        if (down > 1)
            y = y.slice(2, 0, x.shape[2], down).slice(3, 0, x.shape[3], down);
        return gain == 1 ? y.alias() : y * gain;
    }

    // conv2d is a cross-correlation: the taps are flipped to make it a convolution.
    private static Tensor Convolve(Tensor x, Tensor filter, int down, double gain)
    {
        long channels = x.shape[1], n = filter.shape[0];
        Tensor taps = filter.to(x.dtype);
        if (filter.dim() == 2)
            return Depthwise(x, taps.flip(0, 1) * gain, channels, n, n, down, down);
        taps = taps.flip(0) * Math.Sqrt(gain);
        Tensor wide = Depthwise(x, taps, channels, 1, n, 1, down);
        return Depthwise(wide, taps, channels, n, 1, down, 1);
    }

    private static Tensor Depthwise(Tensor x, Tensor taps, long channels, long height, long width, int downY, int downX)
    {
        Tensor weight = taps.reshape(1, 1, height, width).expand(channels, 1, height, width).contiguous();
        return nn.functional.conv2d(x, weight, null, [downY, downX], [0, 0], [1, 1], channels);
    }
}
