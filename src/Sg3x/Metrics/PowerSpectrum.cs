using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// The average power spectrum of images over the distance from zero frequency. Photographs have power that falls like a power of
/// the frequency; images of a network whose filters alias or leave holes do not.
/// </summary>
public static class PowerSpectrum
{
    // As in the study of spectra of AFG (figure 6's tool): narrow enough, and its side lobes lie below −90 dB.
    private const double KaiserBeta = 8;

    private const int Portion = 64;

    /// <summary>
    /// P(k) = mean over images, channels and frequencies with round(|f|) = k of |F[w·(x − x̄)](f)|² / Σ w², with w the separable
    /// periodic Kaiser window of β 8 and x̄ the mean of the image's channel, in dB of 1 = the square of half the range of values.
    /// </summary>
    /// <param name="images">uint8, or floating point with values in about [−1, 1], [N, C, R, R] on any device.</param>
    /// <returns>10·log₁₀ P(k) for the frequencies k = 0 … R/2 in cycles per image.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public static double[] Radial(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[2] != shape[3] || shape[2] < 4)
        {
            throw new ArgumentException(
                $"Images for a spectrum are [N, C, R, R]; these are [{string.Join(", ", shape)}].", nameof(images));
        }

        var rows = Rings(Power(images, (int)shape[2]), (int)shape[2]);
        return Decibels(rows, [.. Enumerable.Repeat(1, rows.Count)]);
    }

    /// <summary>P(k) of each image by itself, not in dB: what a set that comes in parts is averaged from.</summary>
    /// <param name="images">As for <see cref="Radial"/>.</param>
    /// <returns>For each image the frequencies k = 0 … R/2.</returns>
    internal static IEnumerable<double[]> ByImage(Tensor images) =>
        Enumerable.Range(0, (int)images.shape[0]).SelectMany(i =>
        {
            using var image = images.narrow(0, i, 1);
            return Rings(Power(image, (int)images.shape[2]), (int)images.shape[2]);
        });

    /// <summary>The mean of spectra in dB.</summary>
    /// <param name="spectra">As <see cref="ByImage"/> gives them.</param>
    /// <param name="counts">How often each is counted.</param>
    internal static double[] Decibels(IReadOnlyList<double[]> spectra, IReadOnlyList<int> counts)
    {
        var sums = new double[spectra[0].Length];
        for (var i = 0; i < spectra.Count; i++)
        {
            for (var k = 0; k < sums.Length && counts[i] > 0; k++)
            {
                sums[k] += counts[i] * spectra[i][k];
            }
        }

        double total = counts.Sum();
        return Array.ConvertAll(sums, sum => 10 * Math.Log10(Math.Max(sum / total, 1e-30)));
    }

    /// <summary>The mean over the frequencies with round(|f|) = k.</summary>
    private static List<double[]> Rings(double[] power, int size)
    {
        var sums = new double[(size / 2) + 1];
        var counts = new int[sums.Length];
        for (var i = 0; i < power.Length; i++)
        {
            var (y, x) = (Frequency(i / size, size), Frequency(i % size, size));
            var k = (int)Math.Round(Math.Sqrt((y * y) + (x * x)), MidpointRounding.AwayFromZero);
            if (k < sums.Length)
            {
                sums[k] += power[i];
                counts[k]++;
            }
        }

        return [[.. sums.Zip(counts, (sum, count) => sum / count)]];
    }

    /// <summary>The exponent of power as a power of frequency: the least-squares slope of ln P over ln k.</summary>
    /// <param name="decibel">As <see cref="Radial"/> gives it.</param>
    /// <param name="from">First frequency, at least 1.</param>
    /// <param name="to">Last frequency.</param>
    public static double Slope(IReadOnlyList<double> decibel, int from, int to)
    {
        ArgumentNullException.ThrowIfNull(decibel);
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(to, decibel.Count);
        var x = Enumerable.Range(from, to - from + 1).Select(k => Math.Log(k)).ToArray();
        var y = Enumerable.Range(from, to - from + 1).Select(k => decibel[k] * Math.Log(10) / 10).ToArray();
        double mx = x.Average(), my = y.Average();
        return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
    }

    /// <summary>|F|² averaged over images and channels, [size·size].</summary>
    private static double[] Power(Tensor images, int size)
    {
        using var scope = NewDisposeScope();
        var (cosine, sine, energy) = Transforms(size, images.device);
        var total = zeros(size, size, dtype: float64, device: images.device);
        long count = images.shape[0], planes = count * images.shape[1];
        for (long at = 0; at < count; at += Portion)
        {
            using var inner = NewDisposeScope();
            var part = images.narrow(0, at, Math.Min(Portion, count - at)).to(float64);
            part = (images.dtype == uint8 ? (part / 127.5) - 1 : part).reshape(-1, size, size);
            part -= part.mean([1, 2], keepdim: true);

            // The transform as two products: along columns, then along rows. Windows are in the matrices.
            Tensor re = matmul(cosine, part), im = matmul(sine, part);
            var real = matmul(re, cosine.t()) - matmul(im, sine.t());
            var imaginary = matmul(re, sine.t()) + matmul(im, cosine.t());
            total.add_(((real * real) + (imaginary * imaginary)).sum(dim: 0L));
        }

        return (total / (planes * energy)).cpu().data<double>().ToArray();
    }

    private static (Tensor Cosine, Tensor Sine, double Energy) Transforms(int size, Device device)
    {
        var window = Enumerable.Range(0, size).Select(i => Kaiser(i, size)).ToArray();
        double[] cosine = new double[size * size], sine = new double[size * size];
        for (var k = 0; k < size; k++)
        {
            for (var i = 0; i < size; i++)
            {
                var angle = 2 * Math.PI * ((long)k * i % size) / size;
                cosine[(k * size) + i] = window[i] * Math.Cos(angle);
                sine[(k * size) + i] = window[i] * Math.Sin(angle);
            }
        }

        var energy = window.Sum(w => w * w);
        return (tensor(cosine, [size, size], device: device), tensor(sine, [size, size], device: device), energy * energy);
    }

    private static double Kaiser(int i, int size)
    {
        var x = (2.0 * i / size) - 1;
        return Bessel(KaiserBeta * Math.Sqrt(1 - (x * x))) / Bessel(KaiserBeta);
    }

    /// <summary>The modified Bessel function of the first kind and order 0, by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > 1e-17 * sum; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }

    private static int Frequency(int i, int size) => i <= size / 2 ? i : i - size;
}
