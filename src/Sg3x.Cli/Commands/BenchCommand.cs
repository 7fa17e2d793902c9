using System.CommandLine;
using System.Globalization;
using Sg3x.Benchmarking;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Ops;
using TorchSharp;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x bench</c>: the networks against their convolutions alone.</summary>
internal static class BenchCommand
{
    private const string OfficialConfigurations = "t-128,t-256,t-512";
    private const string NoConfigurations = "none";

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
        var configurations = new Option<string?>("--configurations")
        {
            Description = $"Presets, or configurations in JSON, to time whole training iterations of, or {NoConfigurations};"
                + $" without it, on a GPU {OfficialConfigurations}, on a CPU {NoConfigurations}",
            HelpName = "NAME[,NAME…]",
        };
        Option<string[]> set = CommonOptions.Set();
        set.Description = "Set any value of those configurations, for example training.batchDevice=8, or several";
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("bench", "Times the generator and a training iteration against their convolutions alone.")
        {
            resolution, channelBase, channelMax, batch, config, repeats, nonlinearity, precision, remat, configurations, set, device,
            threads, json,
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
            string[] values = result.GetValue(set) ?? [];
            (string Name, RunConfig Config)[] whole =
                [.. Configurations(result.GetValue(configurations), where).Select(name => (name, Whole(name, run, values)))];
            if (whole.Length == 0 && result.GetResult(set) is { Implicit: false })
                throw UserException.Mismatch("--set", "--configurations with it", "none");
            Terminal error = Terminal.Error();
            BenchmarkReport report = NetworkBenchmark.Run(run, where, result.GetValue(repeats), error.Line);
            report = report with
            {
                Configurations = [.. whole.Select(c => IterationBenchmark.Run(c.Name, c.Config, where, error.Line))],
            };
            if (result.GetValue(json))
                Json.Print(report);
            else
                BenchmarkTables.Print(Terminal.Out(), report);
            return ExitCode.Done;
        });
        Examples.For(command,
            ("sg3x bench --resolution 64 --channel-base 8192 --channel-max 256 --batch 4", "T at 64²: forward, iteration, each filtered nonlinearity"),
            ("sg3x bench --nonlinearity composed --json", "the same without the fused kernel, for programs"),
            ("sg3x bench --configurations t-128,t-256 --precision bfloat16", "seconds for a thousand images of training too"));
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

    private static string[] Configurations(string? names, torch.Device device) =>
        (names ?? (device.type == DeviceType.CUDA ? OfficialConfigurations : NoConfigurations)) switch
        {
            NoConfigurations => [],
            var list => list.Split(',', StringSplitOptions.TrimEntries),
        };

    private static RunConfig Whole(string name, RunConfig run, string[] set)
    {
        RunConfig config = ConfigSource.Load(name, []);
        config = config with
        {
            Training = config.Training with { Precision = run.Training.Precision, Rematerialise = run.Training.Rematerialise },
        };
        return ConfigOverrides.Apply(config, set).Validate();
    }
}
