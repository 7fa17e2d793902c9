using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Upsampling, filtering and downsampling along one axis as a dense matrix M[o, i] = gain · f[n − 1 − (i·up + before − o·down)],
/// zero
/// where the index leaves the filter: row o of M times the samples is output o.
/// </summary>
internal static class AxisMatrix
{
    // Where each element of a matrix is found among the taps depends on sizes alone, so it is worked out once for each; there are
    // a few per layer.
    private const int MostPatterns = 1024;

    private static readonly ConcurrentDictionary<Key, Tensor> Patterns = new();

    private readonly record struct Key(
        int Inputs, int Outputs, int Up, int Down, int Before, int Taps, DeviceType Device, int Index);

    /// <summary>Number of outputs along an axis.</summary>
    public static int Outputs(int inputs, int up, int down, int before, int after, int taps)
    {
        return (inputs * up + before + after - (taps - 1) + down - 1) / down;
    }

    /// <summary>The matrix of a filter.</summary>
    /// <param name="filter">[n], any floating dtype; null is the identity.</param>
    /// <param name="inputs">Samples before.</param>
    /// <param name="outputs">Samples after.</param>
    /// <param name="up">Upsampling factor.</param>
    /// <param name="down">Downsampling factor.</param>
    /// <param name="before">Samples added, or cropped where negative, before the first.</param>
    /// <param name="gain">Factor on every element.</param>
    /// <param name="like">A tensor whose dtype and device the matrix takes.</param>
    /// <returns>[outputs, inputs].</returns>
    public static Tensor Build(Tensor? filter, int inputs, int outputs, int up, int down, int before, double gain, Tensor like)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor taps = filter is null ? ones(1, like.dtype, like.device) : filter.to(like.dtype);
        int n = (int)taps.shape[0];
        Tensor withZero = cat([taps * gain, zeros(1, like.dtype, like.device)]);
        Tensor pattern = Pattern(new Key(inputs, outputs, up, down, before, n, like.device_type, like.device_index), like.device);
        return withZero.index_select(0, pattern).reshape(outputs, inputs).MoveToOuterDisposeScope();
    }

    private static Tensor Pattern(Key key, Device device)
    {
        if (Patterns.TryGetValue(key, out Tensor? known))
            return known;
        if (Patterns.Count >= MostPatterns)
            Patterns.Clear();
        var index = new long[key.Outputs * key.Inputs];
        for (int o = 0; o < key.Outputs; o++)
        {
            for (int i = 0; i < key.Inputs; i++)
            {
                int tap = key.Taps - 1 - (i * key.Up + key.Before - o * key.Down);
                index[o * key.Inputs + i] = tap >= 0 && tap < key.Taps ? tap : key.Taps;
            }
        }
        Tensor pattern = tensor(index, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
        Tensor kept = Patterns.GetOrAdd(key, pattern);
        if (!ReferenceEquals(kept, pattern))
            pattern.Dispose();
        return kept;
    }

    /// <summary>Moves the rows of images to the front, where a product with a matrix reaches them all at once.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <returns>[H·N·C, W].</returns>
    public static Tensor RowsFirst(Tensor x) => x.permute(2, 0, 1, 3).reshape(-1, x.shape[3]);

    /// <summary>Undoes <see cref="RowsFirst"/>.</summary>
    /// <param name="x">H·N·C·W elements.</param>
    /// <param name="batch">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>[N, C, H, W], contiguous.</returns>
    public static Tensor RowsBack(Tensor x, long batch, long channels, long height, long width)
    {
        return x.reshape(height, batch, channels, width).permute(1, 2, 0, 3).contiguous();
    }
}
