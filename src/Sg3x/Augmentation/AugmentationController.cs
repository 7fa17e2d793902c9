using Sg3x.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Augmentation;

/// <summary>
/// The probability p of augmentation and what moves it (ADA section 3): r_t = E[sign D(x)] over every real logit since p last
/// moved, those of R1's pass included, and at the end of iterations k − 1, 2k − 1, …, when k of them are done,
/// <code>
///   p ← max(0, p + sign(r_t − target)·batch·k / (kimg·1000))
/// </code>
/// so that p crosses 0…1 in as many images as configured; it has no upper bound. All of it stays on the device.
/// </summary>
public sealed class AugmentationController : IDisposable
{
    private readonly AugmentationConfig _config;
    private readonly double _step;

    /// <summary>A controller that has seen no logit.</summary>
    /// <param name="config">Mode, target, interval, speed and first p.</param>
    /// <param name="batch">Images of an iteration.</param>
    /// <param name="device">Device that holds p.</param>
    public AugmentationController(AugmentationConfig config, int batch, Device device)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _step = Step(batch, config.Interval, config.Kimg);
        Probability = full([], config.P, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
        SignSum = zeros([], dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
        SignCount = zeros([], dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
    }

    /// <summary>p, float64 [].</summary>
    public Tensor Probability { get; }

    /// <summary>The sum of the signs of real logits since p last moved, float64 []: whole numbers, and exact.</summary>
    public Tensor SignSum { get; }

    /// <summary>How many there were, float64 [].</summary>
    public Tensor SignCount { get; }

    /// <summary>The state, by name: p, and the sum and number of signs since it moved.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        [("p", Probability), ("sign_sum", SignSum), ("sign_count", SignCount)];

    /// <summary>By how much p moves at once: batch·interval/(kimg·1000).</summary>
    /// <param name="batch">Images of an iteration.</param>
    /// <param name="interval">Iterations from one move to the next.</param>
    /// <param name="kimg">Thousands of images in which p crosses 0…1.</param>
    public static double Step(int batch, int interval, double kimg) => batch * (double)interval / (kimg * 1000);

    /// <summary>max(0, p + sign(r_t − target)·step).</summary>
    /// <param name="p">float64 [].</param>
    /// <param name="overfitting">r_t, float64 [].</param>
    /// <param name="target">Where r_t is to be held.</param>
    /// <param name="step">From <see cref="Step"/>.</param>
    /// <returns>float64 [].</returns>
    public static Tensor Next(Tensor p, Tensor overfitting, double target, double step)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(overfitting);
        using DisposeScope scope = NewDisposeScope();
        return (p + ((overfitting - target).sign() * step)).clamp_min(0).MoveToOuterDisposeScope();
    }

    /// <summary>Counts real logits; in the mode that adapts, else nothing.</summary>
    /// <param name="logits">D of real images, any shape.</param>
    /// <param name="withheld">bool [], on the device: where it is true nothing is counted; null: they are.</param>
    public void Observe(Tensor logits, Tensor? withheld = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (_config.Mode != AugmentationConfig.Adaptive)
            return;
        using IDisposable noGradient = no_grad();
        using IDisposable scope = NewDisposeScope();
        Tensor sum = logits.sign().to_type(ScalarType.Float64).sum(), count = full_like(SignCount, logits.numel());
        if (withheld is not null)
        {
            sum.masked_fill_(withheld, 0);
            count.masked_fill_(withheld, 0);
        }

        SignSum.add_(sum);
        SignCount.add_(count);
    }

    /// <summary>To be called at the end of every iteration; moves p where it is time.</summary>
    /// <param name="iteration">The iteration, from 0.</param>
    /// <param name="withheld">bool [], on the device: where it is true all stays as it is; null: p may move.</param>
    public void EndIteration(long iteration, Tensor? withheld = null)
    {
        if (_config.Mode != AugmentationConfig.Adaptive || (iteration + 1) % _config.Interval != 0)
            return;
        using IDisposable noGradient = no_grad();
        using IDisposable scope = NewDisposeScope();
        Tensor next = Next(Probability, SignSum / SignCount.clamp_min(1), _config.Target, _step), none = zeros_like(SignSum);
        foreach ((Tensor now, Tensor then) in new[] { (Probability, next), (SignSum, none), (SignCount, none) })
            now.copy_(withheld is null ? then : where(withheld, now, then));
    }

    /// <summary>Sets p to the configured one where it is fixed: the state may be that of a run in another mode.</summary>
    public void Restored()
    {
        if (_config.Mode == AugmentationConfig.Fixed)
            Probability.fill_(_config.P);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Probability.Dispose();
        SignSum.Dispose();
        SignCount.Dispose();
    }
}
