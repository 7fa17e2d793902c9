using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Layers;

/// <summary>
/// The discriminator's anti-aliased stride (SG2 appendix B): f = [1, 3, 3, 1] ⊗ [1, 3, 3, 1] / 64,
/// <code>
///   skip   y = W₁ₓ₁ ⋆ keep_2(f ∗ pad_1(x))
///   conv1  y = keep_2(W₃ₓ₃ ⋆ (f ∗ pad_2(x)))        valid throughout, so both halve an even side
/// </code>
/// </summary>
public static class Resampling
{
    /// <summary>[1, 3, 3, 1] / 8 along each axis.</summary>
    public static Filter Smooth { get; } = Filter.Separable([1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0]);

    /// <summary>f ∗ pad(x), valid.</summary>
    public static double[,] Blur(double[,] x, int padding) =>
        Smooth.Convolve(Plane.Both(x, row => Signal.Pad(row, padding, padding)));

    public static double[,] BlurAdjoint(double[,] dy, int padding) =>
        Plane.Both(Smooth.ConvolveAdjoint(dy), row => Signal.Pad(row, -padding, -padding));

    /// <summary>Every second sample of every second row.</summary>
    public static double[,] Keep(double[,] x) => Plane.Both(x, row => Signal.Keep(row, 2));

    /// <summary>The adjoint for planes of <paramref name="height"/> × <paramref name="width"/>.</summary>
    public static double[,] KeepAdjoint(double[,] dy, int height, int width) => Plane.Columns(
        Plane.Rows(dy, row => Signal.KeepAdjoint(row, 2, width)), column => Signal.KeepAdjoint(column, 2, height));
}
