using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The error between transformed images and images of transformed inputs, pooled over samples, channels and valid pixels
/// (AFG equation 3): EQ = 10·log10(I_max² / (Σ mask·(a − b)² / Σ mask)), I_max = 2.
/// </summary>
public sealed class EquivarianceError
{
    // Images of one batch share a transform: what is independent is a batch.
    private readonly List<Sums> batches = [];

    /// <summary>Adds a batch.</summary>
    /// <param name="reference">t(g(z0; w)), [N, C, H, W] in [−1, 1].</param>
    /// <param name="generated">g(t(z0); w), of that shape.</param>
    /// <param name="mask">[H, W], 1 where a pixel counts and 0 elsewhere.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Add(Tensor reference, Tensor generated, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(mask);
        if (generated.dim() != 4 || !reference.shape.SequenceEqual(generated.shape) || !mask.shape.AsSpan().SequenceEqual(
            generated.shape.AsSpan(2)))
            throw new ArgumentException("expected two batches of images of one size and a mask of that size.", nameof(reference));
        using DisposeScope scope = NewDisposeScope();
        Tensor m = mask.to(ScalarType.Float64), a = reference.to(ScalarType.Float64), b = generated.to(ScalarType.Float64);
        batches.Add(new Sums(
            Sum((a - b).square() * m), Sum(m) * generated.shape[0] * generated.shape[1], Sum(b * m), Sum(b.square() * m)));
    }

    /// <summary>Mean square error over the valid pixels.</summary>
    public double MeanSquareError => Total().MeanSquareError;

    /// <summary>EQ in dB. A weak image scores high, a constant one infinitely: see <see cref="VarianceDecibels"/>.</summary>
    public double Decibels => Total().Decibels;

    /// <summary>The generated images' own variance over the error, in dB.</summary>
    public double VarianceDecibels => Total().VarianceDecibels;

    /// <summary><see cref="Decibels"/> with the interval of a bootstrap over batches.</summary>
    public Interval DecibelsInterval() => Bootstrap.Percentiles(batches.Count, counts => Total(counts).Decibels);

    /// <summary><see cref="VarianceDecibels"/> with the interval of a bootstrap over batches.</summary>
    public Interval VarianceInterval() => Bootstrap.Percentiles(batches.Count, counts => Total(counts).VarianceDecibels);

    private Sums Total(IReadOnlyList<int>? counts = null)
    {
        Sums total = default;
        for (int i = 0; i < batches.Count; i++)
        {
            int times = counts?[i] ?? 1;
            Sums batch = batches[i];
            total = new Sums(
                total.Error + times * batch.Error, total.Valid + times * batch.Valid, total.Values + times * batch.Values,
                total.Squares + times * batch.Squares);
        }
        return total;
    }

    private static double Sum(Tensor x) => x.sum().cpu().item<double>();

    private readonly record struct Sums(double Error, double Valid, double Values, double Squares)
    {
        public double MeanSquareError => Error / Valid;

        public double Decibels => 10 * Math.Log10(4 / MeanSquareError);

        public double VarianceDecibels
        {
            get
            {
                double mean = Values / Valid;
                return 10 * Math.Log10((Squares / Valid - mean * mean) / MeanSquareError);
            }
        }
    }
}
