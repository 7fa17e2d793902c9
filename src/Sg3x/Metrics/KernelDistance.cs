using Sg3x.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The kernel distance between two sets of features (KID, Bińkowski et al. 2018): the unbiased estimate of the squared maximum mean
/// discrepancy under k(x, y) = (x·y/D + 1)³, Σ_{i≠j} k(xᵢ, xⱼ)/(m(m−1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(m(m−1)) − 2 Σ k(xᵢ, yⱼ)/m², averaged
/// over subsets of m images of each. Its mean does not depend on the number of images, and for equal distributions is 0.
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
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static double Between(Tensor a, Tensor b, long seed = 0)
    {
        Features.Check(a, b, 2);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = a.to(ScalarType.Float64), y = b.to(ScalarType.Float64);
        int size = (int)Math.Min(MostImages, Math.Min(x.shape[0], y.shape[0]));
        int subsets = x.shape[0] <= size && y.shape[0] <= size ? 1 : MostSubsets;
        var random = new HashRandom((ulong)seed, 0x4B4944);
        double sum = 0;
        for (int i = 0; i < subsets; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            sum += Discrepancy(Subset(x, size, ref random), Subset(y, size, ref random));
        }

        return sum / subsets;
    }

    private static double Discrepancy(Tensor x, Tensor y)
    {
        long m = x.shape[0];
        Tensor Kernel(Tensor p, Tensor q) => (p.matmul(q.t()) / p.shape[1] + 1).pow(3);
        Tensor within = Kernel(x, x) + Kernel(y, y);
        Tensor between = Kernel(x, y);
        double pairs = (within.sum() - within.diagonal().sum()).item<double>() / (m * (m - 1.0));
        return pairs - 2 * between.sum().item<double>() / ((double)m * m);
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
