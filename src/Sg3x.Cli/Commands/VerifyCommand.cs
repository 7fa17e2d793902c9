using System.CommandLine;
using System.Globalization;
using Sg3x.Cli.Output;
using Sg3x.Oracle.Vectors;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x verify</c>: holds production against reference values.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var vectors = new Option<string[]>("--vectors")
        {
            Description = "Files of reference values: a schedule in JSON; a generator, discriminator, ops or augmentations"
                + " in safetensors",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify",
            "Computes what the files of reference values hold and prints, per tensor, the largest absolute and relative"
            + " difference and the tolerance. Exit code 1 where a tolerance is exceeded, 2 where a file cannot be checked in"
            + " full.")
        {
            vectors, device, threads, json,
        };
        command.SetAction(result => Run(
            result.GetRequiredValue(vectors),
            new ComputeOptions(result.GetRequiredValue(device), result.GetValue(threads)),
            result.GetValue(json)));
        Examples.For(command,
            ("sg3x verify --vectors golden/reference/generator-t-32.safetensors",
                "images, gradients and averages of a generator"),
            ("sg3x verify --vectors golden/reference/*.json --json", "several schedules, for a program"));
        return command;
    }

    private static int Run(string[] files, ComputeOptions compute, bool json)
    {
        TorchSharp.torch.Device torchDevice = compute.Apply();
        var reports = new List<VectorReport>();
        var unreadable = new List<UnreadableFile>();
        foreach (string file in files)
        {
            try
            {
                reports.Add(VectorFiles.Check(file, torchDevice));
            }
            catch (UserException e)
            {
                unreadable.Add(new UnreadableFile(file, e.Message));
            }

            if (!json && unreadable.All(u => u.File != file))
            {
                VectorTable.Print(Terminal.Out(), reports[^1]);
            }
        }

        if (json)
        {
            bool passed = unreadable.Count == 0 && reports.All(r => r.Passed);
            Json.Print(new { Passed = passed, Files = reports, Unreadable = unreadable });
        }
        else
        {
            PrintSummary(files.Length, reports, unreadable.Count);
        }

        foreach (UnreadableFile file in unreadable)
        {
            Terminal.Error().Failure(file.Message);
        }

        return reports.Any(r => r.Failed) ? ExitCode.CheckFailed
            : unreadable.Count > 0 || reports.Any(r => !r.Passed) ? ExitCode.BadInput
            : ExitCode.Done;
    }

    private static void PrintSummary(int files, List<VectorReport> reports, int unreadable)
    {
        string[] parts =
        [
            Count(reports.Count(r => r.Passed), "agree"),
            Count(reports.Count(r => r.Failed), "DISAGREE"),
            Count(reports.Count(r => !r.Failed && !r.Passed), "not in this build"),
            Count(unreadable, "unusable"),
        ];
        Terminal.Out().Line(string.Create(CultureInfo.InvariantCulture,
            $"{files} file{(files == 1 ? "" : "s")}: {string.Join(", ", parts.Where(p => p.Length > 0))}"));
    }

    private static string Count(int count, string what) =>
        count == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{count} {what}");

    private sealed record UnreadableFile(string File, string Message);
}
