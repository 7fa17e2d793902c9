using System.Diagnostics;
using System.Runtime.InteropServices;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Ops.Cuda;
using Sg3x.Training.Monitors;

namespace Sg3x.Training;

/// <summary>Writes down what a run does, when it is due: statistics, sample grids, distances, checkpoints.</summary>
internal sealed class RunRecorder : IDisposable
{
    /// <summary>After so many iterations in which nothing is due the host asks all the same whether all was finite: what the
    /// device withholds meanwhile is time lost, and the steps that may be named take memory.</summary>
    internal const int MostIterationsUnread = 1024;

    private readonly TrainingState _state;
    private readonly RunFolder _folder;
    private readonly TickStatistics _statistics;
    private readonly DiskNeed _disk;
    private readonly ITrainingProgress _progress;
    private readonly TrainingSamples _samples;
    private readonly RunLog _log;
    private readonly RunTensorBoard _board;
    private readonly RunMonitors _monitors;
    private readonly RunQuality? _quality;
    private readonly List<string> _warnings = [];
    private readonly long _firstImages;

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Stopwatch _training = new();
    private long _imagesOfTick;
    private long _imagesOfCheckpoint;
    private int _iterationsUnread;
    private double _secondsOfTick;
    private bool _checkpointIsOverdue;
    private CancellationToken _stop;
    private TrainingDistance? _before;
    private TrainingDistance? _after;
    private TrainingTick? _last;

    internal RunRecorder(
        TrainingState state, RunFolder folder, TickStatistics statistics, IImageDataset dataset, DiskNeed disk,
        FilterGuard filters, RunQuality? quality, ITrainingProgress progress)
    {
        (_state, _folder, _statistics, _disk, _quality, _progress) = (state, folder, statistics, disk, quality, progress);
        _firstImages = _imagesOfTick = _imagesOfCheckpoint = state.Images;
        _log = RunLog.Open(folder.Log, state.Iteration, progress.Warned);
        _before = _log.FirstDistance;
        _samples = new TrainingSamples(state, dataset);
        _monitors = new RunMonitors(state.Config, filters, _log.Ticks);
        _board = new RunTensorBoard(
            Snapshots.TensorBoard ? folder.TensorBoard : null, Directory.Exists(folder.TensorBoard) ? state.Images : null, Warn);
    }

    private SnapshotConfig Snapshots => _state.Config.Snapshots;

    private bool IsOver => _state.Kimg >= _state.Config.Training.Kimg;

    /// <summary>What is written before the first iteration.</summary>
    /// <param name="verification">What came of a look at the run beforehand; null where nobody looked.</param>
    /// <param name="transfer">What was taken of another network; null: nothing.</param>
    /// <param name="stop">Asks for a stop: what takes its time and can be made up for is then not measured.</param>
    internal void Begin(string? verification, TransferReport? transfer, CancellationToken stop)
    {
        _stop = stop;
        _log.Append("start", _state.Iteration, new { _state.Kimg, device = $"{_state.Device}", verification });
        if (transfer is not null)
        {
            // The other network's file may be gone when the run has to start over.
            _log.Append("transfer", _state.Iteration, transfer);
            _progress.Noted(transfer.Describe());
            WriteCheckpoint();
        }

        if (_state.Iteration == 0)
        {
            _samples.WriteReals(_folder.Reals, (images, columns) => _board.Grid(_state.Images, "reals", images, columns));
            _progress.Wrote("reals", _folder.Reals);
            WriteSamples(Snapshots.DistanceImages > 0 && !stop.IsCancellationRequested);
        }
        else if (!IsOver && IsDue(_state.Config.Metrics.EveryKimg))
        {
            // The part before was stopped while it measured, or saved itself because it could not.
            Rate();
        }

        _training.Start();
    }

