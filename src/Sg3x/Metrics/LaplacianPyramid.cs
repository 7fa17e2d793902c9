namespace Sg3x.Metrics;

/// <summary>
/// The Laplacian pyramid of Burt and Adelson (1983) with their filter [1 4 6 4 1]/16, edges mirrored without repeating the
/// outermost pixel: every level is what the next coarser one, enlarged, does not show; the last is the coarsest image itself.
/// </summary>
internal static class LaplacianPyramid
{
    /// <summary>Takes one plane apart.</summary>
    /// <param name="plane">[size, size], rows from the top.</param>
    /// <param name="size">A power of two.</param>
    /// <param name="smallest">Size of the last level.</param>
    /// <returns>Levels of size, size/2, …, smallest.</returns>
    public static List<float[]> Build(float[] plane, int size, int smallest)
    {
        var levels = new List<float[]>();
        for (; size > smallest; size /= 2)
        {
            var half = Shrink(plane, size);
            var back = Enlarge(half, size / 2);
            for (var i = 0; i < plane.Length; i++)
            {
                back[i] = plane[i] - back[i];
            }

            levels.Add(back);
            plane = half;
        }

        levels.Add(plane);
        return levels;
    }

    internal static float[] Shrink(float[] plane, int size)
    {
        var half = size / 2;
        var rows = new float[half * size];
        for (var y = 0; y < half; y++)
        {
            for (var x = 0; x < size; x++)
            {
                rows[(y * size) + x] = Tap(plane, x, size, 2 * y, size);
            }
        }

        var result = new float[half * half];
        for (var y = 0; y < half; y++)
        {
            for (var x = 0; x < half; x++)
            {
                result[(y * half) + x] = Tap(rows, y * size, 1, 2 * x, size);
            }
        }

        return result;
    }

    /// <summary>Zeros between the pixels, then the filter with a gain of 2 in each direction.</summary>
    internal static float[] Enlarge(float[] plane, int size)
    {
        var twice = 2 * size;
        var wide = new float[twice * twice];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                wide[(2 * y * twice) + (2 * x)] = plane[(y * size) + x];
            }
        }

        var rows = new float[twice * twice];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = 2 * Tap(wide, i % twice, twice, i / twice, twice);
        }

        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = 2 * Tap(rows, i / twice * twice, 1, i % twice, twice);
        }

        return wide;
    }

    /// <summary>The filter at place <paramref name="i"/> of a line of values that begins at <paramref name="start"/>.</summary>
    private static float Tap(float[] values, int start, int step, int i, int size)
    {
        float Value(int at) => values[start + (step * Mirror(at, size))];
        return ((6 * Value(i)) + (4 * (Value(i - 1) + Value(i + 1))) + Value(i - 2) + Value(i + 2)) / 16;
    }

    private static int Mirror(int i, int size) => i < 0 ? -i : i >= size ? (2 * (size - 1)) - i : i;
}
