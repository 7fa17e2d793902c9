using TorchSharp;

namespace Sg3x.Data;

/// <summary>Puts images side by side.</summary>
public static class ImageGrid
{
    /// <summary>
    /// Makes one picture of many, row by row, and turns values into 8 bits: −1 is 0, 1 is 255, rounded and clamped.
    /// </summary>
    /// <param name="images">
    /// Floating point [N, 3, H, W] with values in about [−1, 1], on any device; or uint8, taken as it is.
    /// </param>
    /// <param name="columns">Images in a row; the places of the last row that are left over are black.</param>
    /// <returns>uint8 [3, rows·H, columns·W] on the CPU.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public static torch.Tensor Compose(torch.Tensor images, int columns)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        var shape = images.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[1] != 3)
        {
            throw new ArgumentException(
                $"Images for a grid are [N, 3, H, W]; these are [{string.Join(", ", shape)}].", nameof(images));
        }

        int count = (int)shape[0], height = (int)shape[2], width = (int)shape[3], rows = (count + columns - 1) / columns;
        var values = Values(images);
        var result = torch.zeros(3, rows * height, columns * width, dtype: torch.uint8);
        var to = result.bytes;
        for (var line = 0; line < count * 3 * height; line++)
        {
            int y = line % height, channel = line / height % 3, image = line / height / 3;
            var row = (((channel * rows) + (image / columns)) * height) + y;
            values.AsSpan(line * width, width).CopyTo(to[(((row * columns) + (image % columns)) * width)..]);
        }

        return result;
    }

    private static byte[] Values(torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var local = images.detach().cpu();
        return local.dtype == torch.uint8
            ? local.contiguous().bytes.ToArray()
            : Array.ConvertAll(
                local.to(torch.float32).contiguous().data<float>().ToArray(),
                value => (byte)Math.Clamp(Math.Round((value + 1) * 127.5), 0, 255));
    }
}
