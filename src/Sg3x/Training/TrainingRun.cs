using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Networks;
using Sg3x.Training.Monitors;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>What a run is given beside its configuration; nothing here shapes the result.</summary>
public sealed record TrainingRunOptions
{
    /// <summary>Hears what the run does.</summary>
    public required ITrainingProgress Progress { get; init; }

    /// <summary>Machine and build, by name, for <c>config.json</c>.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>How the data set is opened.</summary>
    public ImageDatasetOptions? Data { get; init; }

    /// <summary>Looks at the run before it trains; null: nobody does.</summary>
    public RunPreflight? Preflight { get; init; }

    /// <summary>Where the real images' features for metrics are kept; null: nowhere.</summary>
    public string? FeatureCache { get; init; }

    /// <summary>Asks for a stop: the iteration is finished and everything saved.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Bytes that are free on the disk of a path; null: what the system says.</summary>
    public Func<string, long>? FreeDisk { get; init; }
}

/// <summary>A run in its folder, from its start or from where it stopped.</summary>
public static class TrainingRun
{
    /// <summary>Starts a run.</summary>
    /// <param name="config">Everything that shapes it.</param>
    /// <param name="folder">A folder that is empty or not there yet; see <see cref="RunFolder"/>.</param>
    /// <param name="options">Progress, environment, stop.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="UserException">The configuration, data set or folder is not usable; the folder is then as it was. Or
    /// memory is used up while it trains; what was saved is kept, and where that is between
    /// iterations the state is saved.</exception>
    /// <exception cref="TrainingStoppedException">A loss or gradient is not finite; the state from before is kept.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop before it began.</exception>
    public static TrainingSummary Start(RunConfig config, string folder, TrainingRunOptions options)
    {
        config.Validate();
        RunFolder run = new(folder);
        if (Directory.Exists(folder) ? run.HoldsMoreThanAStart() : File.Exists(folder))
        {
            throw UserException.Mismatch(folder, "a new or empty folder (or its name after --resume)", "something there already");
        }

        AtomicFile.RemoveLeftovers(folder);
        config = WithFullNames(config);
        using IImageDataset dataset = OpenData(config, options);
        config = WithClasses(config, dataset);
        using TrainingState state = MakeState(config, dataset);
        using RunQuality? quality = RunQuality.For(state, dataset, options.FeatureCache);
        FilterGuard filters = new(state);
        TransferReport? transfer = Initialise(state);
        DiskNeed disk = new(state, folder, options.FreeDisk);
        string? shortage = disk.Demand();
        RunVerification? verification = Look(run, state, options);
        using RunLock held = RunLock.Take(run);
        ConfigJson.Save(run.Config, config, WithMark(options.Environment, verification?.Unverified));
        return Train(
            state, run, dataset, options,
            new Beginning(disk, filters, quality, verification, transfer, shortage is null ? [] : [shortage]));
    }

    /// <summary>Continues a run from its latest sound checkpoint, or from its start where it has none yet.</summary>
    /// <param name="folder">The folder of a run.</param>
    /// <param name="options">Progress, environment, stop.</param>
    /// <param name="change">Changes the stored configuration, for example the length of the run; null: nothing.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="UserException">The folder holds no run, or one that another process trains, or its configuration, data
    /// set or checkpoint is not usable. Or memory is used up while it trains; what was saved is kept, and where that is between
    /// iterations the state is saved.</exception>
    /// <exception cref="TrainingStoppedException">A loss or gradient is not finite; the state from before is kept.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop before it began.</exception>
    public static TrainingSummary Resume(string folder, TrainingRunOptions options, Func<RunConfig, RunConfig>? change = null)
    {
        RunFolder run = new(folder);
        if (!File.Exists(run.Config))
        {
            throw UserException.Mismatch(folder, "the folder of a run", "no config.json in it");
        }

        using RunLock held = RunLock.Take(run);
        RunConfig stored = ConfigJson.Load(run.Config);
        RunConfig config = WithFullNames((change?.Invoke(stored) ?? stored).Validate());
        if (config.Training.Init != stored.Training.Init)
        {
            throw UserException.Mismatch(
                "training.init", $"that of {run.Config}: \"{stored.Training.Init}\"", $"\"{config.Training.Init}\"");
        }

        using IImageDataset dataset = OpenData(config, options);
        config = WithClasses(config, dataset);
        using TrainingState state = MakeState(config, dataset);
        using RunQuality? quality = RunQuality.For(state, dataset, options.FeatureCache);
        FilterGuard filters = new(state);
        AtomicFile.RemoveLeftovers(run.Root);
        AtomicFile.RemoveLeftovers(Path.Combine(run.Root, "checkpoints"));
        AtomicFile.RemoveLeftovers(Path.Combine(run.Root, "samples"));
        List<string> warnings = [];
        TransferReport? transfer = Restore(run, state, filters, warnings) ? null : Initialise(state);
        DiskNeed disk = new(state, folder, options.FreeDisk);
        if (disk.Demand() is string shortage)
        {
            warnings.Add(shortage);
        }

        RunVerification? verification = Look(run, state, options);
        IReadOnlyDictionary<string, string>? environment = ConfigJson.LoadEnvironment(run.Config);
        string? mark = environment?.GetValueOrDefault(ConfigJson.UnverifiedKey);
        if (config != stored)
        {
            ConfigJson.Save(run.Config, config, WithMark(options.Environment, mark ?? verification?.Unverified));
        }
        else if (mark is null && verification?.Unverified is string unverified)
        {
            ConfigJson.Save(run.Config, config, WithMark(environment, unverified));
        }

        return Train(state, run, dataset, options, new Beginning(disk, filters, quality, verification, transfer, warnings));
    }

