namespace Sg3x.Data.Preparation;

/// <summary>What becomes of an image that is not square.</summary>
public enum CropMode
{
    /// <summary>It counts as bad: a data set that is meant to be square already stays whole.</summary>
    None,

    /// <summary>The largest centred square of it.</summary>
    Center,

    /// <summary>An image wider than high keeps its whole width, with black above and below; any other as <see cref="Center"/>.</summary>
    CenterWide,
}

/// <summary>Brings images to a square of one size.</summary>
internal static class Cropping
{
    /// <param name="image">Of any size.</param>
    /// <param name="mode">What to keep of it.</param>
    /// <param name="resolution">Width and height of the result in pixels.</param>
    /// <param name="filter">The kernel of the resizing.</param>
    /// <param name="rgbChw">Receives [3, resolution, resolution], 8 bits.</param>
    /// <exception cref="InvalidImageException">It is not square, and nothing is to be cropped.</exception>
    public static void Apply(RgbImage image, CropMode mode, int resolution, ResizeFilter filter, Span<byte> rgbChw)
    {
        if (mode == CropMode.None && image.Width != image.Height)
        {
            throw new InvalidImageException($"it has {image.Width}x{image.Height} pixels; expected a square (or another --crop)");
        }

        if (mode != CropMode.CenterWide || image.Width <= image.Height)
        {
            Resampling.CropAndResize(image, resolution, rgbChw, filter);
            return;
        }

        var height = Math.Max(1, (int)Math.Round((double)resolution * image.Height / image.Width));
        var small = Resampling.Resize(image, resolution, height, filter);
        rgbChw.Clear();
        for (var channel = 0; channel < 3; channel++)
        {
            var top = ((channel * resolution) + ((resolution - height) / 2)) * resolution;
            small.Planes.AsSpan(channel * height * resolution, height * resolution).CopyTo(rgbChw[top..]);
        }
    }
}
