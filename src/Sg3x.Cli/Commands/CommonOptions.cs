using System.CommandLine;

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

    /// <summary><c>--set</c>.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "Set any value of the configuration, for example training.r1Gamma=0.5, or several;"
            + " train --dry-run shows them all",
        HelpName = "PATH=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };
}
