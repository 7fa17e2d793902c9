using System.Globalization;
using Sg3x.Cli.Output;
using Sg3x.Oracle.Vectors;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x verify --vectors</c>: holds production against files of reference values.</summary>
internal static class VectorVerification
{
    /// <summary>Checks every file, prints what came of it, and returns the exit code.</summary>
    /// <param name="files">The files.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="json">For programs.</param>
    public static int Run(string[] files, TorchSharp.torch.Device device, bool json)
    {
        var reports = new List<VectorReport>();
        var unreadable = new List<UnreadableFile>();
        foreach (string file in files)
        {
            try
            {
                reports.Add(VectorFiles.Check(file, device));
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
            : unreadable.Count > 0 ? ExitCode.BadInput
            : ExitCode.Done;
    }

    private static void PrintSummary(int files, List<VectorReport> reports, int unreadable)
    {
        string[] parts =
        [
            Count(reports.Count(r => r.Passed), "agree"),
            Count(reports.Count(r => r.Failed), "DISAGREE"),
            Count(unreadable, "unusable"),
        ];
        Terminal.Out().Line(string.Create(CultureInfo.InvariantCulture,
            $"{files} file{(files == 1 ? "" : "s")}: {string.Join(", ", parts.Where(p => p.Length > 0))}"));
    }

    private static string Count(int count, string what) =>
        count == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{count} {what}");

    private sealed record UnreadableFile(string File, string Message);
}
