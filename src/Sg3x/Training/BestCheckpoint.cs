using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Metrics;

namespace Sg3x.Training;

/// <summary>
/// The best state of a run, <c>checkpoints/best.safetensors</c>: a checkpoint in whose metadata (<c>sg3x.best</c>) stands by
/// which metric it is the best, measured on what, and with which value. What is kept and what is known of it are one file, and
/// cannot part however a run ends.
/// </summary>
/// <remarks>
/// A run that was killed measures again what came after its last checkpoint. On a CPU it finds the same figures, so that the file
/// stays as it is; of equal figures the earlier state is the better one, whichever was measured first. A state from after the
/// checkpoint that a run goes on from is kept as well: its weights and its figure are real.
/// </remarks>
internal sealed class BestCheckpoint
{
    private const string Key = "sg3x.best";

    private readonly RunFolder _folder;
    private readonly Standard _standard;
    private readonly QualityMetric _metric;
    private Entry? _entry;

    private BestCheckpoint(RunFolder folder, Standard standard, Entry? entry) =>
        (_folder, _standard, _metric, _entry) = (folder, standard, QualityMetric.Find(standard.Metric)!, entry);

    /// <summary>Looks for the best state of earlier parts of a run. One that was chosen by another metric, or measured otherwise,
    /// cannot be compared: it is moved aside.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="standard">What states are compared by.</param>
    /// <param name="warn">Hears what cannot be gone on from.</param>
    /// <exception cref="UserException">A file of another making has its name, or it cannot be moved.</exception>
    internal static BestCheckpoint Open(RunFolder folder, Standard standard, Action<string> warn)
    {
        if (!File.Exists(folder.Best))
        {
            return new BestCheckpoint(folder, standard, null);
        }

        if (Checkpoint.FindDamage(folder.Best) is string damage)
        {
            warn($"{damage} The next state that is measured takes its place.");
            return new BestCheckpoint(folder, standard, null);
        }

        Entry entry = Read(folder.Best);
        if (entry.Standard == standard)
        {
            return new BestCheckpoint(folder, standard, entry);
        }

        string aside = folder.BestBy(entry.Standard.Metric, entry.Images);
        warn($"{folder.Best}: the best by {entry.Standard}, where now {standard} counts. It is kept as {aside}.");
        try
        {
            File.Move(folder.Best, aside, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder.Best}: cannot be moved to {aside}: {e.Message}", e);
        }

        return new BestCheckpoint(folder, standard, null);
    }

    /// <summary>The best state there is; null before the first.</summary>
    internal BestState? State => _entry is null ? null
        : new BestState(_standard.Metric, _entry.Value, _entry.Images / 1000.0, _folder.Best);

    /// <summary>Name of the metric by which states are compared.</summary>
    internal string Metric => _standard.Metric;

    /// <summary>Whether a state is the one that is kept.</summary>
    /// <param name="quality">What was measured of it.</param>
    /// <param name="images">Images shown before.</param>
    internal bool Is(TrainingQuality quality, long images) =>
        images == _entry?.Images && quality.Figures.TryGetValue(_standard.Metric, out double value) && value == _entry.Value;

    /// <summary>Whether a state is better than the one that is kept.</summary>
    /// <param name="quality">What was measured of it.</param>
    /// <param name="images">Images shown before.</param>
    internal bool IsBeatenBy(TrainingQuality quality, long images) =>
        quality.Figures.TryGetValue(_standard.Metric, out double value)
        && (_entry is null || _metric.IsBetter(value, _entry.Value) || (value == _entry.Value && images < _entry.Images));

    /// <summary>Keeps a state instead of the one before it.</summary>
    /// <param name="quality">What was measured of it.</param>
    /// <param name="state">The state.</param>
    /// <exception cref="UserException">It cannot be written; the one before it is still there.</exception>
    internal void Keep(TrainingQuality quality, TrainingState state)
    {
        Entry entry = new(_standard, state.Images, quality.Figures[_standard.Metric]);
        Checkpoint.Save(_folder.Best, state, new Dictionary<string, string>
        {
            [Key] = JsonSerializer.Serialize(entry, ConfigJson.Options),
        });
        _entry = entry;
    }

    private static Entry Read(string path)
    {
        using SafeTensorsFile file = SafeTensors.Read(path);
        string? text = file.Metadata.GetValueOrDefault(Key);
        try
        {
            // What the text lacks is null, whatever the types say.
            if (text is not null && JsonSerializer.Deserialize<Entry>(text, ConfigJson.Options) is { Standard.Metric: not null } entry
                && QualityMetric.Find(entry.Standard.Metric) is not null && entry.Images >= 0 && double.IsFinite(entry.Value))
            {
                return entry;
            }
        }
        catch (JsonException)
        {
        }

        throw UserException.Mismatch(
            $"{path}: {Key}", "the metric and figure of a state that a run kept (or no such file)",
            text is null ? "nothing" : $"\"{text}\"");
    }

    /// <summary>What two figures must share to be compared.</summary>
    /// <param name="Metric">Name of the metric.</param>
    /// <param name="Samples">Images made for it.</param>
    /// <param name="MostReal">Most real images that features are taken of; null where the metric takes none.</param>
    /// <param name="Features">SHA-256 of the network for features; null where the metric takes none.</param>
    internal sealed record Standard(string Metric, int Samples, int? MostReal, string? Features)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Metric} of {Samples} images"
            + (Features is null ? ""
                : $" and up to {MostReal} real ones, under the network {Features[..Math.Min(8, Features.Length)]}");
    }

    private sealed record Entry(Standard Standard, long Images, double Value);
}
