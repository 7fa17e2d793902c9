using System.CommandLine;
using Sg3x.Cli.Output;
using Sg3x.Oracle.Candidate;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x verify --candidate</c>: another implementation, judged from what it exports.</summary>
internal static class CandidateVerification
{
    /// <summary><c>--candidate</c>.</summary>
    public static Option<string?> Option() => new("--candidate")
    {
        Description = "Another implementation's export (docs/candidate.md): its schedule and taps, results of golden/vectors,"
            + " training constants. It is held to the papers; what it does not supply is listed as not checked",
        HelpName = "FILE",
    };

    /// <summary>Judges an export.</summary>
    /// <param name="file">The export.</param>
    /// <param name="json">Output for programs.</param>
    /// <returns>The exit code: 1 where something is wrong.</returns>
    /// <exception cref="UserException">The file is not an export, or supplies nothing.</exception>
    public static int Run(string file, bool json)
    {
        CandidateReport report = CandidateJudge.Judge(file);
        if (json)
        {
            Json.Print(new
            {
                report.File,
                report.Name,
                Passed = !report.Failed,
                report.Complete,
                report.Results,
                Unchecked = report.Results.Where(r => r.Status == CandidateStatus.Unchecked).Select(r => r.Id),
            });
        }
        else
        {
            CandidateTable.Print(Terminal.Out(), report);
        }

        return report.Failed ? ExitCode.CheckFailed : ExitCode.Done;
    }
}