    /// <summary>What is due after an iteration.</summary>
    /// <exception cref="TrainingStoppedException">A loss or gradient was not finite since the last time that something was due, or
    /// a monitor stops the run.</exception>
    internal void AfterIteration()
    {
        _progress.Iterated(_state.Kimg);
        bool tick = IsDue(Snapshots.TickKimg);
        bool samples = IsDue(Snapshots.SamplesKimg), quality = IsDue(_state.Config.Metrics.EveryKimg);
        bool checkpoint = IsDue(Snapshots.CheckpointKimg);
        _iterationsUnread++;
        if (tick || samples || quality || checkpoint || _iterationsUnread >= MostIterationsUnread)
        {
            // Only here does the host wait for the device.
            _state.DemandFinite();
            _iterationsUnread = 0;
        }

        if (tick && Tick() is MonitorAlarm alarm)
        {
            throw new TrainingStoppedException($"Iteration {_state.Iteration}: {alarm.Message}");
        }

        checkpoint |= tick && _checkpointIsOverdue;
        if ((samples || quality || checkpoint) && !IsOver)
        {
            _training.Stop();
            if (samples && HasRoom(_disk.Grid, "a sample grid", "It is left out"))
            {
                WriteSamples(Snapshots.DistanceEverySamples && Snapshots.DistanceImages > 0);
            }

            if (checkpoint)
            {
                _checkpointIsOverdue = !WriteCheckpointIfThereIsRoom();
            }

            if (quality)
            {
                // After the checkpoint: measuring is long and takes the most memory. A run that ends over it begins with it again.
                Rate();
            }

            _training.Start();
        }
    }

    /// <summary>What is written at the end.</summary>
    /// <param name="completed">All images were shown.</param>
    internal TrainingSummary End(bool completed)
    {
        _training.Stop();
        if (_state.Images > _imagesOfTick)
        {
            Tick();
        }

        // The checkpoint first: a second signal must not cost the work.
        WriteLastCheckpoint();
        WriteSamples(completed && Snapshots.DistanceImages > 0);
        if (completed)
        {
            Rate();
        }

        TrainingSummary summary = new(
            completed, _folder.Root, _state.Kimg, _state.Iteration, _elapsed.Elapsed.TotalSeconds, _folder.Samples(_state.Images),
            _folder.Checkpoint(_state.Images), _before, _after)
        { Last = _last, Best = _quality?.Best?.State, Warnings = _warnings };
        _log.Append("end", _state.Iteration, summary);
        AtomicFile.WriteText(_folder.Summary, RunLog.Format(summary) + "\n");
        return summary;
    }

    /// <summary>Keeps the state in front of a step that was not made.</summary>
    internal void Stop(TrainingStoppedException reason) => Try(() =>
    {
        Checkpoint.Save(_folder.Stopped(_state.Images), _state);
        _log.Append("stopped", _state.Iteration, new { reason.Phase, tensor = reason.TensorName, reason.Message });
    });

    /// <summary>Keeps the state when something that is not the networks' doing (an image that is gone, a lack of memory for a
    /// grid) ends a run between iterations.</summary>
    /// <exception cref="TrainingStoppedException">Something was not finite before, which says more.</exception>
    internal void Rescue() => Try(() =>
    {
        // What an exception left to finalisers may be the memory that was lacking.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _state.DemandFinite();

        // A state that was written is safe, and one that could not be written has had its message.
        if (_state.Images > _imagesOfCheckpoint)
        {
            WriteCheckpoint();
        }
    });

    internal void Warn(string message)
    {
        _warnings.Add(message);
        _log.Append("warning", _state.Iteration, new { message });
        _progress.Warned(message);
    }

    public void Dispose()
    {
        _log.Dispose();
        _board.Dispose();
        _samples.Dispose();
    }

    /// <summary>Does what the end of the run asks for; what ends it says more than a failure of this.</summary>
    private void Try(Action last)
    {
        try
        {
            last();
        }
        catch (Exception e) when (e is UserException || OutOfMemory.Is(e))
        {
            _progress.Warned(e is UserException ? e.Message : OutOfMemory.FirstLine(e));
        }
    }

