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

    public static double[] Values(Tensor x) => x.detach().to(ScalarType.Float64).cpu().reshape(-1).data<double>().ToArray();
}
