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

    /// <summary><c>--require</c>.</summary>
    public static Option<string[]> RequireOption() => new("--require")
    {
        Description = "With --candidate: checks that must not go unchecked, in whole or in part, for want of what the export"
            + " supplies; the exit code is 1 where one does",
        HelpName = "CHECK[,CHECK…]",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Judges an export.</summary>
    /// <param name="file">The export.</param>
    /// <param name="require">Names of checks, separated by commas, for which everything must be supplied.</param>
    /// <param name="json">Output for programs.</param>
    /// <returns>The exit code: 1 where something is wrong, or required and not supplied.</returns>
    /// <exception cref="UserException">The file is not an export, or supplies nothing; there is no check of a name.</exception>
    public static int Run(string file, IEnumerable<string> require, bool json)
    {
        string[] required = [.. require
            .SelectMany(names => names.Split(',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        foreach (string unknown in required.Except(CandidateJudge.Ids))
        {
            throw UserException.Mismatch("--require", $"some of {string.Join(", ", CandidateJudge.Ids)}", unknown);
        }

        CandidateReport report = CandidateJudge.Judge(file);
        CandidateResult[] unmet = [.. report.Results.Where(r => required.Contains(r.Id) && r.Missing.Count > 0)];
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
                Required = required,
                Unmet = unmet.Select(r => r.Id),
            });
        }
        else
        {
            Terminal terminal = Terminal.Out();
            CandidateTable.Print(terminal, report);
            foreach (CandidateResult result in unmet)
            {
                terminal.Verdict(Verdict.Failed, result.Id, "is required, but not all that it needs is supplied");
            }
        }

        return report.Failed || unmet.Length > 0 ? ExitCode.CheckFailed : ExitCode.Done;
    }
}