    /// <summary>Whether this iteration passed a multiple of an interval.</summary>
    private bool IsDue(double everyKimg)
    {
        double every = everyKimg * 1000;
        long before = _state.Images - _state.Config.Training.Batch;
        return every > 0 && Math.Floor(_state.Images / every) > Math.Floor(before / every);
    }

    /// <summary>Writes a line of statistics, and says what the monitors make of it.</summary>
    /// <returns>The alarm with which the run is not to go on, or null.</returns>
    private MonitorAlarm? Tick()
    {
        // Small native objects (scalars of tensor operations) are freed by finalisers: without this the memory of a long run
        // would be what the collector happens to have left.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        double seconds = _training.Elapsed.TotalSeconds;
        double kimg = (_state.Images - _imagesOfTick) / 1000.0;
        double secondsPerKimg = (seconds - _secondsOfTick) / kimg;
        (_imagesOfTick, _secondsOfTick) = (_state.Images, seconds);
        double totalKimg = _state.Config.Training.Kimg;
        double meanPerKimg = seconds / ((_state.Images - _firstImages) / 1000.0);
        TrainingTick tick = new(
            _state.Iteration, _state.Kimg, totalKimg, secondsPerKimg,
            _statistics.Mean(Statistic.GeneratorLoss) ?? 0,
            _statistics.Mean(Statistic.DiscriminatorLossFake) ?? 0,
            _statistics.Mean(Statistic.DiscriminatorLossReal) ?? 0,
            _statistics.Mean(Statistic.RealSign) ?? 0,
            _state.Augmentation.Probability,
            _statistics.Mean(Statistic.R1Penalty),
            Environment.WorkingSet,
            _elapsed.Elapsed.TotalSeconds,
            Math.Max(0, totalKimg - _state.Kimg) * meanPerKimg)
        {
            DeviceMemoryBytes = CardMemory.Used(_state.Device),
            Layers = _state.Config.Monitors.LayersKimg > 0 ? _samples.Layers() : null,
        };
        _last = tick;
        _statistics.Reset();
        _log.Append("tick", _state.Iteration, tick);
        _board.Tick(_state.Images, tick);
        _progress.Ticked(tick);
        MonitorAlarm? stops = null;
        foreach (MonitorAlarm alarm in _monitors.Look(tick))
        {
            Warn(alarm.Message);
            stops ??= alarm.StopsRun ? alarm : null;
        }

        return stops;
    }

    private void WriteSamples(bool measure)
    {
        string path = _folder.Samples(_state.Images);
        _samples.WriteGrid(path, (images, columns) => _board.Grid(_state.Images, "samples", images, columns));
        _progress.Wrote("samples", path);
        if (measure)
        {
            TrainingDistance distance = _samples.Measure();
            _before ??= distance;
            _after = distance;
            _log.Append("distance", _state.Iteration, distance);
            _board.Distance(_state.Images, distance);

            // The patches were the largest arrays of the run, and the collector would keep their memory for minutes.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _progress.Measured(distance);
        }
    }

