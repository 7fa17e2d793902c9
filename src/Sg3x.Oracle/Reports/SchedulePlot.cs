using System.Globalization;
using System.Text;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Reports;

/// <summary>The schedule as a drawing: cutoff, stopband and Nyquist frequency of every layer's output, on a logarithmic scale.</summary>
internal static class SchedulePlot
{
    private const int Width = 940;
    private const int Height = 300;
    private const int Left = 52;
    private const int Right = 14;
    private const int Top = 14;
    private const int Bottom = 40;

    /// <summary>The drawing, inline SVG.</summary>
    public static string Draw(IReadOnlyList<LayerPlan> layers)
    {
        double highest = Math.Ceiling(Math.Log2(layers.Max(l => Math.Max(l.OutRate / 2, l.OutCutoff + l.OutHalfWidth))));
        double lowest = Math.Floor(Math.Log2(layers.Min(l => l.OutCutoff)));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Layer schedule\">\n");
        for (double octave = lowest; octave <= highest; octave++)
        {
            svg.Append(Line(Left, Y(octave), Width - Right, Y(octave), "grid"));
            svg.Append(Text(Left - 6, Y(octave) + 3.5, Html.Number(Math.Pow(2, octave)), "axis left"));
        }
        for (int i = 0; i < layers.Count; i++)
        {
            svg.Append(Text(X(i), Height - Bottom + 16, layers[i].IsToRgb ? "ToRGB" : $"L{layers[i].Index}", "axis"));
            if (layers[i].IsCritical)
                svg.Append(CultureInfo.InvariantCulture,
                    $"<circle class=\"critical\" cx=\"{Html.Pixel(X(i))}\" cy=\"{Html.Pixel(Y(Math.Log2(layers[i].OutCutoff)))}\" r=\"6\"/>\n");
        }
        svg.Append(Text((Left + Width - Right) / 2.0, Height - 6, "layer (ringed: critically sampled)", "axis"));
        Series(layer => layer.OutRate / 2, "nyquist", "Nyquist s/2");
        Series(layer => layer.OutCutoff + layer.OutHalfWidth, "stopband", "stopband f_c + f_h");
        Series(layer => layer.OutCutoff, "cutoff", "cutoff f_c");
        return svg.Append("</svg>\n").ToString();

        double X(double i) => Left + (Width - Left - Right) * (layers.Count == 1 ? 0.5 : (i + 0.3) / (layers.Count - 0.4));

        double Y(double octave) => Top + (Height - Top - Bottom) * (highest - octave) / (highest - lowest);

        void Series(Func<LayerPlan, double> value, string style, string label)
        {
            string points = string.Join(' ', layers.Select((l, i) => $"{Html.Pixel(X(i))},{Html.Pixel(Y(Math.Log2(value(l))))}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"series {style}\" points=\"{points}\"/>\n");
            for (int i = 0; i < layers.Count; i++)
                svg.Append(CultureInfo.InvariantCulture,
                    $"<circle class=\"dot {style}\" cx=\"{Html.Pixel(X(i))}\" cy=\"{Html.Pixel(Y(Math.Log2(value(layers[i]))))}\" r=\"2.6\">")
                    .Append(CultureInfo.InvariantCulture, $"<title>{Html.Text(layers[i].Name)}: {label} {Html.Number(value(layers[i]))} Hz per image</title></circle>\n");
        }
    }

    private static string Line(double x1, double y1, double x2, double y2, string style) =>
        $"<line class=\"{style}\" x1=\"{Html.Pixel(x1)}\" y1=\"{Html.Pixel(y1)}\" x2=\"{Html.Pixel(x2)}\" y2=\"{Html.Pixel(y2)}\"/>\n";

    private static string Text(double x, double y, string text, string style) =>
        $"<text class=\"{style}\" x=\"{Html.Pixel(x)}\" y=\"{Html.Pixel(y)}\">{Html.Text(text)}</text>\n";
}
