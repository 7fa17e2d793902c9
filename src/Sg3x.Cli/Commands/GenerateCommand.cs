using System.CommandLine;
using System.Globalization;
using Sg3x.Checkpoints;
using Sg3x.Cli.Output;
using Sg3x.Data;
using Sg3x.Training;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x generate</c>: images of a trained generator.</summary>
internal static class GenerateCommand
{
    private const int MostScale = 32;

    private static readonly Argument<string> Network = CommonOptions.Network();

    private static readonly Option<bool> Best = CommonOptions.Best();

    private static readonly Option<string> Seeds = new("--seeds")
    {
        Description = "Which images: numbers and ranges; a seed gives the same image in every list",
        HelpName = "LIST",
        DefaultValueFactory = _ => "0-15",
    };

    private static readonly Option<int?> Class = ClassOption.Create("needed for one");

    private static readonly Option<double> Truncation = CommonOptions.Truncation();

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The picture to write (generated.png), or with --single the folder (generated)",
        HelpName = "PATH",
    };

    private static readonly Option<bool> Single = new("--single") { Description = "A file for each seed instead of one grid" };

    private static readonly Option<int?> Columns = new("--columns")
    {
        Description = "Images in a row of the grid",
        HelpName = "N",
    };

    private static readonly Option<int> Scale = new("--scale")
    {
        Description = "Enlarge for looking at, with the Lanczos kernel",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> DeviceOption = CommonOptions.Device();

    private static readonly Option<int> Threads = CommonOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("generate", "Makes images with a trained generator: one grid, or a file for each seed.")
        {
            Network, Best, Seeds, Class, Truncation, Out, Single, Columns, Scale, DeviceOption, Threads,
        };
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x generate runs/00000-demo", "a grid of sixteen, generated.png"),
            ("sg3x generate runs/00000-demo --seeds 3,7,20-30 --trunc 0.7 --scale 4 --out cats.png",
                "chosen seeds, truncated, four times as large"),
            ("sg3x generate runs/00004-cats-64 --class 1", "of the second class of a network with classes"),
            ("sg3x generate network.safetensors --seeds 0-99 --single --out images", "a hundred files"));
        return command;
    }

    private static int Run(ParseResult result)
    {
        IReadOnlyList<long> seeds = SeedList.Parse(result.GetRequiredValue(Seeds));
        int scale = CommonOptions.InRange("--scale", result.GetValue(Scale), 1, MostScale);
        int columns = CommonOptions.InRange(
            "--columns", result.GetValue(Columns) ?? DisplayScaling.SquareColumns(seeds.Count), 1, seeds.Count);
        double truncation = result.GetValue(Truncation);
        if (!double.IsFinite(truncation))
        {
            throw UserException.Mismatch("--trunc", "a number", truncation.ToString(CultureInfo.InvariantCulture));
        }

        string path = NetworkSource.Find(result.GetRequiredValue(Network), result.GetValue(Best));
        Device device = new ComputeOptions(result.GetRequiredValue(DeviceOption), result.GetValue(Threads)).Apply();
        using Generator generator = NetworkFile.LoadGenerator(path, device);
        int? number = ClassOption.Demand(result.GetValue(Class), generator.Config.CDim);
        IEnumerable<(long Seed, Tensor Image)> images = seeds.Select(
            seed => (seed, DisplayScaling.Enlarge(SeededImages.Image(generator, seed, truncation, device, number), scale)));
        if (result.GetValue(Single))
        {
            WriteFiles(result.GetValue(Out) ?? "generated", images);
        }
        else
        {
            WriteGrid(result.GetValue(Out) ?? "generated.png", images, columns);
        }

        return ExitCode.Done;
    }

    private static void WriteFiles(string folder, IEnumerable<(long Seed, Tensor Image)> images)
    {
        foreach ((long seed, Tensor image) in images)
        {
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"seed{seed:D4}.png"));
            using Tensor only = image[0];
            ImageFiles.WritePng(path, only);
            Terminal.Out().Line(path);
            image.Dispose();
        }
    }

    private static void WriteGrid(string path, IEnumerable<(long Seed, Tensor Image)> images, int columns)
    {
        if (Directory.Exists(path))
        {
            throw UserException.Mismatch("--out", "the name of a picture (or --single, which writes into a folder)",
                $"the folder {path}");
        }

        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw UserException.Mismatch("--out", "the name of a picture that ends in .png", path);
        }

        using IDisposable scope = NewDisposeScope();
        ImageFiles.WritePng(path, ImageGrid.Compose(cat([.. images.Select(i => i.Image)]), columns));
        Terminal.Out().Line(path);
    }
}
