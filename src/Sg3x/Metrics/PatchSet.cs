using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The patches of a set of images that <see cref="SlicedWasserstein"/> compares: at every level of the Laplacian pyramid of each,
/// 128 of 7×7×3. They are 75 kB an image and level, whatever the images' size.
/// </summary>
public sealed class PatchSet
{
    internal const int Values = 3 * Patch * Patch;

    internal const int PatchesPerImage = 128;

    private const int Patch = 7;

    private readonly long seed;
    private readonly float[]?[] descriptors;
    private int added;

    internal PatchSet(int count, int resolution, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostImages);
        (Count, Resolution, this.seed) = (count, resolution, seed);
        Levels = int.Log2(resolution / SlicedWasserstein.Smallest) + 1;
        descriptors = [.. Enumerable.Range(0, Levels).Select(_ => new float[count * PatchesPerImage * Values])];
    }

    /// <summary>The most images a set can have: their patches of one level are one array.</summary>
    public static int MostImages => Array.MaxLength / (PatchesPerImage * Values);

    /// <summary>Images that make it full.</summary>
    public int Count { get; }

    /// <summary>Width and height of the images.</summary>
    public int Resolution { get; }

    /// <summary>Levels of the pyramid.</summary>
    public int Levels { get; }

    /// <summary>Whether all images are in.</summary>
    public bool IsFull => added == Count;

    /// <summary>Takes the patches of the next images.</summary>
    /// <param name="images">uint8 or floating point [N, 3, R, R] on any device.</param>
    /// <exception cref="ArgumentException">They are of another size, or too many.</exception>
    public void Add(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.shape is not [var n, 3, var height, var width] || height != Resolution || width != Resolution || n > Count - added)
        {
            throw new ArgumentException(
                $"expected at most {Count - added} images [N, 3, {Resolution}, {Resolution}], found [{string.Join(", ", images.shape)}].",
                nameof(images));
        }

        int first = added;
        Parallel.For(0, (int)n, i =>
        {
            float[][] planes = Planes(images, i);
            for (int channel = 0; channel < 3; channel++)
            {
                List<float[]> pyramid = LaplacianPyramid.Build(planes[channel], Resolution, SlicedWasserstein.Smallest);
                for (int level = 0; level < Levels; level++)
                {
                    Take(pyramid[level], level, channel, first + i);
                }
            }
        });
        added += (int)n;
    }

    /// <summary>Hands over the patches of one level, [Count·PatchesPerImage, Values] row by row, each channel with mean 0 and
    /// deviation 1; the set no longer has them.</summary>
    internal float[] TakeNormalised(int level)
    {
        float[] taken = Interlocked.Exchange(ref descriptors[level], null)
            ?? throw new InvalidOperationException("The patches have been compared already.");
        Normalise(taken);
        return taken;
    }

    private static float[][] Planes(Tensor images, int n)
    {
        using var scope = NewDisposeScope();
        float[] values = images.detach().narrow(0, n, 1).to(float32).cpu().contiguous().data<float>().ToArray();
        return [.. values.Chunk(values.Length / 3)];
    }

    /// <summary>
    /// Copies the patches of one image and channel; the places come from the generator alone and are those of every channel.
    /// </summary>
    private void Take(float[] plane, int level, int channel, int image)
    {
        var random = new HashRandom((ulong)seed, (ulong)level, (ulong)image);
        int size = Resolution >> level;
        for (int p = 0; p < PatchesPerImage; p++)
        {
            int x = random.NextInt(size - Patch + 1), y = random.NextInt(size - Patch + 1);
            int at = ((image * PatchesPerImage + p) * 3 + channel) * Patch * Patch;
            for (int row = 0; row < Patch; row++)
            {
                plane.AsSpan((y + row) * size + x, Patch).CopyTo(descriptors[level].AsSpan(at + row * Patch));
            }
        }
    }

    private static void Normalise(float[] descriptors)
    {
        const int Area = Patch * Patch;
        for (int channel = 0; channel < 3; channel++)
        {
            double sum = 0, squares = 0;
            for (int at = channel * Area; at < descriptors.Length; at += Values)
            {
                foreach (float value in descriptors.AsSpan(at, Area))
                {
                    sum += value;
                    squares += (double)value * value;
                }
            }

            double count = descriptors.Length / 3.0;
            double mean = sum / count;
            double deviation = Math.Sqrt(Math.Max(squares / count - mean * mean, 1e-16));
            for (int at = channel * Area; at < descriptors.Length; at += Values)
            {
                foreach (ref float value in descriptors.AsSpan(at, Area))
                {
                    value = (float)((value - mean) / deviation);
                }
            }
        }
    }
}
