using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>The distance at one level of the pyramid.</summary>
/// <param name="Resolution">Width and height of the level in pixels.</param>
/// <param name="Distance">Sliced Wasserstein distance ×10³.</param>
public sealed record SlicedWassersteinLevel(int Resolution, double Distance);

/// <summary>Distances between two sets of images.</summary>
/// <param name="Levels">From the finest to the coarsest.</param>
/// <param name="Mean">Their mean, ×10³.</param>
public sealed record SlicedWassersteinDistance(IReadOnlyList<SlicedWassersteinLevel> Levels, double Mean);

/// <summary>
/// The sliced Wasserstein distance of Karras et al. 2018 ("Progressive Growing of GANs", section 5), which needs no pretrained
/// network: at every level of a Laplacian pyramid down to 16², 128 patches of 7×7×3 from each image, each channel normalised to
/// mean 0 and deviation 1 over the set, are projected on 512 random directions; the distance is the mean of |sort(a) − sort(b)|
/// over projections, ×10³. Equal distributions give not 0 but a value that falls with the number of images: compare with the
/// distance of two sets of real images. Fine levels tell of sharpness and noise, coarse ones of large shapes.
/// </summary>
public static class SlicedWasserstein
{
    private const int Patch = 7, PatchesPerImage = 128, Smallest = 16;
    private const int Values = 3 * Patch * Patch;

    // 512 directions, in portions that keep the projections within bounds of memory.
    private const int Portions = 16, Directions = 32;

    /// <summary>Measures the distance. The same seed gives the same patches and directions.</summary>
    /// <param name="a">uint8 or floating point [N, 3, R, R] on any device, R a power of two of at least 16.</param>
    /// <param name="b">As <paramref name="a"/>. Of two sets of different sizes, the larger is cut to the smaller.</param>
    /// <param name="seed">Seed of patches and directions.</param>
    /// <exception cref="ArgumentException">The tensors have other shapes.</exception>
    public static SlicedWassersteinDistance Distance(Tensor a, Tensor b, long seed = 0)
    {
        var size = CheckedSize(a, b);
        var count = (int)Math.Min(a.shape[0], b.shape[0]);
        var levels = new List<SlicedWassersteinLevel>();
        for (var level = 0; size >> level >= Smallest; level++)
        {
            var distance = Sliced(Descriptors(a, count, level, seed), Descriptors(b, count, level, unchecked(seed + 1)), seed);
            levels.Add(new SlicedWassersteinLevel(size >> level, 1000 * distance));
        }

        return new SlicedWassersteinDistance(levels, levels.Average(level => level.Distance));
    }

    private static int CheckedSize(Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        long[] sa = a.shape, sb = b.shape;
        bool Sound(long[] s) => s.Length == 4 && s[0] > 0 && s[1] == 3 && s[2] == s[3] && s[2] >= Smallest && long.IsPow2(s[2]);
        if (!Sound(sa) || !Sound(sb) || sa[2] != sb[2])
        {
            throw new ArgumentException(
                $"Images to compare are [N, 3, R, R] with the same R, a power of two of at least {Smallest}; these are "
                + $"[{string.Join(", ", sa)}] and [{string.Join(", ", sb)}].");
        }

        return (int)sa[2];
    }

    /// <summary>Normalised patches of one level, [count·PatchesPerImage, Values], row by row.</summary>
    private static float[] Descriptors(Tensor images, int count, int level, long seed)
    {
        var size = (int)images.shape[2];
        var result = new float[checked(count * PatchesPerImage * Values)];
        Parallel.For(0, count, n =>
        {
            var planes = Planes(images, n);
            for (var channel = 0; channel < 3; channel++)
            {
                var pyramid = LaplacianPyramid.Build(planes[channel], size, Smallest);
                Take(pyramid[level], size >> level, channel, n, new HashRandom((ulong)seed, (ulong)level, (ulong)n), result);
            }
        });
        Normalise(result);
        return result;
    }

