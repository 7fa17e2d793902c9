using TorchSharp;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;

namespace Sg3x.Augmentation;

/// <summary>
/// Amplifies four frequency bands of images, about [0, π/8], [π/8, π/4], [π/4, π/2] and [π/2, π] along each axis (ADA appendix
/// B.2). The half-band filter L(z) = H(z)H(z⁻¹)/2 of an orthonormal wavelet and L(−z) add up to 1, so these four do as well:
/// <code>
///   L(z)L(z²)L(z⁴)     L(z)L(z²)L(−z⁴)     L(z)L(−z²)     L(−z)
/// </code>
/// Gains: for each band that is taken t ← (1, …, 2^a, …, 1)/√(Σ λ t²), multiplied up; λ = (10, 1, 1, 1)/13, the power that
/// natural images have in each band.
/// </summary>
internal sealed class BandFilter : IDisposable
{
    private const int Bands = 4;
    private static readonly double[] ExpectedPower = [10 / 13.0, 1 / 13.0, 1 / 13.0, 1 / 13.0];

    private readonly int _size;
    private readonly Tensor _matrices;
    private readonly Tensor _power;

    internal BandFilter(int size, Device device)
    {
        _size = size;
        double[] values = [.. Taps().SelectMany(taps => Matrix(taps, size))];
        _matrices = tensor(values, dtype: ScalarType.Float64, device: device).reshape(Bands, -1).DetachFromDisposeScope();
        _power = tensor(ExpectedPower, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
    }

    /// <summary>The bands' taps, lowest first, each centred.</summary>
    internal static double[][] Taps()
    {
        double[] low = HalfBand();
        double[] high = [.. low.Select((tap, i) => i == low.Length / 2 ? 1 - tap : -tap)];
        double[] low2 = Spread(low, 2), high2 = Spread(high, 2), low4 = Spread(low, 4), high4 = Spread(high, 4);
        return
        [
            Convolve(Convolve(low, low2), low4), Convolve(Convolve(low, low2), high4), Convolve(low, high2), high,
        ];
    }

    /// <summary>The gains of each band.</summary>
    /// <param name="amounts">float64 [N, amounts].</param>
    /// <returns>float64 [N, 4].</returns>
    internal Tensor Gains(Tensor amounts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor t = (amounts.narrow(1, (long)Amount.Band0, Bands) * Math.Log(2)).exp();
        Tensor norms = (1 + (_power * (t.square() - 1))).sqrt();
        return (t / norms.log().sum(1, true).exp()).MoveToOuterDisposeScope();
    }

    /// <summary>Filters along both axes, the images reflected at their borders.</summary>
    /// <param name="x">[N, C, size, size].</param>
    /// <param name="amounts">float64 [N, amounts].</param>
    /// <returns>[N, C, size, size].</returns>
    internal Tensor Apply(Tensor x, Tensor amounts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Gains(amounts).matmul(_matrices).reshape(-1, 1, _size, _size).to_type(x.dtype);
        return matrix.matmul(x).matmul(matrix.transpose(2, 3)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _matrices.Dispose();
        _power.Dispose();
    }

    // L: the autocorrelation of h over 2, 1/2 in the middle and zeros at the other even places.
    private static double[] HalfBand()
    {
        double[] h = Wavelets.Sym2;
        return [.. Convolve(h, [.. h.Reverse()]).Select(tap => tap / 2)];
    }

    private static double[] Spread(double[] taps, int by)
    {
        double[] spread = new double[((taps.Length - 1) * by) + 1];
        for (int i = 0; i < taps.Length; i++)
        {
            spread[i * by] = taps[i];
        }

        return spread;
    }

    private static double[] Convolve(double[] a, double[] b)
    {
        double[] result = new double[a.Length + b.Length - 1];
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = 0; j < b.Length; j++)
            {
                result[i + j] += a[i] * b[j];
            }
        }

        return result;
    }

    private static double[] Matrix(double[] taps, int size)
    {
        double[] matrix = new double[size * size];
        for (int o = 0; o < size; o++)
        {
            for (int k = 0; k < taps.Length; k++)
            {
                matrix[(o * size) + Wavelets.Reflect(o + k - (taps.Length / 2), size)] += taps[k];
            }
        }

        return matrix;
    }
}
