using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// Measures G_ema while a run trains, as <c>sg3x metrics</c> measures a network, on the same images. It draws from generators of
/// its own and changes nothing of the state: a run that is measured has the weights of one that is not.
/// </summary>
internal sealed class RunQuality : IDisposable
{
    private const int FewestImages = 4;

    private readonly TrainingState _state;
    private readonly IImageDataset _dataset;
    private readonly FeatureExtractor? _network;
    private readonly string? _cacheFolder;
    private readonly KeptFeatures _kept = new();

    private RunQuality(TrainingState state, IImageDataset dataset, FeatureExtractor? network, string? cacheFolder) =>
        (_state, _dataset, _network, _cacheFolder) = (state, dataset, network, cacheFolder);

    /// <summary>The best state; null where none is kept, and before <see cref="OpenBest"/>.</summary>
    internal BestCheckpoint? Best { get; private set; }

    private MetricsConfig Config => _state.Config.Metrics;

    /// <summary>Gets ready to measure a run.</summary>
    /// <param name="state">The run.</param>
    /// <param name="dataset">The real images.</param>
    /// <param name="cacheFolder">Where features of real images are kept; null: nowhere.</param>
    /// <returns>Null where nothing is to be measured.</returns>
    /// <exception cref="UserException">There are too few real images, or the network for features is none, or fails.</exception>
    internal static RunQuality? For(TrainingState state, IImageDataset dataset, string? cacheFolder)
    {
        MetricsConfig config = state.Config.Metrics;
        if (config.EveryKimg == 0)
        {
            return null;
        }

        if (dataset.Count < FewestImages)
        {
            throw UserException.Mismatch(dataset.Name, $"at least {FewestImages} images to compare with", $"{dataset.Count}");
        }

        FeatureExtractor? network = config.Features.Length > 0 ? FeatureExtractor.Load(config.Features, state.Device) : null;
        try
        {
            if (network is not null)
            {
                // What fails is to fail before the run begins, and not days later: on as many images as it will be given.
                using IDisposable scope = NewDisposeScope();
                int images = Math.Min(state.Config.BatchDevice, dataset.Count);
                network.Extract(RealImages.Read(dataset, 0, images, images));
            }

            return new RunQuality(state, dataset, network, cacheFolder);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    /// <summary>Looks for the best state of earlier parts of the run, where one is kept.</summary>
    /// <param name="folder">The run's folder, which no other process trains in.</param>
    /// <param name="warn">Hears what cannot be gone on from.</param>
    /// <exception cref="UserException">A file of another making has its name, or it cannot be moved.</exception>
    internal void OpenBest(RunFolder folder, Action<string> warn)
    {
        if (QualityMetric.Find(Config.Best) is QualityMetric metric)
        {
            BestCheckpoint.Standard standard = metric.NeedsFeatures
                ? new(metric.Name, Config.Samples, Config.MostReal, _network!.Digest)
                : new(metric.Name, Config.Samples, null, null);
            Best = BestCheckpoint.Open(folder, standard, warn);
        }
    }

    /// <summary>Measures G_ema.</summary>
    /// <param name="stop">Asks for a stop between batches.</param>
    /// <exception cref="UserException">An image cannot be read, the network for features fails, or images are not
    /// finite.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    internal TrainingQuality Measure(CancellationToken stop)
    {
        MetricsReport report = ImageMetrics.Measure(_state.Average, _dataset, new MetricsOptions
        {
            Samples = Config.Samples,
            Batch = _state.Config.BatchDevice,
            MostReal = Config.MostReal,
            Equivariance = Config.Equivariance,
            Features = _network,
            CacheFolder = _cacheFolder,
            Kept = _kept,
            Stop = stop,
        });
        return new TrainingQuality(_state.Kimg, Config.Samples, QualityMetric.Figures(report));
    }

    public void Dispose()
    {
        _kept.Dispose();
        _network?.Dispose();
    }
}
