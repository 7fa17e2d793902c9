using System.CommandLine;
using System.Globalization;
using Sg3x.Benchmarking;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Ops;
using Spectre.Console;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x bench</c>: the networks against their convolutions alone.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        Option<int> Number(string name, string description, int value) => new(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => value,
        };
        Option<int> resolution = Number("--resolution", "Width and height of the images", 64);
        Option<int> channelBase = Number("--channel-base", "Channel base of both networks (config R doubles the generator's)", 8192);
        Option<int> channelMax = Number("--channel-max", "Most channels of a layer (config R doubles the generator's)", 256);
        Option<int> batch = Number("--batch", "Images at once", 4);
        Option<int> repeats = Number("--repeats", "Rounds, of which medians are taken", 5);
        var config = new Option<string>("--config") { Description = "Config t or r", HelpName = "t|r", DefaultValueFactory = _ => "t" };
        var nonlinearity = new Option<string>("--nonlinearity")
        {
            Description = "Hold the filtered nonlinearity to one implementation: auto, fused, matrix or composed",
            HelpName = "NAME",
            DefaultValueFactory = _ => "auto",
        };
        var precision = new Option<string>("--precision")
        {
            Description = "In what layers store and multiply: float32 or bfloat16",
            HelpName = "NAME",
            DefaultValueFactory = _ => "float32",
        };
        var remat = new Option<bool>("--remat") { Description = "Compute the generator's layers a second time in its backward pass" };
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("bench", "Times the generator and a training iteration against their convolutions alone.")
        {
            resolution, channelBase, channelMax, batch, config, repeats, nonlinearity, precision, remat, device, threads, json,
        };
        command.SetAction(result =>
        {
            RunConfig run = Networks(
                result.GetRequiredValue(config), result.GetValue(resolution), result.GetValue(channelBase), result.GetValue(channelMax),
                result.GetValue(batch), result.GetRequiredValue(precision), result.GetValue(remat));
            FilteredLeakyRelu.Forced = Implementation(result.GetRequiredValue(nonlinearity));
            if (result.GetValue(repeats) is < 1 or > 1000)
                throw UserException.Mismatch("--repeats", "1 to 1000", result.GetValue(repeats).ToString(CultureInfo.InvariantCulture));
            var where = new ComputeOptions(result.GetRequiredValue(device), result.GetValue(threads)).Apply();
            Terminal error = Terminal.Error();
            BenchmarkReport report = NetworkBenchmark.Run(run, where, result.GetValue(repeats), error.Line);
            if (result.GetValue(json))
                Json.Print(report);
            else
                Print(Terminal.Out(), report);
            return ExitCode.Done;
        });
        Examples.For(command,
            ("sg3x bench --resolution 64 --channel-base 8192 --channel-max 256 --batch 4", "T at 64²: forward, iteration, each filtered nonlinearity"),
            ("sg3x bench --nonlinearity composed --json", "the same without the fused kernel, for programs"));
        return command;
    }

    private static RunConfig Networks(
        string config, int resolution, int channelBase, int channelMax, int batch, string precision, bool remat)
    {
        RunConfig run = config switch
        {
            "t" => Presets.Get("t-128"),
            "r" => Presets.Get("r-128"),
            _ => throw UserException.Mismatch("--config", "t or r", $"\"{config}\""),
        };
        int factor = config == "r" ? 2 : 1;
        run = run.WithResolution(resolution);
        return (run with
        {
            Preset = "",
            Generator = run.Generator with { ChannelBase = factor * channelBase, ChannelMax = factor * channelMax },
            Discriminator = run.Discriminator with { ChannelBase = channelBase, ChannelMax = channelMax },
            Training = run.Training with { Batch = batch, BlurSigma = 0, Precision = precision, Rematerialise = remat },
            Augmentation = new AugmentationConfig(),
        }).Validate();
    }

    private static IFilteredLeakyRelu? Implementation(string name) => name switch
    {
        "auto" => null,
        "fused" => FilteredLeakyRelu.Fused,
        "matrix" => FilteredLeakyRelu.Matrix,
        "composed" => FilteredLeakyRelu.Composed,
        _ => throw UserException.Mismatch("--nonlinearity", "auto, fused, matrix or composed", $"\"{name}\""),
    };

    private static void Print(Terminal terminal, BenchmarkReport report)
    {
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{report.Networks}, batch {report.Batch}, {report.Device}, {report.Threads} threads, TorchSharp by the {report.Provider}, libtorch {report.LibTorch}"));
        Table passes = NewTable(terminal, "", "s/image", "convolutions alone", "GFLOP/s", "ratio");
        foreach ((string name, BenchmarkedPass pass) in new[] { ("generator, forward", report.Forward), ("training iteration", report.Iteration) })
            passes.AddRow(name, Seconds(pass.SecondsPerImage), Seconds(pass.ConvolutionsPerImage), Short(pass.ConvolutionGflops), Short(pass.Ratio));
        terminal.Write(passes);
        terminal.Line("phases, s a batch: " + string.Join(", ", report.Phases.Select(p => $"{p.Key} {Seconds(p.Value)}")));
        if (report.PeakBytes is { } peak && report.StartBytes is { } start)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"memory of an iteration: {start / 1e6:F0} MB before, {peak / 1e6:F0} MB at most"));
        Table layers = NewTable(terminal, "filtered nonlinearity", "used", "ms", "depthwise", "matrices", "times faster");
        foreach (BenchmarkedLayer layer in report.Layers)
        {
            layers.AddRow(
                layer.Name, layer.Selected, Milliseconds(layer.Seconds), Milliseconds(layer.DepthwiseSeconds), Milliseconds(layer.MatrixSeconds),
                Short(layer.Speedup));
        }
        terminal.Write(layers);
    }

    private static Table NewTable(Terminal terminal, params string[] columns)
    {
        var table = new Table { Border = terminal.IsTerminal ? TableBorder.Rounded : TableBorder.Simple };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    private static string Seconds(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => (value * 1e3).ToString("F2", CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
