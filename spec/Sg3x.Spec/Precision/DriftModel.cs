using Sg3x.Spec.Schedule;

namespace Sg3x.Spec.Precision;

/// <summary>
/// How far a layer, and the whole network, drift when numbers are stored in bfloat16 and sums are not.
/// <para>
/// One rounding. x = m·2^e, 1 ≤ m &lt; 2, errs by less than half a gap of 2^(e−7), evenly, so error² = 2^(2e−14)/12 = x²·2^−14/(12·m²)
/// on average. A signal's power falls on m with density 1/(m·ln 2), averaged over its scale, and so E 1/m² = 3/(8·ln 2): the
/// noise-to-signal ratio, mean error² over mean x², is
/// <code>
///   ρ² = 2^−14/12 · 3/(8·ln 2) = 2^−14/(32·ln 2) = 2.75·10^−6,    ρ = 0.166 %
/// </code>
/// (for normal numbers within 0.5 % at any scale; at most u²/3 = 5.1·10^−6 for anything.)
/// </para>
/// <para>
/// One layer. Errors of different roundings are uncorrelated, so noise-to-signal ratios ν add. A sum Σ w·x over weights of random
/// sign multiplies the squares of signal and noise by the same Σ w²: it passes ν on. So does the leaky ReLU, whose slope² is
/// (1 + α²)/2 on average for both. Filters do not: the signal lies below the cutoff and passes nearly whole, but a fresh rounding
/// of a tensor is white up to its Nyquist frequency, and of white noise the next upsampling filter passes
/// <code>
///   κ = up²·Σ h²           (h over the grid; per axis up·Σ h²)
/// </code>
/// of the power per sample: 0.1 to 0.6 in this generator. A rounded weight makes another filter of the signal, and its error is a
/// signal's. So, ν what has been through a filter and ω what is still white,
/// <code>
///   ω ← ω + ρ²·(input + scaled input + convolved)
///   ν ← ν + ρ²·weight + κ·ω
///   ω ← ρ²·output
///   drift = √(ν + ω)
/// </code>
/// each word 1 where that tensor is rounded and 0 where not; an input that the layer before has stored rounded already adds
/// nothing. A bias adds ρ²·b²/E y², which is left out: 0 at the start and small after.
/// </para>
/// <para>
/// The whole network. From the Fourier features (ν = ω = 0) the layers add up: drift grows as the root of the depth, and most of it
/// is the weights'. Weights of random sign are an average over networks; one network of few channels scatters about it.
/// </para>
/// </summary>
public static class DriftModel
{
    /// <summary>ρ².</summary>
    public static double RoundingNoise { get; } = Math.ScaleB(1, -14) / (32 * Math.Log(2));

    /// <summary>κ: what the upsampling filter passes of white noise.</summary>
    public static double WhiteNoiseGain(Layer layer) => layer.Up * layer.Up * layer.UpFilter.Energy;

    /// <summary>
    /// The drift √(ν + ω) at each layer's output, the last that of the image. A single layer's own, from exact input, is the first of
    /// a list of one.
    /// </summary>
    public static IReadOnlyList<double> Drift(IReadOnlyList<Layer> layers, Rounding rounding)
    {
        double At(RoundingPoints point) => rounding.Has(point) ? RoundingNoise : 0;
        var drift = new List<double>();
        double ν = 0, ω = 0;
        foreach (Layer layer in layers)
        {
            bool storedRounded = drift.Count > 0 && rounding.Has(RoundingPoints.Output);
            ω += (storedRounded ? 0 : At(RoundingPoints.Input)) + At(RoundingPoints.Convolved);
            ω += rounding.Shared ? At(RoundingPoints.ScaledInput) : 0;
            ν += At(RoundingPoints.Weight) + WhiteNoiseGain(layer) * ω;
            ω = At(RoundingPoints.Output);
            drift.Add(Math.Sqrt(ν + ω));
        }
        return drift;
    }

    /// <summary>√(mean (a − b)² / mean b²): the drift of a from b.</summary>
    public static double Measured(double[][][,] a, double[][][,] b)
    {
        double[][][,] difference = [.. a.Zip(b, (x, y) =>
            x.Zip(y, (p, q) => Signals.Plane.Map(p, q, (s, t) => s - t)).ToArray())];
        return Math.Sqrt(Signals.Plane.MeanSquare(difference) / Signals.Plane.MeanSquare(b));
    }
}
