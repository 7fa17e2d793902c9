using System.Text;
using TorchSharp;

namespace Sg3x.Data;

/// <summary>What a checked image file is.</summary>
/// <param name="Kind">PNG or JPEG.</param>
/// <param name="Width">Columns in pixels.</param>
/// <param name="Height">Rows in pixels.</param>
/// <param name="Channels"><c>grey</c>, <c>palette</c>, <c>grey with alpha</c>, <c>RGB</c> or <c>RGB with alpha</c>.</param>
public sealed record ImageInfo(string Kind, int Width, int Height, string Channels);

/// <summary>
/// The one place where the bytes of an image file become pixels. Every file is checked as a whole by readers of our own first:
/// decoders differ in what they let pass.
/// <para>
/// PNG: once checked, the scanlines are there, and their pixels are taken from them directly. That gives the same values
/// whichever image library is in use, for grey, palette, 16-bit and alpha images as well (TorchVision's imager cuts 16 bits off
/// and multiplies colours by alpha). 16 bits are rounded to 8; <b>alpha is dropped</b>, the colours beneath stay as stored, which
/// is what the official data set tool does; gamma, colour profiles and text are ignored.
/// </para>
/// <para>JPEG: decoded by <c>torchvision.io</c>. Orientation tags are ignored, as in the official tool.</para>
/// </summary>
public static class ImageDecoding
{
    private static readonly torchvision.io.Imager Jpeg = new torchvision.io.SkiaImager();

    /// <summary>Checks and decodes an image.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <param name="limits">The largest sizes accepted; by default <see cref="ImageLimits.Default"/>.</param>
    /// <returns>8-bit planes, [3, height, width].</returns>
    /// <exception cref="UserException">It is not a whole and sound PNG or JPEG of a supported kind within the limits.</exception>
    public static RgbImage Decode(byte[] file, string name, ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        limits ??= ImageLimits.Default;
        try
        {
            return Kind(file) == "PNG" ? PngReader.Read(file, limits) : DecodeJpeg(file, limits);
        }
        catch (InvalidImageException e)
        {
            throw new UserException($"{name}: {e.Message}.", e);
        }
    }

    /// <summary>Checks a whole image file as <see cref="Decode"/> does and says what it is.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <param name="limits">The largest sizes accepted; by default <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="UserException">It is not a whole and sound PNG or JPEG of a supported kind within the limits.</exception>
    public static ImageInfo Check(byte[] file, string name, ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        limits ??= ImageLimits.Default;
        try
        {
            if (Kind(file) == "PNG")
            {
                var image = PngReader.Read(file, limits);
                return new ImageInfo("PNG", image.Width, image.Height, PngReader.Channels(file, limits));
            }

            var (width, height, components) = JpegReader.Check(file, limits);
            return new ImageInfo("JPEG", width, height, components == 1 ? "grey" : "RGB");
        }
        catch (InvalidImageException e)
        {
            throw new UserException($"{name}: {e.Message}.", e);
        }
    }

    /// <summary>Whether a file that begins like this can be an image; says what it is instead where it cannot.</summary>
    internal static string Kind(ReadOnlySpan<byte> start)
    {
        if (PngReader.HasSignature(start))
        {
            return "PNG";
        }

        return JpegReader.HasSignature(start)
            ? "JPEG"
            : throw new InvalidImageException($"{Guess(start)}; expected a PNG or a JPEG image");
    }

    private static string Guess(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            return "the file is empty";
        }

        (byte[] Start, string Name)[] known =
        [
            ("GIF8"u8.ToArray(), "a GIF image"), ("BM"u8.ToArray(), "a BMP image"), ("RIFF"u8.ToArray(), "a RIFF file (WebP?)"),
            ("II*\0"u8.ToArray(), "a TIFF image"), ("MM\0*"u8.ToArray(), "a TIFF image"), ("PK"u8.ToArray(), "a zip file"),
            ("%PDF"u8.ToArray(), "a PDF"), ([0x1F, 0x8B], "a gzip file"),
        ];
        foreach (var (signature, name) in known)
        {
            if (start.StartsWith(signature))
            {
                return $"it begins like {name}";
            }
        }

        var head = start[..Math.Min(16, start.Length)];
        var other = head.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
        return other < 0 || head[other] is (byte)'\n' or (byte)'\r' or (byte)'\t'
            ? $"it begins with the text \"{Encoding.ASCII.GetString(other < 0 ? head : head[..other])}\""
            : $"it begins with the bytes {Convert.ToHexString(head[..Math.Min(8, head.Length)])}";
    }

    private static RgbImage DecodeJpeg(byte[] file, ImageLimits limits)
    {
        var (width, height, _) = JpegReader.Check(file, limits);
        torch.Tensor decoded;
        try
        {
            decoded = Jpeg.DecodeImage(file, torchvision.io.ImageReadMode.RGB);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidImageException($"the JPEG decoder refuses it: {e.Message}");
        }

        using (decoded)
        {
            long[] expected = [3, height, width];
            if (!decoded.shape.AsSpan().SequenceEqual(expected))
            {
                throw new InvalidImageException(
                    $"the JPEG decoder returned [{string.Join(", ", decoded.shape)}]; expected [{string.Join(", ", expected)}]");
            }

            // A grey image comes as one plane shown three times.
            using var whole = decoded.contiguous();
            return new RgbImage(width, height, whole.bytes.ToArray());
        }
    }
}
