using TorchSharp;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;

namespace Sg3x.Augmentation;

/// <summary>The two matrices of an image (ADA appendix B.2), from the amounts by which it is augmented.</summary>
internal sealed class TransformMatrices : IDisposable
{
    private readonly Tensor _grey;
    private readonly Tensor _chroma;
    private readonly Tensor _cross;
    private readonly Tensor _last;
    private readonly Tensor _shift;

    internal TransformMatrices(Device device)
    {
        double v = 1 / Math.Sqrt(3);
        _grey = Constant((i, j) => i < 3 && j < 3 ? 1 / 3.0 : 0);
        _chroma = Constant((i, j) => i < 3 && j < 3 ? (i == j ? 1 : 0) - (1 / 3.0) : 0);
        _cross = Constant((i, j) => i == 3 || j == 3 || i == j ? 0 : (i + 1) % 3 == j ? -v : v);
        _last = Constant((i, j) => i == 3 && j == 3 ? 1 : 0);
        _shift = Constant((i, j) => i < 3 && j == 3 ? 1 : 0);

        Tensor Constant(Func<int, int, double> entry) =>
            tensor([.. Enumerable.Range(0, 16).Select(k => entry(k / 4, k % 4))], dtype: ScalarType.Float64, device: device)
                .reshape(4, 4).DetachFromDisposeScope();
    }

    /// <summary>
    /// G⁻¹ = flip · rot(k·π/2) · trans(−round(t·size)) · scale(1/s) · rot(θ₁) · scale(1/a, a) · rot(θ₂) · trans(−t·size): where
    /// in the image what is seen at a pixel comes from, both in pixels about the centre, y down.
    /// </summary>
    /// <param name="amounts">float64 [N, amounts].</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <returns>float64 [N, 3, 3].</returns>
    internal static Tensor Geometry(Tensor amounts, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Of(Amount amount) => amounts.select(1, (long)amount);
        Tensor one = ones_like(Of(Amount.XFlip));
        Tensor zero = zeros_like(one);
        Tensor Matrix(params Tensor[] entries) => stack([.. entries, zero, zero, one], 1).reshape(-1, 3, 3);
        Tensor Scaling(Tensor x, Tensor y) => Matrix(x, zero, zero, zero, y, zero);
        Tensor Translation(Tensor x, Tensor y) => Matrix(one, zero, x, zero, one, y);
        Tensor Rotation(Tensor angle)
        {
            Tensor cos = angle.cos();
            Tensor sin = angle.sin();
            return Matrix(cos, -sin, zero, sin, cos, zero);
        }

        Tensor shrink = PowerOfTwo(-Of(Amount.Scale));
        return Scaling(1 - (2 * Of(Amount.XFlip)), one)
            .matmul(Rotation(Of(Amount.QuarterTurns) * (Math.PI / 2)))
            .matmul(Translation(-(Of(Amount.WholeX) * size).round(), -(Of(Amount.WholeY) * size).round()))
            .matmul(Scaling(shrink, shrink))
            .matmul(Rotation(Of(Amount.AngleBefore)))
            .matmul(Scaling(PowerOfTwo(-Of(Amount.Aniso)), PowerOfTwo(Of(Amount.Aniso))))
            .matmul(Rotation(Of(Amount.AngleAfter)))
            .matmul(Translation(Of(Amount.PartX) * -size, Of(Amount.PartY) * -size))
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// C = saturation · hue · luma flip · contrast · brightness. But for brightness all are sums of vvᵀ, I − vvᵀ and [v]ₓ, v =
    /// (1, 1, 1)/√3, and products of those follow from (I − vvᵀ)[v]ₓ = [v]ₓ and vvᵀ[v]ₓ = 0:
    /// C = (c·f·vvᵀ + c·s·(cos θ·(I − vvᵀ) + sin θ·[v]ₓ)) · (I | b), f = −1 where luma is flipped.
    /// </summary>
    /// <param name="amounts">float64 [N, amounts].</param>
    /// <returns>float64 [N, 4, 4], on (r, g, b, 1).</returns>
    internal Tensor Colour(Tensor amounts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Of(Amount amount) => amounts.select(1, (long)amount).reshape(-1, 1, 1);
        Tensor contrast = PowerOfTwo(Of(Amount.Contrast));
        Tensor colourful = contrast * PowerOfTwo(Of(Amount.Saturation));
        Tensor linear = (contrast * (1 - (2 * Of(Amount.LumaFlip))) * _grey)
            + (colourful * ((Of(Amount.Hue).cos() * _chroma) + (Of(Amount.Hue).sin() * _cross)));
        Tensor brightness = _grey + _chroma + _last + (Of(Amount.Brightness) * _shift);
        return (linear + _last).matmul(brightness).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor constant in (Tensor[])[_grey, _chroma, _cross, _last, _shift])
        {
            constant.Dispose();
        }
    }

    private static Tensor PowerOfTwo(Tensor exponent) => (exponent * Math.Log(2)).exp();
}
