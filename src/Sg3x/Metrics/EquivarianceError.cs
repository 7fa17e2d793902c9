using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The error between transformed images and images of transformed inputs, pooled over samples, channels and valid pixels
/// (AFG equation 3): EQ = 10·log10(I_max² / (Σ mask·(a − b)² / Σ mask)), I_max = 2.
/// </summary>
public sealed class EquivarianceError
{
    private double error;
    private double valid;
    private double sum;
    private double squares;

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
        error += Sum((a - b).square() * m);
        valid += Sum(m) * generated.shape[0] * generated.shape[1];
        sum += Sum(b * m);
        squares += Sum(b.square() * m);
    }

    /// <summary>Mean square error over the valid pixels.</summary>
    public double MeanSquareError => error / valid;

    /// <summary>EQ in dB. A weak image scores high, a constant one infinitely: see <see cref="VarianceDecibels"/>.</summary>
    public double Decibels => 10 * Math.Log10(4 / MeanSquareError);

    /// <summary>The generated images' own variance over the error, in dB.</summary>
    public double VarianceDecibels
    {
        get
        {
            double mean = sum / valid;
            return 10 * Math.Log10((squares / valid - mean * mean) / MeanSquareError);
        }
    }

    private static double Sum(Tensor x) => x.sum().cpu().item<double>();
}
