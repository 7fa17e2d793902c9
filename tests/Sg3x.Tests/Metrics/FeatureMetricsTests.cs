using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Tests.Metrics;

/// <summary>FID, KID, precision and recall against numpy and scipy (feature_metrics.py), and against closed forms.</summary>
public sealed class FeatureMetricsTests
{
    [Fact]
    public void The_Frechet_distance_is_that_of_scipy()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.2355926328708655, FrechetDistance.Between(Features(40, 0), Features(40, 0.9)), 1e-9);
        Assert.Equal(2.642018151445848, FrechetDistance.Between(Features(40, 0), Features(23, 0.9)), 1e-9);

        // Fewer images than features: covariances without an inverse, of which a root is known to about the root of the
        // precision.
        Assert.Equal(2.4257376277236844, FrechetDistance.Between(Features(4, 0), Features(4, 0.9)), 1e-6);
    }

    [Fact]
    public void The_Frechet_distance_of_normal_distributions_along_axes_is_its_closed_form()
    {
        // |μ₁ − μ₂|² + Σ (σ₁ − σ₂)²: points at ±s on each axis have the covariance 2s²/(2D − 1).
        using var scope = NewDisposeScope();
        double[] a = [1, 2, 0.5], b = [3, 2, 0.1], shift = [0.5, -1, 2];
        double expected = shift.Sum(m => m * m) + a.Zip(b).Sum(pair => Math.Pow(pair.First - pair.Second, 2) * 2 / 5);
        Assert.Equal(expected, FrechetDistance.Between(Crosses(a, [0, 0, 0]), Crosses(b, shift)), 1e-9);
        Assert.Equal(0, FrechetDistance.Between(Crosses(a, shift), Crosses(a, shift)), 1e-9);
    }

    [Fact]
    public void The_kernel_distance_is_that_of_numpy()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.5380204124884154, KernelDistance.Between(Features(40, 0), Features(40, 0.9)).Value, 1e-9);
    }

    [Fact]
    public void The_kernel_distance_of_large_sets_is_a_mean_over_subsets()
    {
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(3);
        var a = randn([1500, 4], float64, generator: generator);
        var b = randn([1200, 4], float64, generator: generator) + 1;

        // E (x·y/4 + 1)³ for means m and n: (m·n/4 + 1)³ + 3(m·n/4 + 1)(4 + |m|² + |n|²)/16 + 6m·n/64. For m and n both of ones,
        // both 0, and one of each that is 12.875, 1.75 and 2.5.
        double expected = 12.875 + 1.75 - 2 * 2.5;
        Interval found = KernelDistance.Between(a, b);
        Assert.InRange(found.Value, 0.75 * expected, 1.25 * expected);
        Assert.InRange(expected, found.Low, found.High);
        Assert.Equal(found, KernelDistance.Between(a, b));
        Assert.NotEqual(found, KernelDistance.Between(a, b, seed: 1));
    }

    [Fact]
    public void The_interval_of_the_kernel_distance_is_the_jackknifes()
    {
        using var scope = NewDisposeScope();
        const int Count = 9;
        double[][] x = Rows(Features(Count, 0)), y = Rows(Features(Count, 0.9));
        Interval found = KernelDistance.Between(Features(Count, 0), Features(Count, 0.9));
        double variance = Jackknife(i => Estimate(Without(x, i), y)) + Jackknife(i => Estimate(x, Without(y, i)));
        Assert.Equal(Estimate(x, y), found.Value, 1e-9);
        Assert.Equal(1.959964 * Math.Sqrt(variance), found.High - found.Value, 1e-9);
        Assert.Equal(found.High - found.Value, found.Value - found.Low, 1e-9);
        Assert.True(double.IsNaN(KernelDistance.Between(Features(2, 0), Features(2, 0.9)).Low));

        static double[][] Rows(Tensor features) => [.. Enumerable.Range(0, (int)features.shape[0])
            .Select(i => features[i].to(float64).clone().data<double>().ToArray())];
        static double[][] Without(double[][] rows, int i) => [.. rows.Where((_, j) => j != i)];
        static double Jackknife(Func<int, double> left)
        {
            double[] all = [.. Enumerable.Range(0, Count).Select(left)];
            return (Count - 1.0) / Count * all.Sum(v => Math.Pow(v - all.Average(), 2));
        }

        static double Estimate(double[][] x, double[][] y) => Within(x) + Within(y)
            - 2 * x.Average(p => y.Average(q => Kernel(p, q)));
        static double Within(double[][] set) =>
            set.SelectMany((p, i) => set.Where((_, j) => j != i).Select(q => Kernel(p, q))).Average();
        static double Kernel(double[] p, double[] q) =>
            Math.Pow(p.Zip(q).Sum(pair => pair.First * pair.Second) / p.Length + 1, 3);
    }

    [Fact]
    public void The_interval_of_the_kernel_distance_is_as_wide_as_it_varies()
    {
        using var scope = NewDisposeScope();
        var random = new Random(5);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
        double[] Draw(int count, double shift) => [.. Enumerable.Range(0, count).Select(_ => shift + Normal())];
        Interval[] found = [.. Enumerable.Range(0, 200).Select(_ => KernelDistance.Between(
            tensor(Draw(160, 0)).reshape(40, 4), tensor(Draw(160, 0.7)).reshape(40, 4)))];
        double mean = found.Average(f => f.Value);
        double spread = Math.Sqrt(found.Average(f => Math.Pow(f.Value - mean, 2)));
        double claimed = Math.Sqrt(found.Average(f => Math.Pow((f.High - f.Value) / 1.959964, 2)));
        Assert.InRange(claimed / spread, 0.8, 1.3);
    }

    [Fact]
    public void Precision_and_recall_are_those_of_numpy()
    {
        using var scope = NewDisposeScope();
        PrecisionRecallResult result = PrecisionRecall.Between(Features(40, 0), Features(40, 0.9));
        Assert.Equal((0.775, 0.75), (result.Precision, result.Recall));

        // Half of the generated points are far away; the others are the real ones.
        Tensor real = Features(20, 0);
        result = PrecisionRecall.Between(real, cat([real, real + 1000]));
        Assert.Equal((0.5, 1), (result.Precision, result.Recall));
    }

    [Fact]
    public void Features_that_do_not_match_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Features(4, 0), zeros(4, 6)));
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Features(1, 0), Features(4, 0)));
        Assert.Throws<ArgumentException>(() => KernelDistance.Between(Features(4, 0), zeros(4)));
        Assert.Throws<ArgumentException>(() => PrecisionRecall.Between(Features(3, 0), Features(4, 0)));
    }

    private static Tensor Features(int count, double phase)
    {
        const int Size = 5;
        var values = new double[count * Size];
        for (int n = 0; n < values.Length; n++)
        {
            double i = n / Size, j = n % Size;
            values[n] = Math.Sin(1.3 * i + 0.7 * j * j + 0.11 * i * j + phase) * (1 + 0.2 * j) + 0.3 * phase * j;
        }

        return tensor(values).reshape(count, Size);
    }

    private static Tensor Crosses(double[] reach, double[] centre)
    {
        int size = reach.Length;
        var values = new double[2 * size * size];
        for (int n = 0; n < values.Length; n++)
        {
            int point = n / size, axis = n % size;
            values[n] = centre[axis] + (point / 2 == axis ? (point % 2 == 0 ? 1 : -1) * reach[axis] : 0);
        }

        return tensor(values).reshape(2 * size, size);
    }
}
