using Sg3x.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The kernel distance between two sets of features (KID, Bińkowski et al. 2018): the unbiased estimate of the squared maximum
/// mean discrepancy under k(x, y) = (x·y/D + 1)³, Σ_{i≠j} k(xᵢ, xⱼ)/(m(m−1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(m(m−1)) − 2 Σ k(xᵢ, yⱼ)/m²,
/// averaged over subsets of m images of each. Its mean does not depend on the number of images, and for equal distributions is 0.
/// </summary>
public static class KernelDistance
{
    private const int MostSubsets = 100, MostImages = 1000;

    /// <summary>
    /// Measures the distance over 100 subsets of up to 1000 images; of fewer images than that there is one subset, all of them.
    /// </summary>
    /// <param name="a">Features [N, D], N at least 2.</param>
    /// <param name="b">Features [M, D], M at least 2.</param>
    /// <param name="seed">Seed of the subsets.</param>
    /// <param name="stop">Asks for a stop, which is heard between subsets.</param>
    /// <returns>
    /// The mean, and ± 1.96 standard errors. Their square is the jackknife's variance of a subset's estimate (Efron and Stein
    /// 1981: Σ (m − 1)/m·(θ₋ᵢ − θ₋)² over leaving out one image of either set in turn), which falls as m/N to that of all images,
    /// and the variance of the mean over the subsets. Of distributions that are alike the jackknife's is too large rather than
    /// too small. NaN where there are fewer than 3 images.
    /// </returns>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Interval Between(Tensor a, Tensor b, long seed = 0, CancellationToken stop = default)
    {
        Features.Check(a, b, 2);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = a.to(ScalarType.Float64), y = b.to(ScalarType.Float64);
        int size = (int)Math.Min(MostImages, Math.Min(x.shape[0], y.shape[0]));
        int subsets = x.shape[0] <= size && y.shape[0] <= size ? 1 : MostSubsets;
        var random = new HashRandom((ulong)seed, 0x4B4944);
        var values = new double[subsets];
        double ofA = 0, ofB = 0;
        for (int i = 0; i < subsets; i++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            (values[i], double left, double right) = Discrepancy(Subset(x, size, ref random), Subset(y, size, ref random));
            (ofA, ofB) = (ofA + left / subsets, ofB + right / subsets);
        }

        double mean = values.Average();
        double drawing = subsets == 1 ? 0 : values.Sum(v => (v - mean) * (v - mean)) / (subsets - 1.0) / subsets;
        double half = Bootstrap.Deviations * Math.Sqrt(ofA * size / x.shape[0] + ofB * size / y.shape[0] + drawing);
        return new Interval(mean, mean - half, mean + half);
    }

    /// <summary>The estimate of one subset, and the jackknife's variance of it over the images of either set.</summary>
    private static (double Value, double OfX, double OfY) Discrepancy(Tensor x, Tensor y)
    {
        double m = x.shape[0];
        Tensor Kernel(Tensor p, Tensor q) => (p.matmul(q.t()) / p.shape[1] + 1).pow(3);
        Tensor Others(Tensor kernel) => kernel.sum([1]) - kernel.diagonal();
        Tensor withinX = Others(Kernel(x, x)), withinY = Others(Kernel(y, y)), between = Kernel(x, y);
        double sumX = withinX.sum().item<double>(), sumY = withinY.sum().item<double>(), sum = between.sum().item<double>();

        // Leaving out one image takes its row and column from one sum, and its row from the one across.
        double Jackknife(Tensor within, double sumWithin, Tensor across)
        {
            Tensor left = (sumWithin - 2 * within) / ((m - 1) * (m - 2)) - 2 * (sum - across) / ((m - 1) * m);
            return m < 3 ? double.NaN : (m - 1) / m * (left - left.mean()).square().sum().item<double>();
        }

        double value = (sumX + sumY) / (m * (m - 1)) - 2 * sum / (m * m);
        return (value, Jackknife(withinX, sumX, between.sum([1])), Jackknife(withinY, sumY, between.sum([0])));
    }

    /// <summary>Some of the rows, none twice.</summary>
    private static Tensor Subset(Tensor features, int size, ref HashRandom random)
    {
        if (features.shape[0] == size)
        {
            return features;
        }

        long[] order = [.. Enumerable.Range(0, (int)features.shape[0]).Select(i => (long)i)];
        for (int i = 0; i < size; i++)
        {
            int j = i + random.NextInt(order.Length - i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return features.index_select(0, tensor(order[..size]).to(features.device));
    }
}
