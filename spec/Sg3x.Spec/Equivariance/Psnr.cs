using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Equivariance;

/// <summary>An image and which of its pixels count.</summary>
public sealed record Masked(double[][,] Image, double[,] Mask);

/// <summary>
/// The measure of equivariance (AFG equation 3): for a generator g, a transform t, and the pixels V that both have,
/// <code>
///   EQ = 10·log10( I_max² / ( Σ_V (t(g(z0; w)) − g(t(z0); w))² / Σ_V 1 ) )      dB,   I_max = 2 for images in [−1, 1]
/// </code>
/// The sums run over samples, channels and pixels before they are divided. I_max is fixed, so a weak image scores high: the
/// variance of the image over the same error stands beside it.
/// </summary>
public sealed class Psnr
{
    private double error;
    private double valid;
    private double sum;
    private double sumOfSquares;

    /// <summary>Adds one sample: the transformed image and the image generated from the transformed input.</summary>
    public void Add(Masked reference, double[][,] generated)
    {
        for (int c = 0; c < generated.Length; c++)
            for (int v = 0; v < generated[c].Height(); v++)
                for (int u = 0; u < generated[c].Width(); u++)
                {
                    double m = reference.Mask[v, u], d = reference.Image[c][v, u] - generated[c][v, u];
                    error += m * d * d;
                    valid += m;
                    sum += m * generated[c][v, u];
                    sumOfSquares += m * generated[c][v, u] * generated[c][v, u];
                }
    }

    /// <summary>Mean square error over the valid pixels.</summary>
    public double MeanSquareError => error / valid;

    /// <summary>EQ in dB.</summary>
    public double Decibels => 10 * Math.Log10(4 / MeanSquareError);

    /// <summary>Variance of the generated images over the error, in dB.</summary>
    public double VarianceDecibels => 10 * Math.Log10((sumOfSquares / valid - sum * sum / valid / valid) / MeanSquareError);
}
