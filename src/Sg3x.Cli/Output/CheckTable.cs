using System.Globalization;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints what came of verifying something.</summary>
internal static class CheckTable
{
    private static readonly Column[] Columns =
    [
        new("check", c => c.Id),
        new("", c => Verdict(c.Status).Word, 10),
        new("equation", c => c.Equation, 48, LeftOut: 1),
        new("expected", c => c.Worst?.Expected, 14, LeftOut: 3),
        new("measured", c => c.Worst is Finding f ? FindingText.Measured(f) : "", 12),
        new("tolerance", c => c.Worst is Finding f ? FindingText.Tolerance(f) : "", Right: true, LeftOut: 2),
        new("margin", c => c.Worst is Finding f ? FindingText.Margin(f) : "", Right: true),
        new("where", c => c.Worst is Finding f ? FindingText.Where(f) : "", 24),
    ];

    /// <summary>A row for each check with its tightest comparison, then each failure in words, then the counts.</summary>
    public static void Print(Terminal terminal, VerificationReport report)
    {
        terminal.Line($"{report.Name}: {report.Describe()}, on {report.Device}{(report.IsNetwork ? ", with its own weights" : "")}");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = terminal.IsTerminal };
        Column[] columns = terminal.IsTerminal ? Fitting(terminal.Console.Profile.Width, report.Checks) : Columns;
        foreach (Column column in columns)
        {
            var made = new TableColumn(column.Title) { Width = column.Width, NoWrap = column.Width is null };
            table.AddColumn(column.Right ? made.RightAligned() : made);
        }

        foreach (CheckResult check in report.Checks)
        {
            var verdict = new Style(Verdict(check.Status).Colour);
            table.AddRow(columns.Select(c => new Text(c.Text(check) ?? "", c.Title.Length == 0 ? verdict : Style.Plain)));
        }

        terminal.Write(table);
        terminal.Line("Each row is the check's tightest comparison; the margin is how many times the error fits into the tolerance.");
        if (columns.Length < Columns.Length)
        {
            string missing = string.Join(", ", Columns.Except(columns).Select(c => c.Title));
            terminal.Line($"No room here for {missing}: a wider window, --json and --report have all.");
        }

        PrintExplanations(terminal, report);
        PrintSummary(terminal, report);
        PrintWaiver(terminal, report, trains: false);
    }

    /// <summary>The columns that fit side by side, those left out first that say least.</summary>
    private static Column[] Fitting(int width, IReadOnlyList<CheckResult> checks)
    {
        // Spectre puts a blank on either side of a column, and a separator before each and behind the last.
        int Taken(Column column) => 3 + Math.Max(column.Title.Length, column.Width ?? checks.Max(c => column.Text(c)?.Length ?? 0));
        Column[] columns = Columns;
        while (columns.Sum(Taken) + 1 > width && columns.Where(c => c.LeftOut > 0).MinBy(c => c.LeftOut) is Column least)
        {
            columns = [.. columns.Where(c => c != least)];
        }

        return columns;
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

    /// <summary>A column of the table.</summary>
    /// <param name="Title">Its heading.</param>
    /// <param name="Text">What it says of a check.</param>
    /// <param name="Width">What it is wrapped to; its widest text where there is none.</param>
    /// <param name="Right">Set against the right.</param>
    /// <param name="LeftOut">Its turn to be left out where there is no room for all; 0 for never.</param>
    private sealed record Column(string Title, Func<CheckResult, string?> Text, int? Width = null, bool Right = false, int LeftOut = 0);
}
