using System.CommandLine;
using System.Globalization;
using Sg3x.Checkpoints;
using Sg3x.Cli.Output;
using Sg3x.Data;
using Sg3x.Metrics;
using TorchSharp;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x metrics</c>: how good a generator is, in figures.</summary>
internal static class MetricsCommand
{
    private const int Most = 1_000_000;

    private static readonly Argument<string> Network = CommonOptions.Network();

    private static readonly Option<bool> Best = CommonOptions.Best();

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Real images to compare with: a folder or a zip of PNG and JPEG, or cats:; without it only equivariance is"
            + " measured",
        HelpName = "FOLDER|ZIP|cats:",
    };

    private static readonly Option<string?> FeatureFile = new("--features")
    {
        Description = "A network for FID, KID, precision and recall: TorchScript that turns uint8 [N, 3, R, R] into features [N,"
            + " D],"
            + " such as the usual export of Inception-v3. It is a program: take none of unknown origin",
        HelpName = "FILE.pt",
    };

    private static readonly Option<int> Samples =
        Number("--samples", "Images to make, and pairs of images for each equivariance", 1000);

    private static readonly Option<int> MostReal = Number("--reals", "Most real images to take features of", 50_000);

    private static readonly Option<int> Batch = Number("--batch", "Images at once", 8);

    private static readonly Option<long> Seed = new("--seed")
    {
        Description = "Seed of the first image; the next one has the next",
        HelpName = "N",
    };

    private static readonly Option<int?> Class = ClassOption.Create(
        "measures it alone, against the real images of that class. Without it labels are drawn from those of --data");

    private static readonly Option<bool> Rotations = new("--rotations")
    {
        Description = "Measure EQ-R of config T too, which is not made for it",
    };

    private static readonly Option<bool> NoEquivariance = new("--no-equivariance") { Description = "Measure no equivariance" };

    private static readonly Option<bool> SkipBad = new("--skip-bad")
    {
        Description = "Leave damaged images out instead of stopping at them",
    };

    private static readonly Option<string> DeviceOption = CommonOptions.Device();

    private static readonly Option<int> Threads = CommonOptions.Threads();

    private static readonly Option<bool> JsonOption = CommonOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("metrics",
            "Measures a trained generator: equivariance (EQ-T, EQ-T_frac, EQ-R), and against real images the sliced Wasserstein"
                + " distance"
            + " and the average power spectrum, and with a network for features FID, KID, precision and recall. Features of real"
            + " images"
            + " are kept in $XDG_CACHE_HOME/sg3x/metrics under the images' content.")
        {
            Network, Best, Data, FeatureFile, Class, Samples, MostReal, Batch, Seed, Rotations, NoEquivariance, SkipBad,
            DeviceOption, Threads, JsonOption,
        };
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x metrics runs/00000-demo --data cats:", "equivariance, sliced Wasserstein distance, spectra"),
            ("sg3x metrics runs/00003-t-256 --data cats-256.zip --features inception.pt --samples 50000 --json",
                "FID and the others as the papers take them, for programs"));
        return command;
    }

    private static Option<int> Number(string name, string description, int value) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => value,
    };

    private static int Run(ParseResult result)
    {
        string? source = result.GetValue(Data), features = result.GetValue(FeatureFile);
        foreach (Option<int> option in new[] { Samples, MostReal, Batch })
        {
            int least = option == MostReal ? 2 : 1;
            if (result.GetValue(option) < least || result.GetValue(option) > Most)
            {
                throw UserException.Mismatch(
                    option.Name, $"{least} to {Most}", result.GetValue(option).ToString(CultureInfo.InvariantCulture));
            }
        }

        if (result.GetValue(Seed) < 0)
            throw UserException.Mismatch("--seed", "0 or more", result.GetValue(Seed).ToString(CultureInfo.InvariantCulture));
        if (source is null && (features is not null || result.GetValue(NoEquivariance)))
            throw UserException.Mismatch("--data", "real images to compare with", "nothing");
        RefuseIdle(result, MostReal, "--features", features is not null);
        RefuseIdle(result, SkipBad, "--data", source is not null);
        if (result.GetValue(Rotations) && result.GetValue(NoEquivariance))
            throw UserException.Mismatch(Rotations.Name, "no --no-equivariance beside it", NoEquivariance.Name);
        torch.Device device = new ComputeOptions(result.GetRequiredValue(DeviceOption), result.GetValue(Threads)).Apply();
        using Generator generator = NetworkFile.LoadGenerator(
            NetworkSource.Find(result.GetRequiredValue(Network), result.GetValue(Best)), device);
        int classes = generator.Config.CDim;
        int? number = result.GetValue(Class);
        if (classes == 0 || number is not null)
        {
            number = ClassOption.Demand(number, classes);
        }
        else if (source is null)
        {
            throw UserException.Mismatch(
                "--data", "images whose classes labels are drawn from, or one class (--class)", "nothing");
        }

        using FeatureExtractor? extractor = features is null ? null : FeatureExtractor.Load(features, device);
        using var interruption = new Interruption(() => { });
        try
        {
            MetricsReport report = CountProgress.Around(Terminal.Error(), "Metrics", progress =>
            {
                using IImageDataset? data = source is null ? null : ImageDatasets.Open(
                    source, generator.Config.Resolution,
                    new ImageDatasetOptions
                    {
                        SkipBad = result.GetValue(SkipBad),
                        Labels = classes > 0,
                        Progress = progress.Named("images checked"),
                        Stop = interruption.Token,
                    });
                return ImageMetrics.Measure(generator, data, new MetricsOptions
                {
                    Samples = result.GetValue(Samples),
                    MostReal = result.GetValue(MostReal),
                    Batch = result.GetValue(Batch),
                    Seed = result.GetValue(Seed),
                    Class = number,
                    Equivariance = !result.GetValue(NoEquivariance),
                    Rotations = result.GetValue(Rotations) ? true : null,
                    Features = extractor,
                    CacheFolder = FeatureCache.DefaultFolder(),
                    Progress = (what, done, of) => progress.Named(what).Report((done, of)),
                    Stop = interruption.Token,
                });
            });
            if (result.GetValue(JsonOption))
                Json.Print(report);
            else
                MetricsTable.Print(Terminal.Out(), report);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Refuses an option that changes nothing without another.</summary>
    private static void RefuseIdle(ParseResult result, Option option, string without, bool given)
    {
        if (!given && result.GetResult(option) is { Implicit: false })
            throw UserException.Mismatch(option.Name, $"{without} with it", "none");
    }
}
