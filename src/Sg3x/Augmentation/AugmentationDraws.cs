using Sg3x.Data;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;
using Choice = Sg3x.Augmentation.AugmentationChoice;

namespace Sg3x.Augmentation;

/// <summary>
/// The random numbers of a batch: for each image and augmentation one that decides whether it is taken, and those that say by how
/// much. They are drawn on the CPU, so that every device augments alike, and for a whole batch at once, so that it may go
/// through the networks in parts.
/// </summary>
public sealed class AugmentationDraws
{
    private const int ChoiceCount = (int)Choice.Cutout + 1;
    private const int ValueCount = (int)Amount.CutoutSize + 1;

    private readonly long _seed;
    private readonly long _first;
    private readonly double? _quantile;

    /// <summary>Draws that are given.</summary>
    /// <param name="choices">float64 [N, <see cref="AugmentationChoice"/>], uniform in [0, 1).</param>
    /// <param name="values">float64 [N, <see cref="AugmentationAmount"/>], uniform in [0, 1) or standard normal.</param>
    /// <param name="noiseSeed">Seed of the noise.</param>
    /// <exception cref="ArgumentException">Another type or shape.</exception>
    public AugmentationDraws(Tensor choices, Tensor values, long noiseSeed = 0)
        : this(choices, values, noiseSeed, 0, null)
    {
        Check(choices, ChoiceCount, nameof(choices));
        Check(values, ValueCount, nameof(values));
    }

    private AugmentationDraws(Tensor choices, Tensor values, long seed, long first, double? quantile) =>
        (Choices, Values, _seed, _first, _quantile) = (choices, values, seed, first, quantile);

    /// <summary>
    /// float64 [N, <see cref="AugmentationChoice"/>], uniform in [0, 1): taken where below its probability.
    /// </summary>
    public Tensor Choices { get; }

    /// <summary>float64 [N, <see cref="AugmentationAmount"/>], uniform in [0, 1) or standard normal.</summary>
    public Tensor Values { get; }

    /// <summary>Images, N.</summary>
    public long Count => Choices.shape[0];

    /// <summary>Draws from a seed.</summary>
    /// <param name="seed">From <see cref="CounterRandom.Seed"/>; the same seed gives the same draws.</param>
    /// <param name="count">Images, N.</param>
    /// <param name="device">Device of the images.</param>
    /// <remarks>The tensors belong to the current dispose scope.</remarks>
    public static AugmentationDraws FromSeed(long seed, long count, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)seed);
        Tensor choices = rand([count, ChoiceCount], dtype: ScalarType.Float64, generator: generator);
        Tensor uniform = rand([count, ValueCount], dtype: ScalarType.Float64, generator: generator);
        Tensor normal = randn([count, ValueCount], dtype: ScalarType.Float64, generator: generator);
        Tensor values = where(tensor(AmountTable.Normals, dtype: ScalarType.Bool), normal, uniform);
        return Sent(choices, values, device, scope, seed, null);
    }

    /// <summary>
    /// Every draw its quantile Q, the second rotation 0: uniform ones Q of their range, dice ⌊sides·Q⌋, normal ones
    /// erfinv(2Q − 1)·std, without the √2 that a normal's quantile has: that is how the published test values were made. Taken
    /// at a probability of 1 alone.
    /// </summary>
    /// <param name="quantile">Q, in (0, 1).</param>
    /// <param name="count">Images, N.</param>
    /// <param name="device">Device of the images.</param>
    /// <remarks>The tensors belong to the current dispose scope.</remarks>
    public static AugmentationDraws FromQuantile(double quantile, long count, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        using DisposeScope scope = NewDisposeScope();
        Tensor choices = full([count, ChoiceCount], Math.BitDecrement(1.0), dtype: ScalarType.Float64);
        double normal = NormalQuantile(quantile);
        double[] row = [.. AmountTable.Normals.Select(isNormal => isNormal ? normal : quantile)];
        row[(int)Amount.AngleAfter] = 0.5;
        Tensor values = tensor(row, dtype: ScalarType.Float64).unsqueeze(0).repeat(count, 1);
        return Sent(choices, values, device, scope, 0, quantile);
    }

    /// <summary>The draws of some of the images.</summary>
    /// <param name="start">First image.</param>
    /// <param name="count">Images.</param>
    public AugmentationDraws Part(long start, long count) => new(
        Choices.narrow(0, start, count), Values.narrow(0, start, count), _seed, _first + start, _quantile);

    /// <summary>Standard normal draws for the pixels of every image, each image's its own.</summary>
    /// <param name="like">[N, C, H, W]: shape, dtype and device of the result.</param>
    internal Tensor Noise(Tensor like)
    {
        if (_quantile is double quantile)
        {
            return full_like(like, NormalQuantile(quantile));
        }

        using DisposeScope scope = NewDisposeScope();
        long[] shape = [1, .. like.shape[1..]];
        Tensor[] images =
        [
            .. Enumerable.Range(0, (int)Count).Select(i => CounterRandom.Normal(
                CounterRandom.Seed(_seed, RandomPurpose.AugmentationNoise, _first + i), CPU, shape)),
        ];
        return DeviceTransfer.Send(cat(images).to_type(like.dtype), like.device).MoveToOuterDisposeScope();
    }

    // Both go to the device in one transfer.
    private static AugmentationDraws Sent(
        Tensor choices, Tensor values, Device device, DisposeScope scope, long seed, double? quantile)
    {
        Tensor both = DeviceTransfer.Send(cat([choices, values], 1), device);
        return new AugmentationDraws(
            scope.MoveToOuter(both.narrow(1, 0, ChoiceCount)), scope.MoveToOuter(both.narrow(1, ChoiceCount, ValueCount)),
            seed, 0, quantile);
    }

    private static void Check(Tensor draws, int columns, string name)
    {
        if (draws.dtype != ScalarType.Float64 || draws.dim() != 2 || draws.shape[1] != columns)
            throw new ArgumentException(
                $"{name}: expected float64 [N, {columns}], found {draws.dtype} [{string.Join(", ", draws.shape)}].", name);
    }

    private static double NormalQuantile(double quantile)
    {
        using Tensor x = tensor(new[] { (2 * quantile) - 1 }, dtype: ScalarType.Float64);

        // torch.erfinv of TorchSharp 0.107 is erf; the tensor's own is the inverse.
        using Tensor z = x.erfinv();
        return z.item<double>();
    }
}