    private static TransferReport? Initialise(TrainingState state) =>
        state.Config.Training.Init is { Length: > 0 } source ? WeightTransfer.Into(state, source) : null;

    // Nothing is begun that is to stop already: what was found before is taken without a check that hears of it.
    private static RunVerification? Look(RunFolder run, TrainingState state, TrainingRunOptions options)
    {
        options.Stop.ThrowIfCancellationRequested();
        RunVerification? verification = options.Preflight?.Invoke(new RunStart(run, state.Config, state.Device, ComputeType(state)));
        options.Stop.ThrowIfCancellationRequested();
        return verification;
    }

    private static ScalarType ComputeType(TrainingState state) => state.G.Synthesis.ComputeType ?? ScalarType.Float32;

    /// <summary>Once unverified, a run stays so: what it has learnt since is in its weights.</summary>
    private static Dictionary<string, string>? WithMark(IReadOnlyDictionary<string, string>? environment, string? unverified)
    {
        if (environment is null && unverified is null)
        {
            return null;
        }

        var marked = new Dictionary<string, string>(environment ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (unverified is not null)
        {
            marked[ConfigJson.UnverifiedKey] = unverified;
        }

        return marked;
    }

    private static TrainingSummary Train(
        TrainingState state, RunFolder run, IImageDataset dataset, TrainingRunOptions options, Beginning beginning)
    {
        try
        {
            return TrainWithinMemory(state, run, dataset, options, beginning);
        }
        catch (Exception e) when (OutOfMemory.Is(e))
        {
            TrainingConfig config = state.Config.Training;
            throw OutOfMemory.OfTraining(e, state.Config.BatchDevice, config.Rematerialise, config.Precision);
        }
    }

    private static TrainingSummary TrainWithinMemory(
        TrainingState state, RunFolder run, IImageDataset dataset, TrainingRunOptions options, Beginning beginning)
    {
        RunConfig config = state.Config;
        using TickStatistics statistics = new();
        List<string> warnings = [.. beginning.Warnings];
        beginning.Quality?.OpenBest(run, warnings.Add);
        using RunRecorder recorder = new(
            state, run, statistics, dataset, beginning.Disk, beginning.Filters, beginning.Quality, options.Progress);
        string classes = dataset.Labels is { } labels ? $" of {labels.Classes} classes" : "";
        options.Progress.Started(run.Root, state.Kimg, config.Training.Kimg, $"{dataset.Name} ({dataset.Count} images{classes})");
        foreach (string warning in warnings)
        {
            recorder.Warn(warning);
        }

        if (dataset is FileImageDataset { Skipped: [SkippedImage first, ..] left })
        {
            recorder.Warn(
                $"{dataset.Name}: {left.Count} bad {(left.Count == 1 ? "image is" : "images are")} left out"
                + $" (sg3x dataset check names them all); the first: {first.Reason}");
        }

        if (NonlinearityChoice.Of(config.Generator, state.Device, ComputeType(state)).Warning is string slower)
        {
            recorder.Warn(slower);
        }

        if (beginning.Verification?.Unverified is string unverified)
        {
            recorder.Warn($"UNVERIFIED: {unverified}.");
        }

        long dataSeed = CounterRandom.Seed(config.Training.Seed, RandomPurpose.DataOrder);
        using ImageBatches reals = new(dataset, config.Training.Batch, config.Data.Mirror, dataSeed, state.Images);
        recorder.Begin(beginning.Verification?.Summary, beginning.Transfer, options.Stop);
        try
        {
            return Loop();
        }
        catch (TrainingStoppedException e)
        {
            recorder.Stop(e);
            throw;
        }

        TrainingSummary Loop()
        {
            try
            {
                bool completed = TrainingLoop.Run(
                    state, new TrainingPhases(state, statistics, dataset.Labels), reals, recorder.AfterIteration, options.Stop);
                return recorder.End(completed);
            }
            catch (Exception e) when (!state.IsWithinIteration && (e is UserException || OutOfMemory.Is(e)))
            {
                // Within an iteration one network may have stepped and the other not, and nothing is saved.
                recorder.Rescue();
                throw;
            }
        }
    }

    /// <summary>What is known of a run when it begins or goes on.</summary>
    private sealed record Beginning(
        DiskNeed Disk, FilterGuard Filters, RunQuality? Quality, RunVerification? Verification, TransferReport? Transfer,
        IReadOnlyList<string> Warnings);

    /// <summary>What is stored must not depend on the folder that a command was given in.</summary>
    private static RunConfig WithFullNames(RunConfig config) => config with
    {
        Data = config.Data with { Source = ImageDatasets.FullName(config.Data.Source) },
        Metrics = config.Metrics with
        {
            Features = config.Metrics.Features.Length > 0 ? Path.GetFullPath(config.Metrics.Features) : "",
        },
    };

    private static IImageDataset OpenData(RunConfig config, TrainingRunOptions options) =>
        config.Data.Source.Length > 0
            ? ImageDatasets.Open(
                config.Data.Source, config.Generator.Resolution,
                (options.Data ?? new ImageDatasetOptions()) with
                {
                    SkipBad = config.Data.SkipBad,
                    Labels = config.Data.Conditional,
                })
            : throw UserException.Mismatch("data.source", "a folder, a zip, or cats:", "nothing");

    /// <summary>The networks of a conditional run have as many classes as its data: the configuration does not know them
    /// before.</summary>
    private static RunConfig WithClasses(RunConfig config, IImageDataset dataset)
    {
        if (!config.Data.Conditional)
        {
            return config;
        }

        int classes = dataset.Labels?.Classes ?? throw UserException.Mismatch(
            dataset.Name, $"the images' classes ({ImageSource.LabelsName}), on which --cond trains", "none");
        int known = config.Generator.CDim;
        return known == 0 || known == classes
            ? (config with
            {
                Generator = config.Generator with { CDim = classes },
                Discriminator = config.Discriminator with { CDim = classes },
            }).Validate()
            : throw UserException.Mismatch(
                $"{dataset.Name}: {ImageSource.LabelsName}", $"{known} classes as in generator.cDim", $"{classes}");
    }

    private static TrainingState MakeState(RunConfig config, IImageDataset dataset) =>
        new(config, TrainingDevice.Prepare(config.Training.Device, config.Training.Threads))
        {
            Data = DatasetIdentity.Of(dataset),
        };

    /// <summary>Loads the latest sound checkpoint; a damaged one gives way to the one before it.</summary>
    /// <returns>Whether there was one.</returns>
    private static bool Restore(RunFolder run, TrainingState state, FilterGuard filters, List<string> warnings)
    {
        string? first = null;
        foreach (string path in run.Checkpoints())
        {
            if (Checkpoint.FindDamage(path) is { } damage)
            {
                first ??= damage;
                warnings.Add($"{damage} The checkpoint is passed over for the one before it.");
                continue;
            }

            Checkpoint.Load(path, state);
            if (filters.Repair() is string repaired)
            {
                // Of a build that was not verified, or of other mathematics libraries. What this build was verified with counts.
                warnings.Add(
                    $"{path}: {repaired}, are not those of its configuration. The run goes on with the configuration's.");
            }

            return true;
        }

        if (first is not null)
        {
            // To start over would throw away what another program, or a copy of the file, might still save.
            throw new UserException($"{first} The run has no sound checkpoint to go on from.");
        }

        warnings.Add($"{run.Root}: no checkpoint yet; the run starts over from its config.json.");
        return false;
    }
}
