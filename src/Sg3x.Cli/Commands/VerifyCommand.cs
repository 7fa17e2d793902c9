using System.CommandLine;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Oracle.Checks;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x verify</c>: holds a configuration, a network or this build to the papers, or to reference values.</summary>
internal static class VerifyCommand
{
    private const string DefaultPreset = "demo";

    private static readonly Argument<string?> Preset = new("preset")
    {
        Description = $"Whose generator: {string.Join(", ", Presets.Names)}; without it, {DefaultPreset}",
        HelpName = "PRESET",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "A configuration in JSON, or the folder of a run, in the place of a preset",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Network = new("--network")
    {
        Description = "A trained network: a checkpoint, a run's folder (its last checkpoint), or a generator in safetensors,"
            + " official names. It is judged by what its weights cannot excuse",
        HelpName = "CHECKPOINT",
    };

    private static readonly Option<string[]> Vectors = new("--vectors")
    {
        Description = "Files of reference values: a schedule in JSON; a generator, discriminator, ops or augmentations"
            + " in safetensors",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Candidate = CandidateVerification.Option();

    private static readonly Option<string[]> Require = CandidateVerification.RequireOption();

    private static readonly Option<string[]> Set = CommonOptions.Set();

    private static readonly Option<string?> Precision = new("--precision")
    {
        Description = "In what layers store and multiply, float32 or bfloat16, in the place of what the configuration says",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Only the quick checks, those that a training runs before it begins",
    };

    private static readonly Option<string?> Waive = new("--waive")
    {
        Description = $"{CommonOptions.WaiveDescription}: what they find is listed, and fails nothing. A run's configuration"
            + " brings its own; a trained network does not",
        HelpName = CommonOptions.WaiveValue,
    };

    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Write a page with every check, the schedule, each filter's frequency response and the equivariance",
        HelpName = "FILE.html",
    };

    private static readonly Option<string> Device = CommonOptions.Device();

    private static readonly Option<int> Threads = CommonOptions.Threads();

    private static readonly Option<bool> AsJson = CommonOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("verify",
            "Holds this build to the papers, for a configuration or a trained network: a row for each check with its equation,"
            + " what was expected, what was measured, the tolerance, the margin and where. With --vectors, computes what files"
            + " of reference values hold instead; with --candidate, judges another implementation. Exit code 1 where something"
            + " is not as it must be, 2 where it cannot be checked.")
        {
            Preset, Config, Network, Vectors, Candidate, Require, Set, Precision, Quick, Waive, Report, Device, Threads, AsJson,
        };
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x verify t-256", "every check on config T at 256²"),
            ("sg3x verify demo --quick", "what a training of the demo is preceded by"),
            ("sg3x verify t-256 --device cuda --precision bfloat16", "every check on a GPU, for a training in bfloat16"),
            ("sg3x verify --network runs/00000-demo --report demo.html", "a trained network, and a page about it"),
            ("sg3x verify --config runs/00004-run --waive config.alias-free",
                "a configuration that is meant to be weaker than the papers'"),
            ("sg3x verify --vectors golden/reference/generator-t-32.safetensors",
                "images, gradients and averages of a generator"),
            ("sg3x verify --candidate docs/examples/candidate.json", "another implementation, from what it exports"),
            ("sg3x verify --candidate candidate.json --require filter.taps,schedule.layers",
                "the same, where these two must have been supplied"),
            ("sg3x verify --vectors golden/reference/*.json --json", "several schedules, for a program"));
        return command;
    }

    private static int Run(ParseResult result)
    {
        string[] vectors = result.GetValue(Vectors) ?? [];
        (string Name, bool Given)[] subjects =
        [
            ("PRESET", result.GetValue(Preset) is not null),
            ("--config", result.GetValue(Config) is not null),
            ("--network", result.GetValue(Network) is not null),
            ("--vectors", result.GetResult(Vectors) is not null),
            ("--candidate", result.GetValue(Candidate) is not null),
        ];
        string[] given = [.. subjects.Where(s => s.Given).Select(s => s.Name)];
        if (given.Length > 1)
        {
            throw UserException.Mismatch(
                "verify", $"one of {string.Join(", ", subjects.Select(s => s.Name))}", string.Join(" and ", given));
        }

        if (result.GetResult(Require) is { Implicit: false } && given is not ["--candidate"])
        {
            throw UserException.Mismatch("--require", "an export to judge (--candidate FILE)", "none");
        }

        var compute = new ComputeOptions(result.GetRequiredValue(Device), result.GetValue(Threads));
        bool json = result.GetValue(AsJson);
        if (given is ["--vectors"])
        {
            Refuse(result, "--vectors", Quick, Waive, Report, Set, Precision);
            return vectors.Length > 0 ? VectorVerification.Run(vectors, compute.Apply(), json)
                : throw UserException.Mismatch("--vectors", "the names of files", "none");
        }

        if (result.GetValue(Candidate) is string candidate)
        {
            Refuse(result, "--candidate", Quick, Waive, Report, Set, Precision, Device, Threads);
            return CandidateVerification.Run(candidate, result.GetValue(Require) ?? [], json);
        }

        string? page = result.GetValue(Report);
        if (Directory.Exists(page))
        {
            throw UserException.Mismatch("--report", "the name of a page", $"the folder {page}");
        }

        string? waive = result.GetValue(Waive);
        var options = new PaperVerificationOptions(result.GetValue(Quick), json, page, Waivers.Of(waive ?? ""));
        if (result.GetValue(Network) is string network)
        {
            Refuse(result, "--network", Set, Precision);
            return PaperVerification.OfNetwork(NetworkSource.Find(network), compute.Apply(), options);
        }

        string source = result.GetValue(Config) ?? result.GetValue(Preset) ?? DefaultPreset;
        if (result.GetValue(Config) is null && !Presets.Names.Contains(source, StringComparer.OrdinalIgnoreCase))
        {
            throw UserException.Mismatch("preset", $"one of {string.Join(", ", Presets.Names)} (a file goes after --config)", source);
        }

        RunConfig config = ConfigSource.Load(source, result.GetValue(Set) ?? []);
        if (result.GetValue(Precision) is string precision)
        {
            config = TrainingConfig.IsPrecision(precision)
                ? config with { Training = config.Training with { Precision = precision } }
                : throw UserException.Mismatch(Precision.Name, TrainingConfig.Precisions, $"\"{precision}\"");
        }

        return PaperVerification.OfConfiguration(
            source, config, compute.Apply(), options with { Waivers = Waivers.Of(waive ?? config.Training.Waived) });
    }

    /// <summary>Refuses options that mean nothing beside another.</summary>
    private static void Refuse(ParseResult result, string beside, params Option[] options)
    {
        foreach (Option option in options.Where(o => result.GetResult(o) is { Implicit: false }))
        {
            throw UserException.Mismatch(option.Name, $"a configuration to check", beside);
        }
    }
}
