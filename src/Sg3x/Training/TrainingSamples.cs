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
    private readonly int[]? _gridClasses;
    private readonly Tensor? _gridLabels;

    internal TrainingSamples(TrainingState state, IImageDataset dataset)
    {
        (_state, _dataset) = (state, dataset);
        _gridLatents = Latents(RandomPurpose.GridLatents, Snapshots.GridColumns * Snapshots.GridRows).DetachFromDisposeScope();
        _gridClasses = dataset.Labels is { } labels
            ? GridClasses(labels.Present, Snapshots.GridColumns, Snapshots.GridRows) : null;
        _gridLabels = Vectors(_gridClasses)?.DetachFromDisposeScope();
    }

    private RunConfig Config => _state.Config;

    private SnapshotConfig Snapshots => Config.Snapshots;

    /// <summary>Writes a grid of G_ema's images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="show">Is given the images, float32 [N, 3, R, R], and the columns of the grid.</param>
    internal void WriteGrid(string path, Action<Tensor, int> show)
    {
        using IDisposable scope = NewDisposeScope();
        Write(path, Generate(_gridLatents, _gridLabels), show);
    }

    /// <summary>What the layers of G make of the first latents of the grid, and those of D of a few real images.</summary>
    internal IReadOnlyList<LayerActivity> Layers()
    {
        using IDisposable scope = NewDisposeScope();
        long count = Math.Min(MeasuredImages, _gridLatents.shape[0]);
        Tensor latents = _gridLatents.narrow(0, 0, count);
        int group = Math.Min(Config.Discriminator.MinibatchStdGroup, MeasuredImages);
        int images = MeasuredImages - (MeasuredImages % group);
        Tensor reals = Reals(Spread(0, images, images)).to(_state.Device);
        return
        [
            .. LayerActivity.Measure(_state.G, latents, _gridLabels?.narrow(0, 0, count)),
            .. LayerActivity.Measure(_state.D, reals),
        ];
    }

    /// <summary>Writes a grid of real images, evenly spread over the data set, or with classes over those of its row's
    /// class.</summary>
    /// <param name="path">The file.</param>
    /// <param name="show">As for <see cref="WriteGrid"/>.</param>
    internal void WriteReals(string path, Action<Tensor, int> show)
    {
        using IDisposable scope = NewDisposeScope();
        int count = Snapshots.GridColumns * Snapshots.GridRows;
        IEnumerable<int> chosen =
            _gridClasses is null ? Spread(0, count, count) : OfClasses(_dataset.Labels!.OfImages, _gridClasses);
        Write(path, Reals(chosen), show);
    }

    /// <summary>Measures the sliced Wasserstein distance between G_ema's images and real ones.</summary>
    internal TrainingDistance Measure()
    {
        using IDisposable scope = NewDisposeScope();
        int count = Math.Min(Snapshots.DistanceImages, _dataset.Count);
        long seed = CounterRandom.Seed(Config.Training.Seed, RandomPurpose.DistanceProjections);
        (PatchSet fakes, PatchSet reals) = SlicedWasserstein.Sets(count, _dataset.Resolution, seed);
        Tensor latents = Latents(RandomPurpose.DistanceLatents, count);
        Tensor? labels = Vectors(
            _dataset.Labels?.Draw(CounterRandom.Seed(Config.Training.Seed, RandomPurpose.DistanceLabels), count));
        for (int start = 0; start < count; start += Config.BatchDevice)
        {
            // In parts: at 1024² a thousand images are 13 GB.
            using IDisposable part = NewDisposeScope();
            int images = Math.Min(Config.BatchDevice, count - start);
            fakes.Add(Generate(latents.narrow(0, start, images), labels?.narrow(0, start, images)));
            reals.Add(Reals(Spread(start, images, count)));
        }

        SlicedWassersteinDistance result = SlicedWasserstein.Distance(fakes, reals, seed);
        return new TrainingDistance(_state.Kimg, count, result.Mean, [.. result.Levels.Select(level => level.Distance)]);
    }

    public void Dispose()
    {
        _gridLatents.Dispose();
        _gridLabels?.Dispose();
    }

    /// <summary>The classes of a grid's images, a class to each row: all of them where there are rows enough, otherwise some,
    /// evenly spread.</summary>
    /// <param name="classes">Classes to show.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="rows">Rows.</param>
    /// <returns>Row by row.</returns>
    internal static int[] GridClasses(IReadOnlyList<int> classes, int columns, int rows) =>
        [.. Enumerable.Range(0, rows).SelectMany(
            row => Enumerable.Repeat(classes[(int)((long)row * classes.Count / rows)], columns))];

    /// <summary>Images of given classes, each class's evenly spread over those that there are.</summary>
    /// <param name="ofImages">The class of each image.</param>
    /// <param name="wanted">Classes that there are images of.</param>
    /// <returns>Images' indices.</returns>
    internal static IEnumerable<int> OfClasses(IReadOnlyList<int> ofImages, IReadOnlyList<int> wanted)
    {
        ILookup<int, int> images = Enumerable.Range(0, ofImages.Count).ToLookup(index => ofImages[index]);
        Dictionary<int, int[]> choices = wanted.Distinct().ToDictionary(number => number, number => images[number].ToArray());
        Dictionary<int, int> all = wanted.CountBy(number => number).ToDictionary(), given = [];
        foreach (int number in wanted)
        {
            int place = given[number] = given.GetValueOrDefault(number) + 1;
            yield return choices[number][(int)((place - 1L) * choices[number].Length / all[number])];
        }
    }

    private void Write(string path, Tensor images, Action<Tensor, int> show)
    {
        ImageFiles.WritePng(path, ImageGrid.Compose(images, Snapshots.GridColumns));
        show(images, Snapshots.GridColumns);
    }

    /// <summary>G_ema's images, float32 [N, 3, R, R] on the CPU.</summary>
    private Tensor Generate(Tensor latents, Tensor? labels)
    {
        using IDisposable noGradient = no_grad();
        List<Tensor> parts = [];
        for (long start = 0; start < latents.shape[0]; start += Config.BatchDevice)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(Config.BatchDevice, latents.shape[0] - start);
            Tensor z = latents.narrow(0, start, count);
            parts.Add(scope.MoveToOuter(_state.Average.forward(z, labels?.narrow(0, start, count)).cpu()));
        }

        return cat(parts);
    }

    /// <summary>The indices of some of <paramref name="of"/> real images that are evenly spread over the data set.</summary>
    private IEnumerable<int> Spread(int start, int count, int of) =>
        Enumerable.Range(start, count).Select(i => (int)((long)i * _dataset.Count / of));

    /// <summary>Real images, float32 [N, 3, R, R] in [−1, 1].</summary>
    private Tensor Reals(IEnumerable<int> indices)
    {
        int[] chosen = [.. indices];
        int r = _dataset.Resolution;
        Tensor bytes = empty([chosen.Length, 3, r, r], dtype: ScalarType.Byte);
        int size = 3 * r * r;
        for (int i = 0; i < chosen.Length; i++)
        {
            using Tensor one = bytes.narrow(0, i, 1);
            _dataset.Read(chosen[i], one.bytes[..size]);
        }

        return bytes.to_type(ScalarType.Float32).div(127.5).sub(1);
    }

    private Tensor? Vectors(int[]? classes) =>
        classes is null ? null : ImageLabels.OneHot(classes, Config.Generator.CDim, _state.Device);

    private Tensor Latents(RandomPurpose purpose, int count) =>
        CounterRandom.Normal(CounterRandom.Seed(Config.Training.Seed, purpose), _state.Device, count, Config.Generator.ZDim);
}
