using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// Bilinear sampling and its transpose, an image a thread: no two threads add to the same pixel, so the result's bits do not
/// depend on their number. Positions are worked out in double precision, once for all channels.
/// </summary>
internal static unsafe class BilinearKernel
{
    /// <summary>y = S x.</summary>
    /// <param name="x">[N, C, K, K], contiguous.</param>
    /// <param name="map">float64 [N, 2, 3], contiguous.</param>
    /// <param name="y">[N, C, size, size], contiguous; overwritten.</param>
    /// <param name="axis">Both axes of <paramref name="x"/>.</param>
    public static void Sample(Tensor x, Tensor map, Tensor y, SamplingAxis axis) => Run(x, map, y, axis, transposed: false);

    /// <summary>x ← x + Sᵀ g.</summary>
    /// <param name="g">[N, C, size, size], contiguous.</param>
    /// <param name="map">float64 [N, 2, 3], contiguous.</param>
    /// <param name="x">[N, C, K, K], contiguous; added to.</param>
    /// <param name="axis">Both axes of <paramref name="x"/>.</param>
    public static void Scatter(Tensor g, Tensor map, Tensor x, SamplingAxis axis) => Run(x, map, g, axis, transposed: true);

    private static void Run(Tensor x, Tensor map, Tensor y, SamplingAxis axis, bool transposed)
    {
        if (x.dtype == ScalarType.Float64)
            Run<double>(x, map, y, axis, transposed);
        else
            Run<float>(x, map, y, axis, transposed);
    }

    private static void Run<T>(Tensor x, Tensor map, Tensor y, SamplingAxis axis, bool transposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (images, channels, size) = ((int)y.shape[0], (int)y.shape[1], (int)y.shape[3]);
        T* source = (T*)TensorMemory.Of(x), target = (T*)TensorMemory.Of(y);
        var maps = (double*)TensorMemory.Of(map);
        var chunks = Math.Min(get_num_threads(), images);
        if (chunks <= 1)
        {
            for (var n = 0; n < images; n++)
                One(n);
        }
        else
        {
            var next = 0;
            Parallel.For(0, chunks, _ =>
            {
                for (int n; (n = Interlocked.Increment(ref next) - 1) < images;)
                    One(n);
            });
        }
        GC.KeepAlive((x, map, y));

        void One(int n)
        {
            long memory = (long)channels * axis.MemoryRows * axis.MemoryRows, pixels = (long)channels * size * size;
            if (transposed)
                ScatterImage(source + (n * memory), target + (n * pixels), maps + (6 * n), axis, channels, size);
            else
                SampleImage(source + (n * memory), target + (n * pixels), maps + (6 * n), axis, channels, size);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SampleImage<T>(T* x, T* y, double* map, SamplingAxis axis, int channels, int size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long plane = (long)axis.MemoryRows * axis.MemoryRows, area = (long)size * size;
        fixed (int* rows = axis.Rows)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    var at = Corners<T>.Of(map, i, j, axis, rows);
                    for (var c = 0; c < channels; c++)
                    {
                        T* p = x + (c * plane);
                        y[(c * area) + ((long)i * size) + j] =
                            (at.Weight00 * p[at.Index00]) + (at.Weight01 * p[at.Index01])
                            + (at.Weight10 * p[at.Index10]) + (at.Weight11 * p[at.Index11]);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterImage<T>(T* x, T* g, double* map, SamplingAxis axis, int channels, int size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long plane = (long)axis.MemoryRows * axis.MemoryRows, area = (long)size * size;
        fixed (int* rows = axis.Rows)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    var at = Corners<T>.Of(map, i, j, axis, rows);
                    for (var c = 0; c < channels; c++)
                    {
                        T* p = x + (c * plane);
                        T d = g[(c * area) + ((long)i * size) + j];
                        p[at.Index00] += at.Weight00 * d;
                        p[at.Index01] += at.Weight01 * d;
                        p[at.Index10] += at.Weight10 * d;
                        p[at.Index11] += at.Weight11 * d;
                    }
                }
            }
        }
    }

    /// <summary>The four pixels about a position and their weights; those outside have weight 0 and some index inside.</summary>
    private readonly struct Corners<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public long Index00 { get; private init; }

        public long Index01 { get; private init; }

        public long Index10 { get; private init; }

        public long Index11 { get; private init; }

        public T Weight00 { get; private init; }

        public T Weight01 { get; private init; }

        public T Weight10 { get; private init; }

        public T Weight11 { get; private init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Corners<T> Of(double* map, int i, int j, SamplingAxis axis, int* rows)
        {
            double v = (map[0] * i) + (map[1] * j) + map[2], u = (map[3] * i) + (map[4] * j) + map[5];
            int length = axis.Length, last = length - 1;

            // Also where a position is not a number.
            if (!(v > -1 && v < length && u > -1 && u < length))
                return default;
            double v0 = Math.Floor(v), u0 = Math.Floor(u);
            int row = (int)v0, column = (int)u0;
            T below = T.CreateTruncating(v - v0), right = T.CreateTruncating(u - u0);
            T above = T.One - below, left = T.One - right;
            if (row < 0)
                above = T.Zero;
            if (row == last)
                below = T.Zero;
            if (column < 0)
                left = T.Zero;
            if (column == last)
                right = T.Zero;
            long upper = (long)rows[Math.Max(row, 0)] * axis.MemoryRows;
            long lower = (long)rows[Math.Min(row + 1, last)] * axis.MemoryRows;
            int first = rows[Math.Max(column, 0)], second = rows[Math.Min(column + 1, last)];
            return new Corners<T>
            {
                Index00 = upper + first,
                Index01 = upper + second,
                Index10 = lower + first,
                Index11 = lower + second,
                Weight00 = above * left,
                Weight01 = above * right,
                Weight10 = below * left,
                Weight11 = below * right,
            };
        }
    }
}
