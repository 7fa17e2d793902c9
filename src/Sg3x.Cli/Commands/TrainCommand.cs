using System.CommandLine;
using System.Globalization;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Metrics;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Preflight;
using Sg3x.Oracle.Reports;
using Sg3x.Training;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x train</c>: starts a run in a new folder, or continues one.</summary>
internal static class TrainCommand
{
    private const string DefaultPreset = "demo";

    // What an option takes that can also stand by itself, for true.
    private const string Switch = "true|false";

    private static readonly Option<string> Preset = new("--preset", "--config")
    {
        Description = $"Configuration to start from: {string.Join(", ", Presets.Names)}, or a JSON file, or a run's folder",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultPreset,
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Folder of the run, new or empty; without it, runs/ and the next free number with the preset's name",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Continue the run in this folder from its last checkpoint",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> Init = new("--init")
    {
        Description = "Begin with the weights of a compatible network: a run's folder, a checkpoint, or a safetensors file under"
            + " the"
            + " official names; optimisers, counters and augmentation begin anew",
        HelpName = "FROM",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Print the configuration, the layers, and estimates of memory and time; train nothing, write nothing,"
            + " look at no images",
    };

    private static readonly Option<bool> Unverified = new("--unverified")
    {
        Description = "Train even if this build fails its checks against the papers; marks the run",
    };

    private static readonly Option<bool> SkipBad = new("--skip-bad")
    {
        Description = "Leave damaged images out instead of stopping at them",
    };

    private static readonly Option<string[]> Set = CommonOptions.Set();

    // Options that are short for a path of the configuration; the configuration itself says what their values may be.
    private static readonly (Option<string?> Option, string Path)[] Shorthands =
    [
        Shorthand("--data", "data", "FOLDER|ZIP|cats:",
            "Real images: a folder or a zip of PNG and JPEG, or cats: (cats:COUNT) for drawn ones"),
        Shorthand("--cond", "cond", Switch, "Train on the images' classes, which dataset.json beside them has"),
        Shorthand("--mirror", "mirror", Switch, "Show every image mirrored as well"),
        Shorthand("--resolution", "resolution", "PIXELS", "Width and height of the images, a power of two"),
        Shorthand("--kimg", "kimg", "N", "Length of the run in thousands of real images shown"),
        Shorthand("--batch", "batch", "N", "Images of one optimiser step"),
        Shorthand("--batch-device", "batch-device", "N", "Images that go through the networks at once, a divisor of --batch"),
        Shorthand("--gamma", "gamma", "N", "Weight of the R1 penalty"),
        Shorthand("--aug", "aug", "ada|fixed|none",
            "Augmentation of what D sees: with a probability p that follows r_t, with a fixed one, or none"),
        Shorthand("--aug-p", "aug-p", "P", "p of --aug fixed, and where that of --aug ada begins"),
        Shorthand("--ada-target", "ada-target", "R", "Where r_t, the mean sign of D's verdict on real images, is held"),
        Shorthand("--ada-kimg", "ada-kimg", "N", "Thousands of images in which p crosses 0 to 1"),
        Shorthand("--ada-interval", "ada-interval", "N", "Iterations from one move of p to the next"),
        Shorthand("--seed", "seed", "N", "Seed of everything random"),
        Shorthand("--device", "device", "DEVICE", "auto (CUDA where there is one), cpu, cuda or cuda:N"),
        Shorthand("--precision", "precision", "float32|bfloat16",
            "In what layers store and multiply; sums are float32 with either"),
        Shorthand("--remat", "remat", Switch, "Compute the generator's layers a second time instead of keeping what they made"),
        Shorthand("--waive", "waive", CommonOptions.WaiveValue,
            $"{CommonOptions.WaiveDescription}; marks the run"),
        Shorthand("--threads", "threads", "N", "Threads of one tensor operation on the CPU; 0 takes one per processor"),
    ];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("train",
            "Trains a generator. Without arguments: the demo preset on drawn cats, some ten minutes on two processor cores."
            + " Before the first step this build is checked against the papers, for the run's configuration and on its device;"
            + " the outcome is in preflight.json. Ctrl-C finishes the iteration, saves, and says how to go on.")
        {
            Preset, Out, Resume, Init, DryRun, Unverified, SkipBad,
        };
        foreach ((Option<string?> option, _) in Shorthands)
        {
            command.Options.Add(option);
        }

        command.Options.Add(Set);
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x train", "the demo, into runs/00000-demo"),
            ("sg3x train --preset cats-64 --data cats.zip --kimg 200", "your own images"),
            ("sg3x train --preset t-256 --data photos/ --dry-run", "what that would take"),
            ("sg3x train --set training.r1Gamma=0.5 --set snapshots.gridColumns=4",
                "any value of the configuration (see config.json of a run)"),
            ("sg3x train --preset t-256 --data dogs.zip --init runs/00003-t-256", "from another network's weights"),
            ("sg3x train --resume runs/00000-demo --kimg 20", "on with a run, and longer than it was meant to be"));
        return command;
    }

    private static (Option<string?> Option, string Path) Shorthand(string name, string path, string value, string description) =>
        (value == Switch
            ? new Option<string?>(name)
            {
                Description = description,
                HelpName = value,
                Arity = ArgumentArity.ZeroOrOne,
                CustomParser = argument => argument.Tokens is [var token, ..] ? token.Value : "true",
            }
            : new Option<string?>(name) { Description = description, HelpName = value },
        path);

    private static int Run(ParseResult result)
    {
        string? resume = result.GetValue(Resume);
        string[] fixedAlready =
            [.. new Option[] { Preset, Out, Init }.Where(o => result.GetResult(o) is { Implicit: false }).Select(o => o.Name)];
        if (resume is not null && fixedAlready.Length > 0)
        {
            throw UserException.Mismatch(
                "--resume", "none of --preset, --out and --init, which the run has already", string.Join(" and ", fixedAlready));
        }

        RunConfig config = Change(resume is null
            ? ConfigSource.Load(result.GetRequiredValue(Preset), [])
            : ConfigSource.LoadRun(resume));
        if (result.GetValue(DryRun))
        {
            DryRunReport.Print(Terminal.Out(), config, result.GetValue(Unverified));
            return ExitCode.Done;
        }

        if (config.Data.Source.Length == 0)
        {
            throw UserException.Mismatch(
                "--data", $"a folder or a zip of images for preset {config.Preset}, or cats: for drawn ones", "nothing");
        }

        return resume is null
            ? InNewFolder(config, result, (folder, options) => TrainingRun.Start(config, folder, options))
            : Train(config, result.GetValue(Unverified), options => TrainingRun.Resume(resume, options, Change));

        RunConfig Change(RunConfig stored)
        {
            if (result.GetValue(Init) is string from)
            {
                stored = WeightTransfer.Configure(stored, NetworkSource.Find(from));
            }

            foreach ((Option<string?> option, string path) in Shorthands)
            {
                if (result.GetValue(option) is string value)
                {
                    stored = ConfigOverrides.Set(stored, path, value);
                }
            }

            if (result.GetValue(SkipBad))
            {
                stored = stored with { Data = stored.Data with { SkipBad = true } };
            }

            stored = ConfigOverrides.Apply(stored, result.GetValue(Set) ?? []).Validate();
            Waivers.Demand(stored.Training.Waived);
            RefuseIdleOptions(result, stored);
            return stored;
        }
    }

    /// <summary>An option that changes nothing with this kind of augmentation was given for another, or one of measurements that
    /// are not made.</summary>
    private static void RefuseIdleOptions(ParseResult result, RunConfig config)
    {
        string mode = config.Augmentation.Mode;
        if (config.Metrics.EveryKimg == 0 && (result.GetValue(Set) ?? []).FirstOrDefault(IsOfMetrics) is string idle)
        {
            throw UserException.Mismatch($"--set {idle}", "metrics.everyKimg above 0 with it", "0");
        }

        foreach ((Option<string?> option, string path) in Shorthands.Where(s => result.GetValue(s.Option) is not null))
        {
            bool needsAdaptive = path.StartsWith("ada-", StringComparison.Ordinal);
            if ((needsAdaptive && mode != AugmentationConfig.Adaptive) || (path == "aug-p" && mode == AugmentationConfig.None))
            {
                throw UserException.Mismatch(
                    option.Name, needsAdaptive ? "--aug ada with it" : "--aug ada or fixed with it", $"--aug {mode}");
            }
        }
    }

    private static bool IsOfMetrics(string assignment) =>
        assignment.StartsWith("metrics.", StringComparison.Ordinal)
        && !assignment.StartsWith("metrics.everyKimg=", StringComparison.Ordinal);

    private static int InNewFolder(
        RunConfig config, ParseResult result, Func<string, TrainingRunOptions, TrainingSummary> start)
    {
        // A configuration from a file may call its preset anything; only a known name becomes part of a path.
        string name = Presets.Names.Contains(config.Preset) ? config.Preset : "run";
        using NewFolder place =
            result.GetValue(Out) is string folder ? NewFolder.Named(folder) : NewFolder.Numbered("runs", name);
        return Train(config, result.GetValue(Unverified), options => start(place.Path, options));
    }

    private static int Train(RunConfig config, bool unverified, Func<TrainingRunOptions, TrainingSummary> train)
    {
        Terminal terminal = Terminal.Out();
        TrainingDisplay display = TrainingDisplay.For(terminal);
        using var interruption = new Interruption(display.Stopping);
        var preflight = new TrainingPreflight
        {
            Unverified = unverified,
            Preparing = display.Preparing,
            Progress = display.Verifying,
            Checked = display.Verified,
            FoundAgain = display.VerifiedBefore,
            Cancellation = interruption.Token,
        };
        try
        {
            TrainingSummary summary = display.Around(() => train(new TrainingRunOptions
            {
                Progress = display,
                Data = new ImageDatasetOptions { Progress = display, Stop = interruption.Token },
                Environment = EnvironmentInfo.Collect(config.Training.Threads).ToTexts(),
                Preflight = preflight.Run,
                FeatureCache = FeatureCache.DefaultFolder(),
                Stop = interruption.Token,
            }));
            return Report(terminal, summary);
        }
        catch (VerificationFailedException e)
        {
            return Refuse(e);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Line("Interrupted: training had not begun, and nothing was changed.");
            return ExitCode.Interrupted;
        }
    }

    private static int Refuse(VerificationFailedException refusal)
    {
        Terminal error = Terminal.Error();
        if (refusal.Report is VerificationReport report)
        {
            CheckTable.PrintExplanations(error, report);
        }

        error.Failure(refusal.Message);
        if (refusal.Report is not null)
        {
            CheckTable.PrintRemedies(error, refusal.Report);
        }

        return ExitCode.CheckFailed;
    }

    private static int Report(Terminal terminal, TrainingSummary summary)
    {
        if (summary is { DistanceBefore: TrainingDistance before, DistanceAfter: TrainingDistance after } && after != before)
        {
            terminal.Line("Sliced Wasserstein distance to the real images: " + FormattableString.Invariant(
                $"{before.Mean:0.0} at {before.Kimg:0.##} kimg, {after.Mean:0.0} at {after.Kimg:0.##} kimg"));
        }

        if (summary.Last is TrainingTick last)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture,
                $"Last statistics: G loss {last.GeneratorLoss:0.000}, D loss {last.DiscriminatorLoss:0.000}, ")
                + string.Create(CultureInfo.InvariantCulture,
                $"r_t {last.RealSign:+0.00;-0.00;0.00}, ")
                + (last.AugmentationP is double p ? string.Create(CultureInfo.InvariantCulture, $"p {p:0.000}, ") : "")
                + string.Create(CultureInfo.InvariantCulture,
                $"{last.SecondsPerKimg:0.0} s/kimg, {TrainingDisplay.Memory(last)}"));
        }

        if (summary.Best is BestState best)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture,
                $"Best by {best.Metric}: {best.Value:0.####} at {best.Kimg:0.###} kimg, {best.Path}"));
        }

        terminal.Line(summary.Warnings.Count == 0 ? "Warnings: none"
            : string.Create(CultureInfo.InvariantCulture,
                $"Warnings: {summary.Warnings.Count}, in log.jsonl as well; the last: {summary.Warnings[^1]}"));
        string time = TrainingDisplay.Duration(summary.Seconds);
        string ending = summary.Completed ? "Done" : "Interrupted";
        terminal.Line(FormattableString.Invariant(
            $"{ending}: {summary.Kimg:0.###} kimg, {time}. Checkpoint: {summary.Checkpoint}"));
        if (!summary.Completed)
        {
            terminal.Line($"Everything is saved. To go on: sg3x train --resume {summary.Folder}");
        }

        terminal.Line($"Sample grid: {summary.SampleGrid}");
        return summary.Completed ? ExitCode.Done : ExitCode.Interrupted;
    }
}
