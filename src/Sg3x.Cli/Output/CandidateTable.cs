using System.Globalization;
using Sg3x.Oracle.Candidate;
using Sg3x.Oracle.Checks;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints what came of judging an export.</summary>
internal static class CandidateTable
{
    private const int FailuresOfOneCheck = 3;
    private const int MissingOfOneCheck = 4;

    /// <summary>A row for each check, the failures in words, then what was not supplied.</summary>
    public static void Print(Terminal terminal, CandidateReport report)
    {
        terminal.Line($"{report.File}: {report.Name}, held to the papers");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        foreach (string title in (string[])["check", "", "compared", "difference", "tolerance", "where"])
        {
            table.AddColumn(new TableColumn(title).NoWrap());
        }

        foreach (CandidateResult result in report.Results)
        {
            (string word, Color colour) = Word(result.Status);
            Finding? worst = result.Worst;
            table.AddRow(
                new Text(result.Id),
                new Text(word, new Style(colour)),
                new Text(result.Comparisons == 0 ? "" : result.Comparisons.ToString(CultureInfo.InvariantCulture)),
                new Text(worst is null ? "" : Difference(worst)),
                new Text(worst is null ? "" : worst.Tolerance == 0 ? "equal" : Number(worst.Tolerance)),
                new Text(worst is null || worst.Error == 0 ? "" : worst.Where.Split(": expected", 2)[0]));
        }

        terminal.Write(table);
        foreach (CandidateResult result in report.Results.Where(r => r.Status == CandidateStatus.Failed))
        {
            PrintFailures(terminal, result);
        }

        PrintMissing(terminal, report);
        (int Count, string What)[] parts =
        [
            (Count(report, CandidateStatus.Passed), "passed"),
            (Count(report, CandidateStatus.Failed), "FAILED"),
            (Count(report, CandidateStatus.Unchecked), "not checked"),
        ];
        string counts = string.Join(", ", parts.Where(p => p.Count > 0).Select(p => $"{p.Count} {p.What}"));
        terminal.Line($"{report.Results.Count} checks: {counts}");
    }

    private static void PrintFailures(Terminal terminal, CandidateResult result)
    {
        // One mistake shows in every layer: the same words once, with the first place.
        IEnumerable<IGrouping<string?, Finding>> mistakes = result.Failures.GroupBy(f => f.Explanation)
            .OrderByDescending(group => group.Max(f => f.Share)).Take(FailuresOfOneCheck);
        foreach (IGrouping<string?, Finding> same in mistakes)
        {
            Finding first = same.First();
            string more = same.Count() == 1 ? "" : $" (and {same.Count() - 1} more)";
            string numbers = first.Expected == "equal to the definition"
                ? $"{first.Where}; {first.Measured} of the largest, tolerance {Number(first.Tolerance)}"
                : $"{first.Where}: expected {first.Expected}, found {first.Measured}";
            terminal.Verdict(Verdict.Failed, result.Id, $"{numbers}{(same.Key is null ? "" : $": {same.Key}")}{more}");
        }
    }

    private static void PrintMissing(Terminal terminal, CandidateReport report)
    {
        foreach (CandidateResult result in report.Results.Where(r => r.Missing.Count > 0))
        {
            string more = result.Missing.Count > MissingOfOneCheck ? $" and {result.Missing.Count - MissingOfOneCheck} more" : "";
            terminal.Verdict(Verdict.NotChecked, result.Id,
                $"not supplied: {string.Join(", ", result.Missing.Take(MissingOfOneCheck))}{more}");
        }
    }

    private static int Count(CandidateReport report, CandidateStatus status) => report.Results.Count(r => r.Status == status);

    private static (string Word, Color Colour) Word(CandidateStatus status) => status switch
    {
        CandidateStatus.Passed => ("ok", Color.Green),
        CandidateStatus.Failed => ("FAILED", Color.Red),
        _ => ("not checked", Color.Yellow),
    };

    private static string Difference(Finding finding) =>
        finding.Error == 0 ? "0" : finding.Tolerance == 0 ? "differs" : double.IsNaN(finding.Error) ? "not a number"
            : Number(finding.Error);

    private static string Number(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
