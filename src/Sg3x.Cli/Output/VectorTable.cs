using System.Globalization;
using Sg3x.Oracle.Vectors;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints what came of a file of reference values.</summary>
internal static class VectorTable
{
    /// <summary>A line that names the file, then a row for each tensor; a schedule's equal values share a row for each
    /// layer.</summary>
    public static void Print(Terminal terminal, VectorReport report)
    {
        terminal.Line($"{report.File}: {report.Kind.ToString().ToLowerInvariant()}, {report.Subject}");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        table.AddColumn(new TableColumn("tensor").NoWrap());
        table.AddColumn(new TableColumn("shape").NoWrap());
        foreach (string title in (string[])["largest absolute", "largest relative", "tolerance"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("").NoWrap());
        foreach (Comparison row in report.Kind == VectorKind.Schedule ? Condense(report.Comparisons) : report.Comparisons)
        {
            table.AddRow(
                new Text(row.Name),
                new Text(row.Shape.Count == 0 ? "" : $"[{string.Join(", ", row.Shape)}]"),
                new Text(Number(row.Absolute)),
                new Text(Number(row.Relative)),
                new Text(Tolerance(row)),
                new Text(row.Passed ? "ok" : "FAILED", new Style(row.Passed ? Color.Green : Color.Red)));
        }

        terminal.Write(table);
        foreach (Comparison failure in report.Comparisons.Where(c => !c.Passed))
        {
            terminal.Verdict(Verdict.Failed, failure.Name, Explain(failure));
        }

        terminal.Line();
    }

    private static string Explain(Comparison failure) => failure.Mismatch ?? string.Create(CultureInfo.InvariantCulture,
        $"{failure.Where}; relative difference {Number(failure.Relative)}, tolerance {Tolerance(failure)} ({failure.Basis})");

    private static string Tolerance(Comparison row) => row.Tolerance == 0 ? "equal" : Number(row.Tolerance);

    private static IEnumerable<Comparison> Condense(IReadOnlyList<Comparison> comparisons)
    {
        foreach (IGrouping<string, Comparison> layer in comparisons.GroupBy(c => c.Name.Split('.')[0]))
        {
            Comparison[] equal = [.. layer.Where(c => c.Passed && c.Absolute == 0)];
            if (equal.Length > 1)
            {
                yield return equal[0] with
                {
                    Name = string.Create(CultureInfo.InvariantCulture, $"{layer.Key}: {equal.Length} values"),
                    Shape = [],
                    Tolerance = 0,
                };
            }

            foreach (Comparison other in equal.Length > 1 ? layer.Except(equal) : layer)
            {
                yield return other;
            }
        }
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "not a number" : value == 0 ? "0" : value.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
