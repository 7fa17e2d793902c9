using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Tests.Support;

/// <summary>Assertions on arrays that say where and by how much they fail.</summary>
internal static class Near
{
    /// <summary>|a − b| ≤ tolerance · max(1, |b|).</summary>
    public static void Value(double expected, double actual, double tolerance = 1e-12) => Assert.True(
        Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)),
        $"expected {expected:R}, was {actual:R}, off by {actual - expected:E2}, allowed {tolerance:E1}");

    /// <summary>The largest difference is at most tolerance times the largest expected value.</summary>
    public static void Relative(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= tolerance * scale,
                $"[{i}]: expected {expected[i]:R}, was {actual[i]:R}, off by {(actual[i] - expected[i]) / scale:E2} of the largest");
    }

    public static void Relative(double[][][,] expected, double[][][,] actual, double tolerance) =>
        Relative(Flat(expected), Flat(actual), tolerance);

    public static void Relative(double[,] expected, double[,] actual, double tolerance)
    {
        Assert.Equal((expected.Height(), expected.Width()), (actual.Height(), actual.Width()));
        Relative([.. expected.Cast<double>()], [.. actual.Cast<double>()], tolerance);
    }

    public static double[] Flat(double[][][,] batch) =>
        [.. batch.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
}
