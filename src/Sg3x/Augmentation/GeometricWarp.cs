using Sg3x.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Augmentation;

/// <summary>
/// Images seen through a homogeneous matrix without aliasing (ADA appendix B.2): reflect padding by size − 1 pixels a side, ×2 by
/// sym6, bilinear sampling onto 2·(size + 6) pixels, ÷2 by sym6.
/// </summary>
/// <remarks>
/// Padding and upsampling are one matrix along each axis, downsampling another. What is padded repeats itself after 2·(size − 1)
/// pixels, so the upsampled image is held for one such period and the few samples at its ends whose filter reaches beyond the
/// padding: (4·size + 7)² values in place of (6·size − 4)².
/// </remarks>
internal sealed class GeometricWarp : IDisposable
{
    // Zeros before and after the upsampled signal, and pixels beyond the image that the downsampling filter reaches.
    private const int Before = 6;
    private const int After = 5;
    private const int Reach = 6;

    private readonly int _size;
    private readonly Device _device;
    private readonly SamplingAxis _axis;
    private readonly double[] _up;
    private readonly double[] _down;
    private readonly Dictionary<ScalarType, (Tensor Up, Tensor Down)> _matrices = [];
    private readonly Tensor _fromOutput;
    private readonly Tensor _toCanvas;

    internal GeometricWarp(int size, Device device)
    {
        (_size, _device) = (size, device);
        int length = 2 * ((3 * size) - 2);
        (_axis, int[] positions) = Compact(length, 4 * (size - 1));
        _up = UpMatrix(positions, size);
        _down = DownMatrix(size);

        // Sample i of a doubled grid of n shows what lies (i − (n − 1)/2 + ½)/2 pixels from the centre, the filter being centred
        // half a sample off its middle; both where it is read and where it is written.
        double start = (0.5 - ((Samples - 1) / 2.0)) / 2, end = ((length - 1) / 2.0) - 0.5;
        _fromOutput = Constant([0.5, 0, start, 0, 0.5, start, 0, 0, 1], 3);
        _toCanvas = Constant([2, 0, end, 0, 2, end], 2);
    }

    private int Samples => 2 * (_size + Reach);

    /// <summary>Applies a matrix to each image.</summary>
    /// <param name="x">[N, C, size, size], float32 or float64.</param>
    /// <param name="inverse">G⁻¹, float64 [N, 3, 3].</param>
    /// <returns>[N, C, size, size].</returns>
    internal Tensor Apply(Tensor x, Tensor inverse)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor up, Tensor down) = Matrices(x.dtype);

        // A product with Mᵀ on the right filters along x and is one dense product for the whole batch; the next, after swapping
        // the axes, filters along y and leaves them swapped. The map's first coordinate, x, is then the first axis', and the
        // two products after the sampling swap them back.
        Tensor canvas = x.matmul(up).transpose(2, 3).matmul(up);
        Tensor map = _toCanvas.matmul(inverse).matmul(_fromOutput);
        Tensor sampled = BilinearSampling.Apply(canvas, map, _axis, Samples);
        return sampled.matmul(down).transpose(2, 3).matmul(down).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach ((Tensor up, Tensor down) in _matrices.Values)
        {
            up.Dispose();
            down.Dispose();
        }

        _fromOutput.Dispose();
        _toCanvas.Dispose();
    }

    /// <summary>The rows that are held: each whose filter reaches beyond the padding, and one of each that repeats.</summary>
    private static (SamplingAxis Axis, int[] Positions) Compact(int length, int period)
    {
        Dictionary<int, int> rows = [];
        int[] rowOf = new int[length];
        List<int> positions = [];
        for (int k = 0; k < length; k++)
        {
            bool atEnd = k < Before || k >= length - After;
            int key = atEnd ? -1 - k : k % period;
            if (!rows.TryGetValue(key, out int row))
            {
                rows[key] = row = positions.Count;
                positions.Add(k);
            }

            rowOf[k] = row;
        }

        return (new SamplingAxis(rowOf), [.. positions]);
    }

    /// <summary>[size, positions]: u[k] = 2·Σⱼ h[j]·z[k + 5 − j], z[2i] = the padded signal, z[2i + 1] = 0.</summary>
    private static double[] UpMatrix(int[] positions, int size)
    {
        double[] h = Wavelets.UnitSum(Wavelets.Sym6);
        double[] matrix = new double[size * positions.Length];
        for (int column = 0; column < positions.Length; column++)
        {
            for (int j = 0; j < h.Length; j++)
            {
                int at = positions[column] + h.Length - 1 - Before - j;
                if (at >= 0 && at % 2 == 0 && at / 2 < (3 * size) - 2)
                {
                    int pixel = Wavelets.Reflect((at / 2) - (size - 1), size);
                    matrix[(pixel * positions.Length) + column] += 2 * h[j];
                }
            }
        }

        return matrix;
    }

    /// <summary>[samples, size]: y[o] = Σⱼ h[j]·s[2o + 1 + j].</summary>
    private static double[] DownMatrix(int size)
    {
        double[] h = Wavelets.UnitSum(Wavelets.Sym6);
        double[] matrix = new double[2 * (size + Reach) * size];
        for (int o = 0; o < size; o++)
        {
            for (int j = 0; j < h.Length; j++)
            {
                matrix[(((2 * o) + 1 + j) * size) + o] = h[j];
            }
        }

        return matrix;
    }

    private (Tensor Up, Tensor Down) Matrices(ScalarType dtype)
    {
        if (!_matrices.TryGetValue(dtype, out (Tensor Up, Tensor Down) found))
        {
            found = (Of(_up, _size, _axis.MemoryRows), Of(_down, Samples, _size));
            _matrices[dtype] = found;
        }

        return found;

        Tensor Of(double[] values, int rows, int columns) =>
            tensor(values, dtype: dtype, device: _device).reshape(rows, columns).DetachFromDisposeScope();
    }

    private Tensor Constant(double[] values, int rows) =>
        tensor(values, dtype: ScalarType.Float64, device: _device).reshape(rows, 3).DetachFromDisposeScope();
}