    private static float[][] Planes(Tensor images, int n)
    {
        using var scope = NewDisposeScope();
        var values = images.detach().narrow(0, n, 1).to(float32).cpu().contiguous().data<float>().ToArray();
        return [.. values.Chunk(values.Length / 3)];
    }

    /// <summary>
    /// Copies the patches of one image and channel; the places come from the generator alone and are those of every channel.
    /// </summary>
    private static void Take(float[] plane, int size, int channel, int image, HashRandom random, float[] to)
    {
        for (var p = 0; p < PatchesPerImage; p++)
        {
            int x = random.NextInt(size - Patch + 1), y = random.NextInt(size - Patch + 1);
            var at = ((((image * PatchesPerImage) + p) * 3) + channel) * Patch * Patch;
            for (var row = 0; row < Patch; row++)
            {
                plane.AsSpan(((y + row) * size) + x, Patch).CopyTo(to.AsSpan(at + (row * Patch)));
            }
        }
    }

    private static void Normalise(float[] descriptors)
    {
        const int Area = Patch * Patch;
        for (var channel = 0; channel < 3; channel++)
        {
            double sum = 0, squares = 0;
            for (var at = channel * Area; at < descriptors.Length; at += Values)
            {
                foreach (var value in descriptors.AsSpan(at, Area))
                {
                    sum += value;
                    squares += (double)value * value;
                }
            }

            var count = descriptors.Length / 3.0;
            var mean = sum / count;
            var deviation = Math.Sqrt(Math.Max((squares / count) - (mean * mean), 1e-16));
            for (var at = channel * Area; at < descriptors.Length; at += Values)
            {
                foreach (ref var value in descriptors.AsSpan(at, Area))
                {
                    value = (float)((value - mean) / deviation);
                }
            }
        }
    }

    private static double Sliced(float[] a, float[] b, long seed)
    {
        var count = a.Length / Values;
        using var rowsA = tensor(a, [count, Values]);
        using var rowsB = tensor(b, [count, Values]);
        using Tensor patchesA = rowsA.t(), patchesB = rowsB.t();
        var distances = new double[Portions * Directions];
        for (var portion = 0; portion < Portions; portion++)
        {
            using var scope = NewDisposeScope();
            var directions = tensor(RandomDirections(seed, portion), [Directions, Values]);
            var projectedA = matmul(directions, patchesA).data<float>().ToArray();
            var projectedB = matmul(directions, patchesB).data<float>().ToArray();
            Parallel.For(0, Directions, row =>
            {
                Span<float> rowA = projectedA.AsSpan(row * count, count), rowB = projectedB.AsSpan(row * count, count);
                RadixSort.Sort(rowA);
                RadixSort.Sort(rowB);
                double sum = 0;
                for (var i = 0; i < count; i++)
                {
                    sum += Math.Abs(rowA[i] - rowB[i]);
                }

                distances[(portion * Directions) + row] = sum / count;
            });
        }

        return distances.Average();
    }

    /// <summary>Unit vectors uniform on the sphere, one a row, [Directions, Values].</summary>
    private static float[] RandomDirections(long seed, int portion)
    {
        var random = new HashRandom((ulong)seed, 0x646972, (ulong)portion);
        var result = new float[Values * Directions];
        var vector = new double[Values];
        for (var row = 0; row < Directions; row++)
        {
            for (var i = 0; i < Values; i++)
            {
                // Box and Muller: a normal draw in every coordinate has no direction of its own.
                vector[i] = Math.Sqrt(-2 * Math.Log(1 - random.Next())) * Math.Cos(2 * Math.PI * random.Next());
            }

            var length = Math.Sqrt(vector.Sum(value => value * value));
            for (var i = 0; i < Values; i++)
            {
                result[(row * Values) + i] = (float)(vector[i] / length);
            }
        }

        return result;
    }
}
