using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// Config R's blur of all that D sees at the start of training (AFG appendix F.3 "Gaussian blur"), which keeps D from deciding by
/// high frequencies while G makes none yet.
/// </summary>
public static class InitialBlur
{
    /// <summary>σ = σ₀·max(0, 1 − images/fade).</summary>
    /// <param name="initialSigma">σ₀ in pixels.</param>
    /// <param name="fadeImages">Images over which it fades.</param>
    /// <param name="images">Images shown so far.</param>
    public static double Sigma(double initialSigma, double fadeImages, long images) =>
        fadeImages > 0 ? initialSigma * Math.Max(0, 1 - (images / fadeImages)) : 0;

    /// <summary>The filter: taps ∝ 2^−(k/σ)² for |k| ≤ ⌊3σ⌋, of unit sum.</summary>
    /// <param name="sigma">σ in pixels; the filter's standard deviation is 0.85σ.</param>
    public static double[] Taps(double sigma)
    {
        int reach = (int)Math.Floor(3 * sigma);
        double[] taps = reach == 0
            ? [1]
            : [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(k => Math.Pow(2, -(k / sigma) * (k / sigma)))];
        double sum = taps.Sum();
        return [.. taps.Select(t => t / sum)];
    }

    /// <summary>Blurs along both axes, with zeros around the image.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="sigma">σ in pixels; under 1/3 the filter has one tap and the images pass unchanged.</param>
    /// <returns>[N, C, H, W], differentiable as often as need be.</returns>
    public static Tensor Apply(Tensor images, double sigma)
    {
        double[] taps = Taps(sigma);
        if (taps.Length == 1)
        {
            return images;
        }

        long reach = taps.Length / 2;
        long[] shape = images.shape;
        using Tensor ofHost = tensor(taps, dtype: images.dtype);
        using Tensor filter = DeviceTransfer.Send(ofHost, images.device);
        Tensor planes = images.reshape(-1, 1, shape[2], shape[3]);
        Tensor rows = nn.functional.conv2d(planes, filter.reshape(1, 1, 1, -1), padding: [0, reach]);
        return nn.functional.conv2d(rows, filter.reshape(1, 1, -1, 1), padding: [reach, 0]).reshape(shape);
    }
}
