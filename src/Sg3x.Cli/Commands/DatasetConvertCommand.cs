using System.CommandLine;
using System.Globalization;
using Sg3x.Cli.Output;
using Sg3x.Data;
using Sg3x.Data.Preparation;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x dataset convert</c>: square images of one size.</summary>
internal static class DatasetConvertCommand
{
    private static readonly Argument<string> Source = DatasetCommand.Source();

    private static readonly Argument<string> Destination = new("dest")
    {
        Description = "The zip file to make, or the folder where the name does not end in .zip; must not be there yet",
        HelpName = "DEST",
    };

    private static readonly Option<int> Resolution = new("--resolution")
    {
        Description = "Width and height of the images",
        HelpName = "PIXELS",
        Required = true,
    };

    private static readonly Option<string> Crop = new("--crop")
    {
        Description = "Of images that are not square: the centred square (center), the whole width between black bars where they"
            + " are"
            + " wider than high (center-wide), or nothing, they count as bad (none)",
        HelpName = "center|center-wide|none",
        DefaultValueFactory = _ => "center",
    };

    private static readonly Option<string> Filter = new("--filter")
    {
        Description = "How to resize: lanczos (sharp) or box (the mean over areas)",
        HelpName = "lanczos|box",
        DefaultValueFactory = _ => "lanczos",
    };

    private static readonly Option<bool> SkipBad = new("--skip-bad")
    {
        Description = "Leave bad images out instead of stopping at them",
    };

    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Where to write what was bad and why (DEST.report.json); only where something was",
        HelpName = "FILE",
    };

    private static readonly Option<bool> JsonOption = CommonOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("convert",
            "Makes square PNG images of one size, with their labels, in a zip file or a folder that is whole or absent. A"
                + " conversion"
            + " that was stopped goes on where it was when the same command is given again.")
        {
            Source, Destination, Resolution, Crop, Filter, SkipBad, Report, JsonOption,
        };
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x dataset convert photos/ cats-128.zip --resolution 128", "the centred square of each"),
            ("sg3x dataset convert scans.zip scans/ --resolution 256 --crop none --filter box --skip-bad",
                "of square images, into a folder; what is not square or damaged is left out and listed in scans.report.json"));
        return command;
    }

    private static int Run(ParseResult result)
    {
        int done = 0, of = 0;
        using var interruption = new Interruption(() => { });
        try
        {
            ConversionResult converted = CountProgress.Around(Terminal.Error(), "Images converted", progress => DatasetConversion.Run(
                result.GetRequiredValue(Source), result.GetRequiredValue(Destination), new ConversionOptions
                {
                    Resolution = result.GetValue(Resolution),
                    Crop = result.GetRequiredValue(Crop) switch
                    {
                        "center" => CropMode.Center,
                        "center-wide" => CropMode.CenterWide,
                        "none" => CropMode.None,
                        string other => throw UserException.Mismatch("--crop", "center, center-wide or none", $"\"{other}\""),
                    },
                    Filter = result.GetRequiredValue(Filter) switch
                    {
                        "lanczos" => ResizeFilter.Lanczos,
                        "box" => ResizeFilter.Box,
                        string other => throw UserException.Mismatch("--filter", "lanczos or box", $"\"{other}\""),
                    },
                    SkipBad = result.GetValue(SkipBad),
                    Report = result.GetValue(Report),
                    Progress = new Counter(progress, value => (done, of) = value),
                    Stop = interruption.Token,
                }));
            Print(converted, result.GetValue(JsonOption));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Terminal.Error().Line(string.Create(CultureInfo.InvariantCulture,
                $"Interrupted{(of > 0 ? $" after {done} of {of} images" : "")}. Everything is kept; the same command goes on with it."));
            return ExitCode.Interrupted;
        }
    }

    private static void Print(ConversionResult result, bool json)
    {
        if (json)
        {
            Json.Print(result);
            return;
        }

        string classes = result.Classes is int count ? $" in {count} {(count == 1 ? "class" : "classes")}" : "";
        Terminal.Out().Line($"{result.Destination}: {result.Images} {(result.Images == 1 ? "image" : "images")}{classes}");
        if (result.Report is not null)
        {
            Terminal.Error().Warning($"{result.LeftOut.Count} left out: {result.Report}");
        }
    }

    private sealed class Counter(IProgress<(int Done, int Of)> next, Action<(int Done, int Of)> see) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value)
        {
            see(value);
            next.Report(value);
        }
    }
}
