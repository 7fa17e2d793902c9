using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sg3x.Data;

/// <summary>The kernel of a resizing.</summary>
public enum ResizeFilter
{
    /// <summary>L(x) = sinc(x)·sinc(x/3), |x| &lt; 3: sharp, with slight halos at edges.</summary>
    Lanczos,

    /// <summary>The mean over the area of a pixel of the result: no halos, softer.</summary>
    Box,
}

/// <summary>
/// Antialiased resizing with the Lanczos kernel L(x) = sinc(x)·sinc(x/3), |x| &lt; 3, stretched by the scale where the image
/// shrinks, or with the mean over areas; weights are normalised to a sum of 1: a constant image stays as it is. Values are taken as
/// stored (gamma-encoded), as is usual. The order of every sum is fixed, so that results are the same bits on any machine.
/// </summary>
public static class Resampling
{
    private const int Lobes = 3;

    /// <summary>Crops the largest centred square and resizes it.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="resolution">Width and height of the result in pixels.</param>
    /// <param name="rgbChw">Receives [3, resolution, resolution], 8 bits.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">The room is not 3·resolution² values.</exception>
    public static void CropAndResize(
        RgbImage image, int resolution, Span<byte> rgbChw, ResizeFilter filter = ResizeFilter.Lanczos)
    {
        ArgumentNullException.ThrowIfNull(image);
        var side = Math.Min(image.Width, image.Height);
        Resize(image, (image.Width - side) / 2, (image.Height - side) / 2, side, side, resolution, resolution, filter, rgbChw);
    }

    /// <summary>Resizes an image.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="width">Columns of the result in pixels.</param>
    /// <param name="height">Rows of the result in pixels.</param>
    /// <param name="filter">The kernel.</param>
    /// <returns>The resized image, values rounded and clamped to 0..255.</returns>
    public static RgbImage Resize(RgbImage image, int width, int height, ResizeFilter filter = ResizeFilter.Lanczos)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = new RgbImage(width, height, new byte[3L * width * height]);
        Resize(image, 0, 0, image.Width, image.Height, width, height, filter, result.Planes);
        return result;
    }

    private static void Resize(
        RgbImage image, int left, int top, int fromWidth, int fromHeight, int width, int height, ResizeFilter filter, Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (to.Length != 3 * width * height)
        {
            throw new ArgumentException($"Room for {to.Length} values; expected {3 * width * height}.", nameof(to));
        }

        var down = Kernel.Create(fromHeight, height, filter);
        var across = Kernel.Create(fromWidth, width, filter);
        var row = new float[fromWidth];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                Array.Clear(row);
                var weights = down.Weights(y);
                for (var k = 0; k < weights.Length; k++)
                {
                    var at = (((channel * image.Height) + top + down.Start(y) + k) * image.Width) + left;
                    AddScaled(image.Planes.AsSpan(at, fromWidth), weights[k], row);
                }

                var line = to.Slice(((channel * height) + y) * width, width);
                for (var x = 0; x < width; x++)
                {
                    var value = Dot(across.Weights(x), row.AsSpan(across.Start(x)));
                    line[x] = (byte)Math.Clamp(MathF.Round(value, MidpointRounding.AwayFromZero), 0, 255);
                }
            }
        }
    }

    /// <summary>sum += weight · values.</summary>
    private static void AddScaled(ReadOnlySpan<byte> values, float weight, Span<float> sum)
    {
        var i = 0;
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var total = ref MemoryMarshal.GetReference(sum);
        for (; i + 8 <= values.Length; i += 8)
        {
            var bytes = Vector64.LoadUnsafe(ref value, (nuint)i);
            var (low, high) = Vector128.Widen(Vector128.WidenLower(bytes.ToVector128()));
            var wide = Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
            (Vector256.LoadUnsafe(ref total, (nuint)i) + (wide * weight)).StoreUnsafe(ref total, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            sum[i] += values[i] * weight;
        }
    }

    private static float Dot(ReadOnlySpan<float> weights, ReadOnlySpan<float> values)
    {
        var i = 0;
        var sums = Vector256<float>.Zero;
        ref var weight = ref MemoryMarshal.GetReference(weights);
        ref var value = ref MemoryMarshal.GetReference(values);
        for (; i + 8 <= weights.Length; i += 8)
        {
            sums += Vector256.LoadUnsafe(ref weight, (nuint)i) * Vector256.LoadUnsafe(ref value, (nuint)i);
        }

        var pairs = sums.GetLower() + sums.GetUpper();
        var sum = pairs[0] + pairs[1] + (pairs[2] + pairs[3]);
        for (; i < weights.Length; i++)
        {
            sum += weights[i] * values[i];
        }

        return sum;
    }

    /// <summary>
    /// For each pixel of the result, the first pixel of the source that it takes, and the weights from there on.
    /// </summary>
    private sealed class Kernel(int[] starts, float[][] weights)
    {
        public int Start(int i) => starts[i];

        public ReadOnlySpan<float> Weights(int i) => weights[i];

        public static Kernel Create(int from, int to, ResizeFilter filter) =>
            filter == ResizeFilter.Box ? Box(from, to) : Lanczos(from, to);

        private static Kernel Box(int from, int to)
        {
            // Whole numbers: pixel i takes [i·from, (i + 1)·from] of a line in which each source pixel has `to` parts.
            var starts = new int[to];
            var all = new float[to][];
            for (var i = 0; i < to; i++)
            {
                long low = (long)i * from, high = low + from;
                var first = (int)(low / to);
                all[i] = new float[(int)((high + to - 1) / to) - first];
                starts[i] = first;
                for (var k = 0; k < all[i].Length; k++)
                {
                    var left = Math.Max(low, (long)(first + k) * to);
                    var right = Math.Min(high, (long)(first + k + 1) * to);
                    all[i][k] = (float)((double)(right - left) / from);
                }
            }

            return new Kernel(starts, all);
        }

        private static Kernel Lanczos(int from, int to)
        {
            var scale = (double)from / to;
            var stretch = Math.Max(scale, 1);
            var starts = new int[to];
            var all = new float[to][];
            for (var i = 0; i < to; i++)
            {
                var centre = (i + 0.5) * scale;
                var first = Math.Max(0, (int)Math.Floor(centre - (Lobes * stretch) + 0.5));
                var end = Math.Min(from, (int)Math.Floor(centre + (Lobes * stretch) + 0.5));
                var weights = new double[end - first];
                for (var k = 0; k < weights.Length; k++)
                {
                    weights[k] = Lanczos((first + k + 0.5 - centre) / stretch);
                }

                var sum = weights.Sum();
                starts[i] = first;
                all[i] = Array.ConvertAll(weights, weight => (float)(weight / sum));
            }

            return new Kernel(starts, all);
        }

        private static double Lanczos(double x) => Math.Abs(x) < Lobes ? Sinc(x) * Sinc(x / Lobes) : 0;

        private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
    }
}
