using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Sg3x.Oracle.Checks;

namespace Sg3x.Cli.Commands;

/// <summary>Options that several commands have, with one meaning.</summary>
internal static class CommonOptions
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs instead of text for people" };

    /// <summary><c>--device</c>.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = "Where to compute: auto (CUDA where there is one), cpu, cuda or cuda:N",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary><c>--threads</c>.</summary>
    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads of one tensor operation on the CPU; 0 takes one per processor",
        HelpName = "N",
    };

    /// <summary>Where a generator is: what <see cref="NetworkSource"/> reads.</summary>
    public static Argument<string> Network() => new("network")
    {
        Description = "A run's folder (its last checkpoint), a checkpoint, or a generator in safetensors, official names",
        HelpName = "FOLDER|FILE",
    };

    /// <summary><c>--best</c>: which checkpoint of a run's folder.</summary>
    public static Option<bool> Best() => new("--best")
    {
        Description = "Of a run's folder the best checkpoint, by the metric that the run was given (metrics.best), not the last"
            + " one",
    };

    /// <summary><c>--trunc</c>.</summary>
    public static Option<double> Truncation() => new("--trunc")
    {
        Description = "Truncation ψ: below 1 nearer to the average image and less varied",
        HelpName = "PSI",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>A number that is at least one and at most another.</summary>
    /// <exception cref="UserException">It is not.</exception>
    public static T InRange<T>(string option, T value, T least, T most)
        where T : INumber<T> => value >= least && value <= most ? value
        : throw UserException.Mismatch(
            option, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
            value.ToString(null, CultureInfo.InvariantCulture));

    /// <summary>What the value of <c>--waive</c> is called.</summary>
    public const string WaiveValue = "CHECK[,CHECK…]";

    /// <summary>What <c>--waive</c> does.</summary>
    public static string WaiveDescription { get; } =
        $"Checks of the configuration ({string.Join(", ", Waivers.Possible)}) that it departs from on purpose";

    /// <summary><c>--set</c>.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "Set any value of the configuration, for example training.r1Gamma=0.5, or several;"
            + " train --dry-run shows them all",
        HelpName = "PATH=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };
}
