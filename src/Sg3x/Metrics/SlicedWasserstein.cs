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
    internal const int Smallest = 16;

    internal const int Directions = 32;

    private const int Values = PatchSet.Values;

    // 512 directions, in portions that keep the projections within bounds of memory.
    private const int Portions = 16;

    /// <summary>Measures the distance. The same seed gives the same patches and directions.</summary>
    /// <param name="a">uint8 or floating point [N, 3, R, R] on any device, R a power of two of at least 16.</param>
    /// <param name="b">As <paramref name="a"/>. Of two sets of different sizes, the larger is cut to the smaller.</param>
    /// <param name="seed">Seed of patches and directions.</param>
    /// <exception cref="ArgumentException">The tensors have other shapes.</exception>
    public static SlicedWassersteinDistance Distance(Tensor a, Tensor b, long seed = 0)
    {
        CheckSizes(a, b);
        var count = (int)Math.Min(a.shape[0], b.shape[0]);
        var resolution = (int)a.shape[2];
        var (patchesA, patchesB) = Sets(count, resolution, seed);
        using var scope = NewDisposeScope();
        patchesA.Add(a.narrow(0, 0, count));
        patchesB.Add(b.narrow(0, 0, count));
        return Distance(patchesA, patchesB, seed);
    }

    /// <summary>Two sets to be filled image by image, so that the images themselves need not be in memory at once.</summary>
    /// <param name="count">Images of each.</param>
    /// <param name="resolution">Width and height of the images, a power of two of at least 16.</param>
    /// <param name="seed">Seed of the patches.</param>
    public static (PatchSet A, PatchSet B) Sets(int count, int resolution, long seed) =>
        (new PatchSet(count, resolution, seed), new PatchSet(count, resolution, unchecked(seed + 1)));

    /// <summary>Measures the distance of two full sets, which are used up.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other, of as many images of the same size.</param>
    /// <param name="seed">Seed of the directions.</param>
    /// <exception cref="ArgumentException">A set is not full, or they do not match.</exception>
    public static SlicedWassersteinDistance Distance(PatchSet a, PatchSet b, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        CheckSets(a, b);
        SlicedWassersteinLevel[] levels =
        [
            .. Enumerable.Range(0, a.Levels).Select(level => new SlicedWassersteinLevel(
                a.Resolution >> level, 1000 * Sliced(a.TakeNormalised(level), b.TakeNormalised(level), seed))),
        ];
        return new SlicedWassersteinDistance(levels, levels.Average(level => level.Distance));
    }

    internal static void CheckSets(PatchSet a, PatchSet b)
    {
        if (!a.IsFull || !b.IsFull || a.Count != b.Count || a.Resolution != b.Resolution)
        {
            throw new ArgumentException(
                $"Sets to compare are full and alike; these are of {a.Count} images of {a.Resolution}² and {b.Count} of {b.Resolution}².");
        }
    }

    private static void CheckSizes(Tensor a, Tensor b)
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
    }

    internal static double Sliced(float[] a, float[] b, long seed)
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
    internal static float[] RandomDirections(long seed, int portion)
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
