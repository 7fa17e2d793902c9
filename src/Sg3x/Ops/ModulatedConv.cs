using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Modulated convolution (SG2 section 2.2, with AFG's normalisations) with one weight for the whole batch: scaling the input
/// channels by the
/// style and the output channels by the demodulation gives the numbers of a weight per sample.
/// </summary>
public static class ModulatedConv
{
    private const double Epsilon = 1e-8;

    /// <summary>
    /// y[n, o] = d[n, o] · g · Σ_i (w[o, i] ⋆ s[n, i]·x[n, i]), a cross-correlation, where demodulating w is first divided by its
    /// RMS over
    /// (i, kh, kw), s by its RMS over the whole array, and d[n, o] = (Σ (w·s)² + 1e−8)^−½; otherwise d = 1.
    /// </summary>
    /// <remarks>
    /// With x in bfloat16, norms are computed in the weight's dtype; weight, scaled input and the results of the convolution and of the
    /// demodulation are rounded to bfloat16, sums are not.
    /// </remarks>
    /// <param name="x">[N, I, H, W].</param>
    /// <param name="weight">[O, I, k, k], the dtype of <paramref name="x"/>, or float32 with x in bfloat16.</param>
    /// <param name="styles">[N, I], the dtype of <paramref name="weight"/>.</param>
    /// <param name="demodulate">Normalise weight and style and demodulate the output.</param>
    /// <param name="padding">Zeros around the image on every side, in pixels.</param>
    /// <param name="inputGain">g, of one element, the dtype of <paramref name="weight"/>; null is 1.</param>
    /// <returns>[N, O, H + 2·padding − k + 1, W + 2·padding − k + 1], the dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The arguments do not fit each other.</exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor styles, bool demodulate, int padding, Tensor? inputGain = null)
    {
        CheckArguments(x, weight, styles, padding);
        using DisposeScope scope = NewDisposeScope();
        Tensor scale = demodulate ? styles * styles.square().mean().rsqrt() : styles;
        Tensor? demodulation = demodulate ? Demodulation(weight, scale) : null;
        if (inputGain is not null)
            scale = scale * inputGain.reshape(1, 1);
        Tensor y = ReducedPrecision.Convolve(ScaleChannels(x, scale), weight, null, 1, padding);
        if (demodulation is not null)
            y = ScaleChannels(y, demodulation);
        return y.MoveToOuterDisposeScope();
    }

    // The factors are of the wider dtype, and so is the product before it is rounded.
    private static Tensor ScaleChannels(Tensor x, Tensor factors) => (x * factors.unsqueeze(2).unsqueeze(3)).to(x.dtype);

    // r[o]·d[n, o], r the reciprocal RMS of the weight: the convolution uses the weight as it is, so r is applied with d. [N, O].
    private static Tensor Demodulation(Tensor weight, Tensor styles)
    {
        Tensor squares = weight.square().sum([2, 3]);
        double taps = (double)weight.shape[1] * weight.shape[2] * weight.shape[3];
        Tensor rms = (squares.sum([1]) / taps).rsqrt().unsqueeze(0);
        Tensor power = styles.square().matmul(squares.t()) * rms.square();
        return rms * (power + Epsilon).rsqrt();
    }

    private static void CheckArguments(Tensor x, Tensor weight, Tensor styles, int padding)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(styles);
        if (x.dim() != 4)
            throw new ArgumentException($"x: expected [N, I, H, W], found [{string.Join(", ", x.shape)}].", nameof(x));
        if (weight.dim() != 4 || weight.shape[1] != x.shape[1])
            throw new ArgumentException(
                $"weight: expected [O, {x.shape[1]}, k, k], found [{string.Join(", ", weight.shape)}].", nameof(weight));
        if (styles.dim() != 2 || styles.shape[0] != x.shape[0] || styles.shape[1] != x.shape[1])
            throw new ArgumentException(
                $"styles: expected [{x.shape[0]}, {x.shape[1]}], found [{string.Join(", ", styles.shape)}].", nameof(styles));
        bool stored = x.dtype == ScalarType.BFloat16 && weight.dtype == ScalarType.Float32;
        if ((weight.dtype != x.dtype && !stored) || styles.dtype != weight.dtype)
            throw new ArgumentException(
                $"expected one dtype, or float32 with x in bfloat16, found x {x.dtype}, weight {weight.dtype}, styles {styles.dtype}.",
                nameof(weight));
        long least = Math.Max(weight.shape[2], weight.shape[3]) - 2L * padding;
        if (padding < 0 || x.shape[2] < least || x.shape[3] < least)
            throw new ArgumentException(
                $"x: expected at least {least}×{least} pixels, found {x.shape[2]}×{x.shape[3]}, padding {padding}.", nameof(x));
    }
}
