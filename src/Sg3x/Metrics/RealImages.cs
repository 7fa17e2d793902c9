using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>Real images to compare with: some of a data set, evenly spread over it.</summary>
internal static class RealImages
{
    /// <summary>The place in the data set of one of so many.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="index">Which.</param>
    /// <param name="of">How many there are in all.</param>
    public static int Place(IImageDataset data, int index, int of) => (int)((long)index * data.Count / of);

    /// <summary>Reads some of them.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="of">How many there are in all.</param>
    /// <returns>uint8 [count, 3, R, R] on the CPU.</returns>
    /// <exception cref="UserException">An image cannot be read any more.</exception>
    public static Tensor Read(IImageDataset data, int start, int count, int of)
    {
        int size = 3 * data.Resolution * data.Resolution;
        Tensor images = empty([count, 3, data.Resolution, data.Resolution], dtype: ScalarType.Byte);
        for (int i = 0; i < count; i++)
        {
            // A tensor of 2 GiB and more is no one span.
            using Tensor one = images.narrow(0, i, 1);
            data.Read(Place(data, start + i, of), one.bytes[..size]);
        }

        return images;
    }
}
