using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The Fréchet distance between two sets of features, each taken as a normal distribution (Heusel et al. 2017):
/// |μ₁ − μ₂|² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), with the unbiased covariances. It falls with the number of images: compare equal
/// numbers.
/// </summary>
public static class FrechetDistance
{
    /// <summary>Measures the distance, in double precision.</summary>
    /// <param name="a">Features [N, D], N at least 2.</param>
    /// <param name="b">Features [M, D], M at least 2.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static double Between(Tensor a, Tensor b)
    {
        Features.Check(a, b, 2);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor meanA, Tensor covarianceA) = Moments(a);
        (Tensor meanB, Tensor covarianceB) = Moments(b);

        // Σ₁Σ₂ has the eigenvalues of Σ₁^½ Σ₂ Σ₁^½, which is symmetric: those of its root, whose trace is wanted, are their
        // roots.
        (Tensor values, Tensor vectors) = linalg.eigh(covarianceA);
        Tensor root = (vectors * values.clamp(0).sqrt()).matmul(vectors.t());
        Tensor product = root.matmul(covarianceB).matmul(root);
        Tensor roots = linalg.eigvalsh((product + product.t()) / 2).clamp(0).sqrt();
        Tensor trace = covarianceA.diagonal().sum() + covarianceB.diagonal().sum() - 2 * roots.sum();
        return ((meanA - meanB).square().sum() + trace).item<double>();
    }

    private static (Tensor Mean, Tensor Covariance) Moments(Tensor features)
    {
        Tensor x = features.to(ScalarType.Float64);
        Tensor mean = x.mean([0]);
        Tensor centred = x - mean;
        return (mean, centred.t().matmul(centred) / (x.shape[0] - 1));
    }
}
