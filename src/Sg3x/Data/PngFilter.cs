namespace Sg3x.Data;

/// <summary>The five filters of PNG scanlines (PNG specification, section 9), undone in place.</summary>
internal static class PngFilter
{
    /// <param name="type">The filter byte of the line.</param>
    /// <param name="line">The line as stored; on return as it was.</param>
    /// <param name="above">The line above, as it was; zeros above the first.</param>
    /// <param name="step">Bytes from a pixel to the next, at least 1.</param>
    public static void Undo(int type, Span<byte> line, ReadOnlySpan<byte> above, int step)
    {
        switch (type)
        {
            case 0:
                break;
            case 1:
                for (var i = step; i < line.Length; i++)
                {
                    line[i] += line[i - step];
                }

                break;
            case 2:
                for (var i = 0; i < line.Length; i++)
                {
                    line[i] += above[i];
                }

                break;
            case 3:
                for (var i = 0; i < line.Length; i++)
                {
                    var left = i < step ? 0 : line[i - step];
                    line[i] += (byte)((left + above[i]) / 2);
                }

                break;
            case 4:
                for (var i = 0; i < line.Length; i++)
                {
                    line[i] += i < step ? above[i] : Paeth(line[i - step], above[i], above[i - step]);
                }

                break;
            default:
                throw new InvalidImageException($"the PNG image data is damaged: a row says filter {type}; expected 0 to 4");
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - (2 * corner));
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
