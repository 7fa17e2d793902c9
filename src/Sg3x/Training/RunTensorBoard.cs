using Sg3x.Data;
using Sg3x.Training.Monitors;
using Sg3x.Training.TensorBoard;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>What a run shows in TensorBoard: every line of its statistics, distances, sample grids. Steps are images
/// shown.</summary>
internal sealed class RunTensorBoard : IDisposable
{
    // Larger grids are shown in part: a reader keeps every picture in memory.
    private const int MostPixels = 1024;

    private readonly Action<string> _warn;
    private EventFile? _file;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">Where; null: nothing is written.</param>
    /// <param name="resumedAt">Images shown by earlier parts of the run; null: it begins.</param>
    /// <param name="warn">Hears why no more is written.</param>
    internal RunTensorBoard(string? folder, long? resumedAt, Action<string> warn) =>
        (_warn, _file) = (warn, folder is null ? null : EventFile.Create(folder, resumedAt));

    internal void Tick(long images, TrainingTick tick)
    {
        List<(string Tag, double Value)> values =
        [
            ("loss/G", tick.GeneratorLoss), ("loss/D", tick.DiscriminatorLoss), ("loss/D_fake", tick.DiscriminatorLossFake),
            ("loss/D_real", tick.DiscriminatorLossReal), ("overfitting/r_t", tick.RealSign),
            ("speed/seconds_per_kimg", tick.SecondsPerKimg), ("speed/memory_bytes", tick.MemoryBytes),
        ];
        if (tick.DeviceMemoryBytes is long device)
        {
            values.Add(("speed/device_memory_bytes", device));
        }

        if (tick.R1Penalty is double r1)
        {
            values.Add(("loss/R1", r1));
        }

        if (tick.AugmentationP is double p)
        {
            values.Add(("overfitting/augmentation_p", p));
        }

        foreach (LayerActivity layer in tick.Layers ?? [])
        {
            if (layer.Magnitude is double magnitude)
            {
                values.Add(($"layers_magnitude/{layer.Name}", magnitude));
            }

            values.Add(($"layers_clamped/{layer.Name}", layer.Clamped));
            values.Add(($"layers_zero/{layer.Name}", layer.Zero));
        }

        Try(file => file.Scalars(images, values));
    }

    internal void Distance(long images, TrainingDistance distance) => Try(file => file.Scalars(
        images,
        [
            ("sliced_wasserstein/mean", distance.Mean),
            .. distance.Levels.Select((level, i) => ($"sliced_wasserstein/level_{i}", level)),
        ]));

    internal void Quality(long images, TrainingQuality quality) => Try(file => file.Scalars(
        images, [.. quality.Figures.Select(figure => ($"quality/{figure.Key}", figure.Value))]));

    /// <summary>Adds a grid of images, or as many of its rows and columns as fit.</summary>
    /// <param name="images">Images shown so far.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="grid">float32 [N, 3, R, R] in [−1, 1].</param>
    /// <param name="columns">Columns of the grid.</param>
    internal void Grid(long images, string tag, Tensor grid, int columns) => Try(file =>
    {
        using IDisposable scope = NewDisposeScope();
        int size = (int)grid.shape[2], most = Math.Max(1, MostPixels / size);
        int wide = Math.Min(columns, most), high = Math.Min((int)grid.shape[0] / columns, most);
        long[] shown = [.. Enumerable.Range(0, wide * high).Select(i => ((i / wide) * (long)columns) + (i % wide))];
        using MemoryStream png = new();
        ImageFiles.WritePng(png, ImageGrid.Compose(cat([.. shown.Select(i => grid.narrow(0, i, 1))]), wide));
        file.Image(images, tag, png.ToArray(), wide * size, high * size);
    });

    public void Dispose() => _file?.Dispose();

    /// <summary>A picture of the run is not worth the run.</summary>
    private void Try(Action<EventFile> write)
    {
        if (_file is not EventFile file)
        {
            return;
        }

        try
        {
            write(file);
        }
        catch (IOException e)
        {
            _file = null;
            file.Dispose();
            _warn($"TensorBoard events can no longer be written: {e.Message}");
        }
    }
}
