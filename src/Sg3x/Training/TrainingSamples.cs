using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Metrics;
using Sg3x.Training.Monitors;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>What is looked at in a run: grids of G_ema's images from fixed latents and of real ones, and the distance between
/// the two.</summary>
internal sealed class TrainingSamples : IDisposable
{
    // Enough values to see a layer that is dead or saturated, and far fewer than are trained on from one look to the next.
    private const int MeasuredImages = 4;

    private readonly TrainingState _state;
    private readonly IImageDataset _dataset;
    private readonly Tensor _gridLatents;

    internal TrainingSamples(TrainingState state, IImageDataset dataset)
    {
        (_state, _dataset) = (state, dataset);
        _gridLatents = Latents(RandomPurpose.GridLatents, Snapshots.GridColumns * Snapshots.GridRows).DetachFromDisposeScope();
    }

    private RunConfig Config => _state.Config;

    private SnapshotConfig Snapshots => Config.Snapshots;

    /// <summary>Writes a grid of G_ema's images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="show">Is given the images, float32 [N, 3, R, R], and the columns of the grid.</param>
    internal void WriteGrid(string path, Action<Tensor, int> show)
    {
        using IDisposable scope = NewDisposeScope();
        Write(path, Generate(_gridLatents), show);
    }

    /// <summary>What the layers of G make of the first latents of the grid, and those of D of a few real images.</summary>
    internal IReadOnlyList<LayerActivity> Layers()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor latents = _gridLatents.narrow(0, 0, Math.Min(MeasuredImages, _gridLatents.shape[0]));
        Tensor reals = Reals(0, MeasuredImages, MeasuredImages).to(_state.Device);
        return [.. LayerActivity.Measure(_state.G, latents), .. LayerActivity.Measure(_state.D, reals)];
    }

    /// <summary>Writes a grid of real images, evenly spread over the data set.</summary>
    /// <param name="path">The file.</param>
    /// <param name="show">As for <see cref="WriteGrid"/>.</param>
    internal void WriteReals(string path, Action<Tensor, int> show)
    {
        using IDisposable scope = NewDisposeScope();
        int count = Snapshots.GridColumns * Snapshots.GridRows;
        Write(path, Reals(0, count, count), show);
    }

    /// <summary>Measures the sliced Wasserstein distance between G_ema's images and real ones.</summary>
    internal TrainingDistance Measure()
    {
        using IDisposable scope = NewDisposeScope();
        int count = Math.Min(Snapshots.DistanceImages, _dataset.Count);
        long seed = CounterRandom.Seed(Config.Training.Seed, RandomPurpose.DistanceProjections);
        (PatchSet fakes, PatchSet reals) = SlicedWasserstein.Sets(count, _dataset.Resolution, seed);
        Tensor latents = Latents(RandomPurpose.DistanceLatents, count);
        for (int start = 0; start < count; start += Config.BatchDevice)
        {
            // In parts: at 1024² a thousand images are 13 GB.
            using IDisposable part = NewDisposeScope();
            int images = Math.Min(Config.BatchDevice, count - start);
            fakes.Add(Generate(latents.narrow(0, start, images)));
            reals.Add(Reals(start, images, count));
        }

        SlicedWassersteinDistance result = SlicedWasserstein.Distance(fakes, reals, seed);
        return new TrainingDistance(_state.Kimg, count, result.Mean, [.. result.Levels.Select(level => level.Distance)]);
    }

    public void Dispose() => _gridLatents.Dispose();

    private void Write(string path, Tensor images, Action<Tensor, int> show)
    {
        ImageFiles.WritePng(path, ImageGrid.Compose(images, Snapshots.GridColumns));
        show(images, Snapshots.GridColumns);
    }

    /// <summary>G_ema's images, float32 [N, 3, R, R] on the CPU.</summary>
    private Tensor Generate(Tensor latents)
    {
        using IDisposable noGradient = no_grad();
        List<Tensor> parts = [];
        for (long start = 0; start < latents.shape[0]; start += Config.BatchDevice)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor z = latents.narrow(0, start, Math.Min(Config.BatchDevice, latents.shape[0] - start));
            parts.Add(scope.MoveToOuter(_state.Average.forward(z).cpu()));
        }

        return cat(parts);
    }

    /// <summary>Some of <paramref name="of"/> real images that are evenly spread over the data set, float32 [N, 3, R, R] in
    /// [−1, 1].</summary>
    private Tensor Reals(int start, int count, int of)
    {
        int r = _dataset.Resolution;
        Tensor bytes = empty([count, 3, r, r], dtype: ScalarType.Byte);
        int size = 3 * r * r;
        for (int i = 0; i < count; i++)
        {
            using Tensor one = bytes.narrow(0, i, 1);
            _dataset.Read((int)((long)(start + i) * _dataset.Count / of), one.bytes[..size]);
        }

        return bytes.to_type(ScalarType.Float32).div(127.5).sub(1);
    }

    private Tensor Latents(RandomPurpose purpose, int count) =>
        CounterRandom.Normal(CounterRandom.Seed(Config.Training.Seed, purpose), _state.Device, count, Config.Generator.ZDim);
}
