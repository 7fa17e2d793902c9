using TorchSharp;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;

namespace Sg3x.Augmentation;

/// <summary>
/// ADA's augmentations (appendix B) of a batch, each image by its own draws: geometry, colour, band filter, noise, cutout, in
/// that order. It is differentiable in the images as often as need be, and reads nothing back from the device.
/// </summary>
public sealed class AugmentationPipeline : IDisposable
{
    private readonly AugmentationKinds _kinds;
    private readonly int _size;
    private readonly AmountTable _amounts;
    private readonly TransformMatrices _transforms;
    private readonly GeometricWarp? _warp;
    private readonly BandFilter? _bands;
    private readonly Tensor _centres;

    /// <summary>A pipeline.</summary>
    /// <param name="kinds">Which augmentations, and how often.</param>
    /// <param name="size">Width and height of the images in pixels, at least 2.</param>
    /// <param name="device">Their device.</param>
    public AugmentationPipeline(AugmentationKinds kinds, int size, Device device)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        (_kinds, _size) = (kinds, size);
        _amounts = new AmountTable(kinds, device);
        _transforms = new TransformMatrices(device);
        _warp = kinds.IsGeometric ? new GeometricWarp(size, device) : null;
        _bands = kinds.Filter > 0 ? new BandFilter(size, device) : null;
        double[] centres = [.. Enumerable.Range(0, size).Select(i => (i + 0.5) / size)];
        _centres = tensor(centres, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
    }

    /// <summary>G⁻¹ of each image: where what is seen at a pixel comes from, in pixels about the centre, y down.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="p">float64 [], on the device of the draws.</param>
    /// <returns>float64 [N, 3, 3].</returns>
    public Tensor GeometryMatrix(AugmentationDraws draws, Tensor p)
    {
        ArgumentNullException.ThrowIfNull(draws);
        using DisposeScope scope = NewDisposeScope();
        return TransformMatrices.Geometry(_amounts.Of(draws, p), _size).MoveToOuterDisposeScope();
    }

    /// <summary>C of each image, on (r, g, b, 1).</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="p">float64 [], on the device of the draws.</param>
    /// <returns>float64 [N, 4, 4].</returns>
    public Tensor ColourMatrix(AugmentationDraws draws, Tensor p)
    {
        ArgumentNullException.ThrowIfNull(draws);
        using DisposeScope scope = NewDisposeScope();
        return _transforms.Colour(_amounts.Of(draws, p)).MoveToOuterDisposeScope();
    }

    /// <summary>Augments a batch by draws from a seed.</summary>
    /// <param name="images">[N, 3, size, size] in [−1, 1].</param>
    /// <param name="p">float64 [], on the device of the images.</param>
    /// <param name="seed">The same seed augments alike.</param>
    /// <returns>[N, 3, size, size].</returns>
    public Tensor Apply(Tensor images, Tensor p, long seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        AugmentationDraws draws = AugmentationDraws.FromSeed(seed, images.shape[0], images.device);
        return Apply(images, p, draws).MoveToOuterDisposeScope();
    }

    /// <summary>Augments a batch.</summary>
    /// <param name="images">[N, 3, size, size] in [−1, 1], float32 or float64; other types are augmented in float32.</param>
    /// <param name="p">float64 [], on the device of the images.</param>
    /// <param name="draws">The draws of these N images.</param>
    /// <returns>[N, 3, size, size], the dtype of <paramref name="images"/>.</returns>
    /// <exception cref="ArgumentException">The arguments do not fit each other.</exception>
    public Tensor Apply(Tensor images, Tensor p, AugmentationDraws draws)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(draws);
        if (!images.shape.SequenceEqual([draws.Count, 3, _size, _size]))
            throw new ArgumentException(
                $"images: expected [{draws.Count}, 3, {_size}, {_size}], found [{string.Join(", ", images.shape)}].",
                nameof(images));
        if (p.dtype != ScalarType.Float64 || p.numel() != 1)
            throw new ArgumentException($"p: expected one float64, found {p.dtype} [{string.Join(", ", p.shape)}].", nameof(p));
        using DisposeScope scope = NewDisposeScope();
        Tensor x = images.dtype is ScalarType.Float32 or ScalarType.Float64 ? images : images.to_type(ScalarType.Float32);
        Tensor amounts = _amounts.Of(draws, p.detach());
        if (_warp is not null)
            x = _warp.Apply(x, TransformMatrices.Geometry(amounts, _size));
        if (_kinds.IsColoured)
            x = Recolour(x, _transforms.Colour(amounts));
        if (_bands is not null)
            x = _bands.Apply(x, amounts);
        if (_kinds.Noise > 0)
            x += draws.Noise(x) * Of(amounts, Amount.NoiseStd).abs().to_type(x.dtype);
        if (_kinds.Cutout > 0)
            x *= Kept(amounts).to_type(x.dtype);
        return x.to_type(images.dtype).alias().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _amounts.Dispose();
        _transforms.Dispose();
        _warp?.Dispose();
        _bands?.Dispose();
        _centres.Dispose();
    }

    private static Tensor Of(Tensor amounts, Amount amount) => amounts.select(1, (long)amount).reshape(-1, 1, 1, 1);

    private static Tensor Recolour(Tensor x, Tensor matrix)
    {
        Tensor c = matrix.to_type(x.dtype);
        Tensor pixels = c.narrow(1, 0, 3).narrow(2, 0, 3).matmul(x.flatten(2)) + c.narrow(1, 0, 3).narrow(2, 3, 1);
        return pixels.reshape(x.shape);
    }

    // What lies outside the square |x − x_c| < s/2, |y − y_c| < s/2, in fractions of the image.
    private Tensor Kept(Tensor amounts)
    {
        Tensor half = Of(amounts, Amount.CutoutSize) / 2;
        Tensor outsideX = (_centres - Of(amounts, Amount.CutoutX)).abs() >= half;
        Tensor outsideY = (_centres.unsqueeze(1) - Of(amounts, Amount.CutoutY)).abs() >= half;
        return outsideX | outsideY;
    }
}
