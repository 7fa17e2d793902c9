using System.Globalization;
using Sg3x.Configuration;

namespace Sg3x.Training;

/// <summary>The room that a run's files take, and whether a disk has it.</summary>
internal sealed class DiskNeed
{
    // Logs, the configuration, and what file systems keep for themselves.
    private const long Overhead = 1 << 20;

    private readonly Func<string, long> _free;
    private readonly string _folder;
    private readonly RunConfig _config;
    private readonly double _kimg;

    /// <summary>What a run needs from here on.</summary>
    /// <param name="state">The run.</param>
    /// <param name="folder">Its folder, which may not be there yet.</param>
    /// <param name="free">Bytes free at a path; null: what the system says.</param>
    internal DiskNeed(TrainingState state, string folder, Func<string, long>? free)
    {
        (_config, _folder, _kimg, _free) = (state.Config, folder, state.Kimg, free ?? FreeAt);
        Checkpoint = Training.Checkpoint.Bytes(state) + Overhead;

        // A PNG of noise is as large as its pixels.
        long pixels = (long)_config.Generator.Resolution * _config.Generator.Resolution;
        Grid = (3 * pixels * _config.Snapshots.GridColumns * _config.Snapshots.GridRows) + Overhead;
    }

    /// <summary>Bytes of a checkpoint.</summary>
    internal long Checkpoint { get; }

    /// <summary>Bytes of a sample grid.</summary>
    internal long Grid { get; }

    /// <summary>Bytes free in the run's folder now.</summary>
    internal long Free => _free(_folder);

    /// <summary>Demands room for what a run writes at the least: a checkpoint beside the one before it, the first sample
    /// grids.</summary>
    /// <returns>What is to be said where the whole run takes more than there is; null where it does not.</returns>
    /// <exception cref="UserException">There is not even that.</exception>
    internal string? Demand()
    {
        long least = Checkpoint + (2 * Grid);
        long free = Free;
        if (free < least)
        {
            throw UserException.Mismatch(
                _folder, $"{Text(least)} free on its disk, for a checkpoint and sample grids", Text(free));
        }

        long whole = Whole();
        return whole <= free ? null
            : $"{_folder}: the run will write about {Text(whole)} in all, and its disk has {Text(free)} free. "
                + "snapshots.keepCheckpoints, snapshots.milestoneKimg and snapshots.samplesKimg say what is kept.";
    }

    /// <summary>Bytes as text.</summary>
    internal static string Text(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#} MiB");

    private static long FreeAt(string folder)
    {
        string place = Path.GetFullPath(folder);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is string parent)
        {
            place = parent;
        }

        try
        {
            return new DriveInfo(place).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What the system does not say is no reason to stop: a file that finds no room has a message of its own.
            return long.MaxValue;
        }
    }

    private long Whole()
    {
        SnapshotConfig s = _config.Snapshots;
        double Times(double every) => every > 0 ? Math.Floor(_config.Training.Kimg / every) - Math.Floor(_kimg / every) : 0;
        double written = Times(s.CheckpointKimg) + 1;
        double kept = s.KeepCheckpoints == 0 ? written
            : Math.Min(written, s.KeepCheckpoints + Math.Min(written, Times(s.MilestoneKimg)));

        // One more while the newest stands beside those that it will supersede, and the best.
        int best = _config.Metrics.Best.Length > 0 ? 1 : 0;
        return (long)(((kept + 1 + best) * Checkpoint) + ((Times(s.SamplesKimg) + 2) * Grid));
    }
}
