using System.Globalization;
using System.Text;

namespace Sg3x.Oracle.Reports;

/// <summary>
/// The frequency response of one filter as a drawing: designed (broad) and predicted from the taps (narrow), with the passband, the
/// transition, and lines at the cutoff, the stopband's begin and the Nyquist frequency of the slower side.
/// </summary>
internal static class ResponsePlot
{
    private const int Width = 460;
    private const int Height = 232;
    private const int Left = 40;
    private const int Right = 10;
    private const int Top = 36;
    private const int Bottom = 34;
    private const double Highest = 6;
    private const double Lowest = -84;
    private const double ClosestLabels = 30;

    /// <summary>The drawing, inline SVG.</summary>
    public static string Draw(FilterResponse r)
    {
        var svg = new StringBuilder();
        string title = $"{r.Layer}, {(r.IsUp ? "up" : "down")}sampling";
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Text(title)}\">\n");
        svg.Append(Box(0, r.Cutoff, "pass")).Append(Box(r.Cutoff, r.Stopband, "transition")).Append(Box(r.Stopband, r.Rate / 2, "stop"));
        Grid(svg, r);
        svg.Append(Line(X(r, r.Stopband), Y(r.KaiserLevel), X(r, r.Rate / 2), Y(r.KaiserLevel), "kaiser"));
        if (r.IsRadial)
        {
            svg.Append(Curve(r, r.DesignedDiagonal, "designed diagonal")).Append(Curve(r, r.PredictedDiagonal, "predicted diagonal"));
        }
        svg.Append(Curve(r, r.Designed, "designed")).Append(Curve(r, r.Predicted, "predicted"));
        Marks(svg, r);
        return svg.Append("</svg>\n").ToString();

        string Box(double from, double to, string style) => to <= from ? "" :
            $"<rect class=\"{style}\" x=\"{Html.Pixel(X(r, from))}\" y=\"{Top}\" width=\"{Html.Pixel(X(r, to) - X(r, from))}\""
            + $" height=\"{Height - Top - Bottom}\"/>\n";
    }

    private static double X(FilterResponse r, double hz) => Left + (Width - Left - Right) * hz / (r.Rate / 2);

    private static double Y(double decibels) =>
        Top + (Height - Top - Bottom) * (Highest - Math.Clamp(double.IsNaN(decibels) ? Lowest : decibels, Lowest, Highest)) / (Highest - Lowest);

    private static string Line(double x1, double y1, double x2, double y2, string style) =>
        $"<line class=\"{style}\" x1=\"{Html.Pixel(x1)}\" y1=\"{Html.Pixel(y1)}\" x2=\"{Html.Pixel(x2)}\" y2=\"{Html.Pixel(y2)}\"/>\n";

    private static string Text(double x, double y, string text, string style) =>
        $"<text class=\"{style}\" x=\"{Html.Pixel(x)}\" y=\"{Html.Pixel(y)}\">{Html.Text(text)}</text>\n";

    private static void Grid(StringBuilder svg, FilterResponse r)
    {
        for (int level = 0; level > Lowest; level -= 20)
        {
            svg.Append(Line(Left, Y(level), Width - Right, Y(level), "grid"));
            svg.Append(Text(Left - 5, Y(level) + 3.5, Html.Decibels(level).Replace(".0", "", StringComparison.Ordinal), "axis left"));
        }
        for (int i = 0; i <= 4; i++)
        {
            double hz = r.Rate / 2 * i / 4;
            svg.Append(Text(X(r, hz), Height - Bottom + 14, Html.Number(hz), i == 4 ? "axis left" : "axis"));
        }
        svg.Append(Text((Left + Width - Right) / 2.0, Height - 5, "Hz per image", "axis"));
        svg.Append(Text(Left - 5, Top - 8, "dB", "axis left"));
    }

    // Marks that fall together share a line and a label.
    private static void Marks(StringBuilder svg, FilterResponse r)
    {
        var marks = new List<(double X, string Label, string Style)>();
        foreach ((double hz, string label, string style) in new[]
        {
            (r.Cutoff, "cutoff", "cutoff"), (r.Stopband, "stopband", "stopband"), (r.Nyquist, "Nyquist", "nyquist"),
        })
        {
            double x = X(r, hz);
            int same = marks.FindIndex(m => Math.Abs(m.X - x) < 0.5);
            if (same >= 0)
                marks[same] = marks[same] with { Label = $"{marks[same].Label} = {label}" };
            else
                marks.Add((x, label, style));
        }
        marks.Sort((a, b) => a.X.CompareTo(b.X));
        double row = 0, previous = double.NegativeInfinity;
        foreach ((double x, string label, string style) in marks)
        {
            double reach = 3.1 * label.Length;
            row = x - reach < previous + ClosestLabels - 26 ? 1 - row : 0;
            svg.Append(Line(x, row == 0 ? Top - 8 : Top - 20, x, Height - Bottom, style));
            double at = Math.Clamp(x, Left + reach, Width - Right - reach);
            svg.Append(Text(at, row == 0 ? Top - 11 : Top - 23, label, $"mark {style}"));
            previous = at + reach;
        }
    }

    private static string Curve(FilterResponse r, IReadOnlyList<double> levels, string style)
    {
        var points = new StringBuilder();
        for (int i = 0; i < levels.Count; i++)
            points.Append(i == 0 ? "" : " ").Append(Html.Pixel(X(r, r.Frequencies[i]))).Append(',').Append(Html.Pixel(Y(levels[i])));
        return $"<polyline class=\"{style}\" points=\"{points}\"/>\n";
    }
}