    /// <summary>Measures G_ema where that is asked for and not done yet, keeps the state where it is the best, and only then says
    /// so: what the log calls the best was saved.</summary>
    private void Rate()
    {
        if (_quality is null || _log.LastQuality == _state.Iteration)
        {
            return;
        }

        try
        {
            TrainingQuality quality = _quality.Measure(_stop);
            KeepIfBest(_quality.Best, quality);
            quality = quality with { IsBest = _quality.Best?.Is(quality, _state.Images) == true };
            _log.Append("metrics", _state.Iteration, quality);
            _board.Quality(_state.Images, quality);
            _progress.Rated(quality);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _progress.Noted("A stop was asked for while G_ema was measured; it is measured when the run goes on.");
        }
        catch (Exception e) when (e is UserException or ExternalException)
        {
            // A run is worth more than its figures, whether an image is gone or the device's memory is full.
            Warn($"G_ema is not measured: {e.Message}");
        }

        // As after a distance.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private void KeepIfBest(BestCheckpoint? best, TrainingQuality quality)
    {
        const string Otherwise = "The state is not kept as the best";
        if (best is not null && !quality.Figures.ContainsKey(best.Metric))
        {
            Warn($"There is no figure of {best.Metric} by which states are compared. {Otherwise}.");
            return;
        }

        // It must leave the room that the next checkpoint needs, without which the run itself would be lost.
        if (best?.IsBeatenBy(quality, _state.Images) != true
            || !HasRoom(2 * _disk.Checkpoint, "the best state beside the next checkpoint", Otherwise))
        {
            return;
        }

        try
        {
            best.Keep(quality, _state);
            _progress.Wrote("best", _folder.Best);
        }
        catch (UserException e)
        {
            Warn($"{e.Message} {Otherwise}.");
        }
    }

    private void WriteCheckpoint()
    {
        string path = _folder.Checkpoint(_state.Images);
        try
        {
            Checkpoint.Save(path, _state);
        }
        catch (UserException)
        {
            // Another error, such as a lack of memory, is worth the try that Rescue makes.
            _imagesOfCheckpoint = _state.Images;
            throw;
        }

        _imagesOfCheckpoint = _state.Images;
        _progress.Wrote("checkpoint", path);
        RemoveSuperseded(null);
    }

    /// <summary>Writes the checkpoint after which there is no other time to: where it finds no room, in that of those it
    /// supersedes.</summary>
    private void WriteLastCheckpoint()
    {
        try
        {
            WriteCheckpoint();
        }
        catch (UserException e)
        {
            // Until it is there, the latest sound one is all there is of the run.
            if (_folder.Checkpoints().FirstOrDefault(path => Checkpoint.FindDamage(path) is null) is not string latest
                || !RemoveSuperseded(latest))
            {
                throw;
            }

            Warn($"{e.Message} It is tried again in the room of checkpoints that it supersedes.");
            WriteCheckpoint();
        }
    }

    /// <summary>Removes the checkpoints that one of the present state supersedes.</summary>
    /// <param name="spared">One that is not removed; null: any may be.</param>
    /// <returns>Whether there were any.</returns>
    private bool RemoveSuperseded(string? spared)
    {
        // Later ones are damaged: the run was resumed from one before them. They do not count, or the sound ones would go.
        decimal now = _state.Images / 1000m;
        (string Path, decimal Kimg)[] sound =
            [.. _folder.Checkpoints().Select(path => (path, RunFolder.Kimg(path)!.Value)).Where(c => c.Value <= now)];
        HashSet<decimal> superseded = [.. CheckpointRetention.Superseded(
            sound.Select(c => c.Kimg).Append(now).Distinct(), Snapshots.KeepCheckpoints, Snapshots.MilestoneKimg)];
        bool removed = false;
        foreach ((string old, _) in sound.Where(c => c.Path != spared && superseded.Contains(c.Kimg)))
        {
            try
            {
                File.Delete(old);
                removed = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Warn($"{old}: cannot be removed: {e.Message}");
            }
        }

        return removed;
    }

    /// <summary>Whether the state is saved. What was shown since the last time is worth more than the disk: where it is not, the
    /// run goes on, and room may yet be made.</summary>
    private bool WriteCheckpointIfThereIsRoom()
    {
        const string Otherwise = "The run goes on without, and tries again at the next line of statistics";
        if (!HasRoom(_disk.Checkpoint, "a checkpoint", Otherwise))
        {
            return false;
        }

        try
        {
            WriteCheckpoint();
            return true;
        }
        catch (UserException e)
        {
            // A quota is no property of the disk, and another program may have been faster.
            Warn($"{e.Message} {Otherwise}.");
            return false;
        }
    }

    private bool HasRoom(long bytes, string what, string otherwise)
    {
        long free = _disk.Free;
        if (free < bytes)
        {
            Warn($"{_folder.Root}: {what} takes {DiskNeed.Text(bytes)}, and its disk has {DiskNeed.Text(free)} free."
                + $" {otherwise}.");
            return false;
        }

        return true;
    }
}
