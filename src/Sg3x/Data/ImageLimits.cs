namespace Sg3x.Data;

/// <summary>
/// How large an image file may be. Declared sizes are held against these before anything is allocated for them.
/// </summary>
/// <param name="MaxFileBytes">Largest file or zip entry in bytes.</param>
/// <param name="MaxSide">Largest width or height in pixels.</param>
/// <param name="MaxPixels">Largest width times height in pixels.</param>
public sealed record ImageLimits(long MaxFileBytes, int MaxSide, long MaxPixels)
{
    /// <summary>Files to 256 MiB, sides to 32 768 pixels, areas to 2^26 pixels (8192 by 8192).</summary>
    public static ImageLimits Default { get; } = new(256L << 20, 32768, 1L << 26);

    internal void CheckSize(long width, long height)
    {
        if (width < 1 || height < 1)
        {
            throw new InvalidImageException($"the header says {width}x{height} pixels; expected at least 1x1");
        }

        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new InvalidImageException(
                $"the header says {width}x{height} pixels; expected sides of at most {MaxSide} and at most {MaxPixels} pixels in all");
        }
    }
}
