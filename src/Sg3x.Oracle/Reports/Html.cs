using System.Globalization;
using System.Net;

namespace Sg3x.Oracle.Reports;

/// <summary>Text and numbers for a page.</summary>
internal static class Html
{
    /// <summary>Text as it is, whatever stands in it.</summary>
    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>A row of a table; the cells are markup.</summary>
    public static string Row(IEnumerable<string> cells, string? style = null) =>
        $"<tr{(style is null ? "" : $" class=\"{style}\"")}>{string.Concat(cells.Select(cell => $"<td>{cell}</td>"))}</tr>\n";

    /// <summary>A table; titles are text, rows markup.</summary>
    public static string Table(string style, IEnumerable<string> titles, IEnumerable<string> rows) =>
        $"<div class=\"scroll\"><table class=\"{style}\">\n<thead><tr>{string.Concat(titles.Select(t => $"<th>{Text(t)}</th>"))}</tr></thead>\n"
        + $"<tbody>\n{string.Concat(rows)}</tbody></table></div>\n";

    /// <summary>A number with at most two decimals.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A level in dB with one decimal and a real minus sign.</summary>
    public static string Decibels(double value) => double.IsFinite(value)
        ? value.ToString("0.0;−0.0;0.0", CultureInfo.InvariantCulture)
        : value < 0 ? "−∞" : "∞";

    /// <summary>A coordinate of a drawing.</summary>
    public static string Pixel(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
