using static TorchSharp.torch;

namespace Sg3x.Tests;

/// <summary>Comparisons of tensors.</summary>
internal static class TensorAssert
{
    /// <summary>Largest absolute difference over the largest absolute expected value; infinite where a value is not a number.</summary>
    public static double RelativeError(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        using IDisposable scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        double[] a = Values(expected), b = Values(found);
        double largest = 0, difference = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(a[i]));
            double d = Math.Abs(a[i] - b[i]);
            difference = d >= 0 ? Math.Max(difference, d) : double.PositiveInfinity;
        }
        return difference == 0 ? 0 : difference / largest;
    }

    public static void Close(Tensor expected, Tensor found, double tolerance, string what = "")
    {
        double error = RelativeError(expected, found);
        Assert.True(error <= tolerance, $"{what}: relative error {error:g3}, tolerance {tolerance:g3}");
    }

    /// <summary>Each entry off by no more than a share of its own magnitude, such as the sum of the absolute values of what it is the
    /// sum of.</summary>
    public static void Within(Tensor expected, Tensor found, Tensor magnitude, double share, string what)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.Equal(expected.shape, magnitude.shape);
        double[] a = Values(expected), b = Values(found), m = Values(magnitude);
        for (int i = 0; i < a.Length; i++)
        {
            double error = Math.Abs(a[i] - b[i]);
            Assert.True(
                error <= share * m[i],
                $"{what}[{i}]: {b[i]:g17} where {a[i]:g17} is expected, {error / m[i]:g3} of {m[i]:g3} off; {share:g3} is allowed");
        }
    }

    public static double[] Values(Tensor x) => x.detach().to(ScalarType.Float64).cpu().reshape(-1).data<double>().ToArray();
}
