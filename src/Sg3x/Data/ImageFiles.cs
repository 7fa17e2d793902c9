using Sg3x.Checkpoints;
using TorchSharp;

namespace Sg3x.Data;

/// <summary>Writes image files.</summary>
public static class ImageFiles
{
    private static readonly torchvision.io.Imager Png = new torchvision.io.SkiaImager();

    /// <summary>Writes a PNG file, which appears whole or not at all.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="image">uint8 [3, H, W], or [1, H, W] for grey, on any device.</param>
    /// <exception cref="ArgumentException">The tensor has another type or shape.</exception>
    public static void WritePng(string path, torch.Tensor image)
    {
        var file = Encode(image);
        AtomicFile.Write(path, stream => stream.Write(file));
    }

    /// <summary>Writes a PNG into a stream.</summary>
    /// <param name="stream">Where; not closed.</param>
    /// <param name="image">uint8 [3, H, W], or [1, H, W] for grey, on any device.</param>
    /// <exception cref="ArgumentException">The tensor has another type or shape.</exception>
    public static void WritePng(Stream stream, torch.Tensor image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Encode(image));
    }

    private static byte[] Encode(torch.Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var shape = image.shape;
        if (image.dtype != torch.uint8 || shape.Length != 3 || shape[0] is not (1 or 3) || shape[1] < 1 || shape[2] < 1)
        {
            throw new ArgumentException(
                $"An image to be written is uint8 [3, H, W] or [1, H, W]; this is {image.dtype} [{string.Join(", ", shape)}].", nameof(image));
        }

        // Encoded in memory first: torchvision.io leaves the tail of a longer file that was there before.
        using var local = image.detach().cpu();
        using var whole = local.contiguous();
        using var file = new MemoryStream();
        torchvision.io.write_png(whole, file, Png);
        return file.ToArray();
    }
}
