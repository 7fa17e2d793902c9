using static TorchSharp.torch;

namespace Sg3x.Data;

/// <summary>Enlarges images for looking at.</summary>
public static class DisplayScaling
{
    /// <summary>Turns an image into 8 bits and enlarges it with the Lanczos kernel (<see cref="Resampling"/>).</summary>
    /// <param name="image">float32 [1, 3, H, W] with values in about [−1, 1].</param>
    /// <param name="factor">Times wider and higher; 1 leaves the size.</param>
    /// <returns>uint8 [1, 3, factor·H, factor·W] on the CPU.</returns>
    public static Tensor Enlarge(Tensor image, int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        using Tensor bytes = ImageGrid.Compose(image, columns: 1);
        if (factor == 1)
        {
            return bytes.unsqueeze(0);
        }

        int height = (int)bytes.shape[1], width = (int)bytes.shape[2];
        RgbImage large = Resampling.Resize(new RgbImage(width, height, bytes.bytes.ToArray()), factor * width, factor * height);
        Tensor result = empty([1, 3, large.Height, large.Width], dtype: ScalarType.Byte);
        large.Planes.CopyTo(result.bytes);
        return result;
    }

    /// <summary>Columns that make a grid about as wide as high.</summary>
    /// <param name="count">Images, at least 1.</param>
    public static int SquareColumns(int count) => (int)Math.Ceiling(Math.Sqrt(count));
}
