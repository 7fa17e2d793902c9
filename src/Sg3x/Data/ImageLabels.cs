using static TorchSharp.torch;

namespace Sg3x.Data;

/// <summary>The classes of a data set's images, which the labels of generated images are drawn from.</summary>
public sealed class ImageLabels
{
    private readonly int[] ofImages;

    /// <summary>Labels of images.</summary>
    /// <param name="ofImages">The class of each image, 0 to <paramref name="classes"/> − 1; at least one.</param>
    /// <param name="classes">How many classes there are; of some there may be no image.</param>
    /// <exception cref="ArgumentException">There is no image, or a class is out of range.</exception>
    public ImageLabels(IEnumerable<int> ofImages, int classes)
    {
        this.ofImages = [.. ofImages];
        if (this.ofImages.Length == 0 || this.ofImages.Any(number => number < 0 || number >= classes))
        {
            throw new ArgumentException($"Expected images of classes 0 to {classes - 1}.", nameof(ofImages));
        }

        Classes = classes;
        Present = [.. this.ofImages.Distinct().Order()];
    }

    /// <summary>How many classes there are: the dimensions of a label.</summary>
    public int Classes { get; }

    /// <summary>The class of each image.</summary>
    public IReadOnlyList<int> OfImages => ofImages;

    /// <summary>The classes that there are images of, in order.</summary>
    public IReadOnlyList<int> Present { get; }

    /// <summary>One class for everything.</summary>
    /// <param name="number">The class.</param>
    /// <param name="classes">How many there are.</param>
    public static ImageLabels Only(int number, int classes) => new([number], classes);

    /// <summary>Every class as often as any other.</summary>
    /// <param name="classes">How many there are.</param>
    public static ImageLabels Each(int classes) => new(Enumerable.Range(0, classes), classes);

    /// <summary>Labels as vectors.</summary>
    /// <param name="numbers">Classes, N of them.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="device">Device of the result; null: the CPU.</param>
    /// <returns>float32 [N, classes], each row with a single 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public static Tensor OneHot(IReadOnlyList<int> numbers, int classes, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        float[] values = new float[checked(numbers.Count * classes)];
        for (int i = 0; i < numbers.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(numbers[i], nameof(numbers));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(numbers[i], classes, nameof(numbers));
            values[(i * classes) + numbers[i]] = 1;
        }

        using var scope = NewDisposeScope();
        return DeviceTransfer.Send(tensor(values).reshape(numbers.Count, classes), device ?? CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Draws the labels of generated images: those of images that are drawn uniformly, with replacement.</summary>
    /// <param name="seed">Seed of the draw; the same on any machine.</param>
    /// <param name="count">How many.</param>
    /// <returns>Classes.</returns>
    public int[] Draw(long seed, int count)
    {
        var random = new HashRandom((ulong)seed);
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++)
        {
            drawn[i] = ofImages[random.NextInt(ofImages.Length)];
        }

        return drawn;
    }
}
