using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>The distance at one level of the pyramid, with its interval.</summary>
/// <param name="Resolution">Width and height of the level in pixels.</param>
/// <param name="Distance">Sliced Wasserstein distance ×10³.</param>
public sealed record SlicedWassersteinBand(int Resolution, Interval Distance);

/// <summary>Distances between two sets of images, with their intervals.</summary>
/// <param name="Images">Images of each set.</param>
/// <param name="Levels">From the finest to the coarsest.</param>
/// <param name="Mean">Their mean, ×10³.</param>
public sealed record SlicedWassersteinIntervals(int Images, IReadOnlyList<SlicedWassersteinBand> Levels, Interval Mean)
{
    private const int Replicates = 100, Portions = 2;

    /// <summary>
    /// Measures the distance as <see cref="SlicedWasserstein"/> does, and how much it varies when the images of both sets are drawn
    /// again with replacement, along the first 64 of its directions; normalisation stays that of the whole sets.
    /// </summary>
    /// <param name="a">The one, which is used up.</param>
    /// <param name="b">The other, of as many images of the same size.</param>
    /// <param name="seed">Seed of directions and drawings.</param>
    /// <exception cref="ArgumentException">A set is not full, or they do not match.</exception>
    public static SlicedWassersteinIntervals Measure(PatchSet a, PatchSet b, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        SlicedWasserstein.CheckSets(a, b);
        (int[] A, int[] B)[] draws =
            [.. Enumerable.Range(0, Replicates).Select(i => (Bootstrap.Draw(a.Count, seed, 2 * i), Bootstrap.Draw(b.Count, seed, 2 * i + 1)))];
        var bands = new List<SlicedWassersteinBand>();
        var means = new double[Replicates];
        for (int level = 0; level < a.Levels; level++)
        {
            float[] patchesA = a.TakeNormalised(level), patchesB = b.TakeNormalised(level);
            double distance = 1000 * SlicedWasserstein.Sliced(patchesA, patchesB, seed);
            double[] drawn = Redraw(patchesA, patchesB, draws, seed);
            bands.Add(new SlicedWassersteinBand(a.Resolution >> level, Bootstrap.Around(distance, drawn)));
            for (int i = 0; i < means.Length; i++)
            {
                means[i] += drawn[i] / a.Levels;
            }
        }

        return new SlicedWassersteinIntervals(a.Count, bands, Bootstrap.Around(bands.Average(band => band.Distance.Value), means));
    }

    /// <summary>The distance, ×10³, of each drawing.</summary>
    private static double[] Redraw(float[] a, float[] b, (int[] A, int[] B)[] draws, long seed)
    {
        int count = a.Length / PatchSet.Values;
        var sums = new double[draws.Length];
        using var rowsA = tensor(a, [count, PatchSet.Values]);
        using var rowsB = tensor(b, [count, PatchSet.Values]);
        using Tensor patchesA = rowsA.t(), patchesB = rowsB.t();
        for (int portion = 0; portion < Portions; portion++)
        {
            using var scope = NewDisposeScope();
            Tensor directions = tensor(
                SlicedWasserstein.RandomDirections(seed, portion), [SlicedWasserstein.Directions, PatchSet.Values]);
            float[] projectedA = matmul(directions, patchesA).data<float>().ToArray();
            float[] projectedB = matmul(directions, patchesB).data<float>().ToArray();
            var parts = new double[SlicedWasserstein.Directions][];
            Parallel.For(0, parts.Length, row =>
                parts[row] = Along(projectedA.AsSpan(row * count, count), projectedB.AsSpan(row * count, count), draws));

            // One after the other, so that the sum has the same bits whichever direction was done first.
            foreach (double[] part in parts)
            {
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += part[i];
                }
            }
        }

        return Array.ConvertAll(sums, sum => 1000 * sum / (Portions * SlicedWasserstein.Directions));
    }

    /// <summary>
    /// The distance along one direction for every drawing: ∫ |F_a − F_b| over the values of both sets, sorted once, where a value
    /// counts as often as its image was drawn.
    /// </summary>
    internal static double[] Along(ReadOnlySpan<float> a, ReadOnlySpan<float> b, (int[] A, int[] B)[] draws)
    {
        int count = a.Length;
        float[] values = [.. a, .. b];
        int[] places = [.. Enumerable.Range(0, 2 * count)];
        Array.Sort(values, places);
        int[] images = Array.ConvertAll(places, place => place % count / PatchSet.PatchesPerImage);
        var result = new double[draws.Length];
        for (int draw = 0; draw < draws.Length; draw++)
        {
            (int[] drawnA, int[] drawnB) = draws[draw];
            long ahead = 0;
            double sum = 0;
            for (int i = 0; i + 1 < values.Length; i++)
            {
                ahead += places[i] < count ? drawnA[images[i]] : -drawnB[images[i]];
                sum += Math.Abs(ahead) * ((double)values[i + 1] - values[i]);
            }

            result[draw] = sum / count;
        }

        return result;
    }
}
