using System.Globalization;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints what came of verifying something.</summary>
internal static class CheckTable
{
    private static readonly (string Title, int? Width, bool Right)[] Columns =
    [
        ("check", null, false), ("", 10, false), ("equation", 48, false), ("expected", 14, false), ("measured", 12, false),
        ("tolerance", null, true), ("margin", null, true), ("where", 24, false),
    ];

    /// <summary>A row for each check with its tightest comparison, then each failure in words, then the counts.</summary>
    public static void Print(Terminal terminal, VerificationReport report)
    {
        terminal.Line($"{report.Name}: {report.Describe()}, on {report.Device}{(report.IsNetwork ? ", with its own weights" : "")}");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = terminal.IsTerminal };
        foreach ((string title, int? width, bool right) in Columns)
        {
            var column = new TableColumn(title) { Width = width, NoWrap = width is null };
            table.AddColumn(right ? column.RightAligned() : column);
        }

        foreach (CheckResult check in report.Checks)
        {
            (string word, Color colour) = Verdict(check.Status);
            table.AddRow(
                new Text(check.Id),
                new Text(word, new Style(colour)),
                new Text(check.Equation),
                new Text(check.Worst?.Expected ?? ""),
                new Text(check.Worst is Finding m ? FindingText.Measured(m) : ""),
                new Text(check.Worst is Finding t ? FindingText.Tolerance(t) : ""),
                new Text(check.Worst is Finding r ? FindingText.Margin(r) : ""),
                new Text(check.Worst is Finding w ? FindingText.Where(w) : ""));
        }

        terminal.Write(table);
        terminal.Line("Each row is the check's tightest comparison; the margin is how many times the error fits into the tolerance.");
        PrintExplanations(terminal, report);
        PrintSummary(terminal, report);
        PrintWaiver(terminal, report, trains: false);
    }

    /// <summary>A line for each check that failed or is waived, in words a person can act on.</summary>
    public static void PrintExplanations(Terminal terminal, VerificationReport report)
    {
        foreach ((string id, string text) in report.Explanations())
        {
            terminal.Verdict(Output.Verdict.Failed, id, text);
        }

        PrintDepartures(terminal, report);
    }

    /// <summary>A line for each check that is waived, with what it found.</summary>
    public static void PrintDepartures(Terminal terminal, VerificationReport report)
    {
        foreach ((string id, string text) in report.Departures())
        {
            terminal.Verdict(Output.Verdict.Waived, id, text);
        }
    }

    /// <summary>How a run that its checks refuse trains all the same.</summary>
    public static void PrintRemedies(Terminal terminal, VerificationReport report)
    {
        if (!PrintWaiver(terminal, report, trains: true))
        {
            terminal.Line(
                "A run of this build would not be the papers' generator. --unverified trains all the same and marks the run.");
        }
    }

    /// <summary>How a configuration that is meant to be weaker than the papers' is declared, where that is what failed.</summary>
    /// <returns>Whether nothing else failed.</returns>
    private static bool PrintWaiver(Terminal terminal, VerificationReport report, bool trains)
    {
        string[] failed = [.. report.Explanations().Select(e => e.Id)], weaker = [.. failed.Intersect(Waivers.Possible)];
        bool all = weaker.Length == failed.Length && failed.Length > 0;
        if (weaker.Length > 0)
        {
            string what = !all ? "declares it; the other failures remain" : trains ? "trains it and marks the run" : "declares it";
            terminal.Line("The configuration asks for less than the papers have. Where that is meant,"
                + $" --waive {string.Join(',', weaker)} {what}.");
        }

        return all;
    }

    /// <summary>How the checks of a report ended, in numbers.</summary>
    public static string Counts(VerificationReport report)
    {
        (int Count, string What)[] parts =
        [
            (report.Count(CheckStatus.Passed), "passed"),
            (report.Count(CheckStatus.Failed), "FAILED"),
            (report.Count(CheckStatus.Waived), "waived"),
            (report.Count(CheckStatus.NotApplicable), "not applicable"),
        ];
        return string.Join(", ", parts.Where(p => p.Count > 0).Select(p => FormattableString.Invariant($"{p.Count} {p.What}")));
    }

    private static void PrintSummary(Terminal terminal, VerificationReport report)
    {
        IEnumerable<CheckResult> incomplete = report.Checks.Where(c => c.LeavesOut is not null);
        foreach (IGrouping<string?, CheckResult> left in incomplete.GroupBy(c => c.LeavesOut))
        {
            terminal.Line($"Not checked by {string.Join(", ", left.Select(c => c.Id))}: {left.Key}");
        }

        if (report.LeftOut.Count > 0)
        {
            terminal.Line($"Left out by --quick, so not checked: {string.Join(", ", report.LeftOut)}");
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{report.Checks.Count} checks: {Counts(report)}; {report.Duration.TotalSeconds:0.0} s"));
    }

    private static (string Word, Color Colour) Verdict(CheckStatus status) => status switch
    {
        CheckStatus.Passed => ("ok", Color.Green),
        CheckStatus.Failed => ("FAILED", Color.Red),
        CheckStatus.Waived => ("waived", Color.Yellow),
        _ => ("not applicable", Color.Grey),
    };
}
