using System.Globalization;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>Forms the differences between expected and computed tensors and values.</summary>
internal static class Compare
{
    /// <summary>Compares two tensors of any floating dtype and device, element by element, in float64.</summary>
    /// <param name="name">Name of the tensor in the file.</param>
    /// <param name="expected">What the file holds.</param>
    /// <param name="computed">What production computes.</param>
    /// <param name="tolerance">How far they may be apart.</param>
    public static Comparison Tensors(string name, Tensor expected, Tensor computed, Tolerance tolerance)
    {
        if (!expected.shape.SequenceEqual(computed.shape))
        {
            return Differs(name, expected.shape, tolerance,
                $"shape {Brackets(expected.shape)} in the file, {Brackets(computed.shape)} computed");
        }

        return Values(name, expected.shape, ToDoubles(expected), ToDoubles(computed), tolerance);
    }

    /// <summary>Compares two arrays of the same length.</summary>
    public static Comparison Values(
        string name, IReadOnlyList<long> shape, ReadOnlySpan<double> expected, ReadOnlySpan<double> computed, Tolerance tolerance)
    {
        double absolute = 0, largest = 0;
        int worst = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(computed[i] - expected[i]);
            if (double.IsNaN(difference))
            {
                // Infinity against the same infinity is a difference too: nothing in a reference file is infinite.
                (absolute, worst) = (double.NaN, i);
                break;
            }

            if (difference > absolute)
            {
                (absolute, worst) = (difference, i);
            }

            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return new Comparison
        {
            Name = name,
            Shape = shape,
            Absolute = absolute,
            Relative = absolute == 0 ? 0 : absolute / largest,
            Tolerance = tolerance.Value,
            Basis = tolerance.Basis,
            Where = worst < 0 ? null : string.Create(CultureInfo.InvariantCulture,
                $"{Index(worst, shape)}: expected {expected[worst]:G9}, computed {computed[worst]:G9}"),
        };
    }

    /// <summary>A comparison that found something other than numbers apart.</summary>
    public static Comparison Differs(string name, IReadOnlyList<long> shape, Tolerance tolerance, string mismatch) => new()
    {
        Name = name,
        Shape = shape,
        Absolute = double.NaN,
        Relative = double.NaN,
        Tolerance = tolerance.Value,
        Basis = tolerance.Basis,
        Mismatch = mismatch,
    };

    /// <summary>The sizes of a tensor as text: <c>[2, 3]</c>.</summary>
    public static string Brackets(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    private static double[] ToDoubles(Tensor tensor)
    {
        using Tensor plain = tensor.detach().to(ScalarType.Float64).cpu().contiguous();
        return plain.numel() == 0 ? [] : MemoryMarshal.Cast<byte, double>(plain.bytes).ToArray();
    }

    private static string Index(int flat, IReadOnlyList<long> shape)
    {
        long[] index = new long[shape.Count];
        long rest = flat;
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
        }

        return shape.Count == 0 ? "the value" : $"at {Brackets(index)}";
    }
}
