using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>Translation of images for EQ-T (AFG appendix E.1), right and down, with a mask of the pixels whose source is in the
/// image.</summary>
public static class ImageTranslation
{
    private const int Lobes = 3;

    /// <summary>By whole pixels: y[v, u] = x[v − T_y, u − T_x].</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="tx">T_x in pixels.</param>
    /// <param name="ty">T_y in pixels.</param>
    /// <returns>Images of that shape, zero where nothing is known, and the mask [H, W].</returns>
    public static (Tensor Images, Tensor Mask) ByPixels(Tensor images, int tx, int ty)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        Tensor mask = ones([images.shape[2], images.shape[3]], images.dtype, images.device).reshape(
            1, 1, images.shape[2], images.shape[3]);
        return scope.MoveToOuter(Shift(Shift(images, tx, 3), ty, 2), Shift(Shift(mask, tx, 3), ty, 2).squeeze(0).squeeze(0));
    }

    /// <summary>
    /// By any T: along each axis Σ_k f[k]·x[· − ⌊T⌋ − k], k = −2…3, f[k] ∝ sinc(k − φ)·sinc((k − φ)/3) of unit sum, φ = T − ⌊T⌋.
    /// </summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="tx">T_x in pixels.</param>
    /// <param name="ty">T_y in pixels.</param>
    /// <returns>Images of that shape, and the mask [H, W]: 1 for ⌊T⌋ + 3 ≤ u &lt; size + ⌊T⌋ − 2.</returns>
    public static (Tensor Images, Tensor Mask) Fractional(Tensor images, double tx, double ty)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        Tensor mask = Inside(images.shape[2], ty, images).unsqueeze(1) * Inside(images.shape[3], tx, images).unsqueeze(0);
        return scope.MoveToOuter(Interpolate(Interpolate(images, tx, 3), ty, 2), mask);
    }

    private static Tensor Interpolate(Tensor x, double t, int axis)
    {
        int whole = (int)Math.Floor(t);
        double[] taps =
            [.. Enumerable.Range(1 - Lobes, 2 * Lobes).Select(k => Sinc(k - (t - whole)) * Sinc((k - (t - whole)) / Lobes))];
        double sum = taps.Sum();
        Tensor y = zeros_like(x);
        for (int j = 0; j < taps.Length; j++)
            y = y + Shift(x, whole + j + 1 - Lobes, axis) * (taps[j] / sum);
        return y;
    }

    // The canvas moves the other way: what leaves it is lost, and zeros come in.
    private static Tensor Shift(Tensor x, int by, int axis)
    {
        if (Math.Abs(by) >= x.shape[axis])
            return zeros_like(x);
        return nn.functional.pad(x, axis == 3 ? (long[])[by, -by, 0, 0] : [0, 0, by, -by]);
    }

    private static Tensor Inside(long size, double t, Tensor like)
    {
        long first = (long)Math.Floor(t) + Lobes, end = size + (long)Math.Floor(t) - (Lobes - 1);
        float[] inside = [.. Enumerable.Range(0, (int)size).Select(u => u >= first && u < end ? 1f : 0f)];
        return tensor(inside).to(like.dtype).to(like.device);
    }

    private static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);
}
