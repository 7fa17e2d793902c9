using Sg3x.Configuration;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Augmentation;

/// <summary>
/// The augmentation of a run: its pipeline, and what moves its probability. Draws follow from the run's seed, the purpose and the
/// iteration, for a whole batch at once.
/// </summary>
public sealed class RunAugmentation : IDisposable
{
    private readonly RunConfig _config;
    private readonly AugmentationPipeline? _pipeline;

    /// <summary>The augmentation before the first iteration.</summary>
    /// <param name="config">The run.</param>
    /// <param name="device">Its device.</param>
    public RunAugmentation(RunConfig config, Device device)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        Controller = new AugmentationController(config.Augmentation, config.Training.Batch, device);
        if (IsOn)
        {
            AugmentationKinds kinds = AugmentationKinds.Named(config.Augmentation.Pipeline);
            _pipeline = new AugmentationPipeline(kinds, config.Generator.Resolution, device);
        }
    }

    /// <summary>Whether images are augmented at all.</summary>
    public bool IsOn => _config.Augmentation.Mode != AugmentationConfig.None;

    /// <summary>p and what moves it.</summary>
    public AugmentationController Controller { get; }

    /// <summary>p, read from the device; null where nothing is augmented.</summary>
    public double? Probability => _pipeline is null ? null : Controller.Probability.item<double>();

    /// <summary>Augments some images of a batch.</summary>
    /// <param name="images">[N, 3, R, R] in [−1, 1].</param>
    /// <param name="purpose">What they are for.</param>
    /// <param name="iteration">Iteration, from 0.</param>
    /// <param name="start">Their first one's place in the batch.</param>
    /// <returns>[N, 3, R, R]; the images themselves where nothing is augmented.</returns>
    public Tensor Apply(Tensor images, RandomPurpose purpose, long iteration, long start)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_pipeline is null)
            return images;
        using DisposeScope scope = NewDisposeScope();
        long seed = CounterRandom.Seed(_config.Training.Seed, purpose, iteration);
        AugmentationDraws draws = AugmentationDraws.FromSeed(seed, _config.Training.Batch, images.device);
        return _pipeline.Apply(images, Controller.Probability, draws.Part(start, images.shape[0])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Controller.Dispose();
        _pipeline?.Dispose();
    }
}
