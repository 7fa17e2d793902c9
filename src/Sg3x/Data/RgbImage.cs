namespace Sg3x.Data;

/// <summary>A decoded image: red, green and blue planes of 8 bits, rows from the top, [3, Height, Width].</summary>
public sealed class RgbImage
{
    /// <summary>Takes the planes as they are.</summary>
    /// <param name="width">Columns in pixels.</param>
    /// <param name="height">Rows in pixels.</param>
    /// <param name="planes">3·height·width values.</param>
    /// <exception cref="ArgumentException">The planes do not have that many values.</exception>
    public RgbImage(int width, int height, byte[] planes)
    {
        ArgumentNullException.ThrowIfNull(planes);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (planes.LongLength != 3L * width * height)
        {
            throw new ArgumentException(
                $"{planes.LongLength} values do not make an image of 3x{height}x{width}.", nameof(planes));
        }

        (Width, Height, Planes) = (width, height, planes);
    }

    /// <summary>Columns in pixels.</summary>
    public int Width { get; }

    /// <summary>Rows in pixels.</summary>
    public int Height { get; }

    /// <summary>The values, [3, Height, Width].</summary>
    public byte[] Planes { get; }

    /// <summary>
    /// The value of one channel (0 red, 1 green, 2 blue) at row <paramref name="y"/> and column <paramref name="x"/>.
    /// </summary>
    public byte this[int channel, int y, int x] => Planes[(((channel * Height) + y) * Width) + x];
}
