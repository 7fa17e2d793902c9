using System.Globalization;
using Sg3x.Schedule;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints the layers of a schedule, one to a line.</summary>
internal static class LayerTable
{
    private static readonly (string Title, Func<LayerPlan, string> Cell)[] Columns =
    [
        ("layer", l => l.Name),
        ("channels", l => Change(l.InChannels, l.OutChannels)),
        ("size", l => Change(l.InSize, l.OutSize)),
        ("rate", l => l.TmpRate == l.OutRate && l.InRate == l.OutRate
            ? Number(l.InRate)
            : $"{Number(l.InRate)}→{Number(l.TmpRate)}→{Number(l.OutRate)}"),
        ("cutoff", l => Change(l.InCutoff, l.OutCutoff)),
        ("half-width", l => Change(l.InHalfWidth, l.OutHalfWidth)),
        ("up", l => Filter(l.Up, l.UpFilter)),
        ("down", l => Filter(l.Down, l.DownFilter)),
        ("padding", l => Pad(l.Padding)),
        ("kernel", l => Number(l.Kernel)),
        ("", l => l.IsToRgb ? "ToRGB" : l.IsCritical ? "critically sampled" : ""),
    ];

    /// <summary>Prints the input, then a row for each layer; frequencies in Hz per image, sizes in pixels.</summary>
    public static void Print(Terminal terminal, LayerSchedule schedule)
    {
        InputPlan input = schedule.Input;
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"Fourier input: {input.Channels} channels, {input.Size}×{input.Size} pixels, rate {input.Rate:0.##}, ")
            + string.Create(CultureInfo.InvariantCulture, $"bandwidth {input.Bandwidth:0.##}; {schedule.NumWs} copies of w"));
        var table = new Table { Border = terminal.IsTerminal ? TableBorder.Rounded : TableBorder.Simple };
        foreach ((string title, _) in Columns)
        {
            table.AddColumn(new TableColumn(title).NoWrap());
        }

        foreach (LayerPlan layer in schedule.Layers)
        {
            table.AddRow([.. Columns.Select(c => new Text(c.Cell(layer)))]);
        }

        terminal.Write(table);
    }

    private static string Change(double before, double after) =>
        before == after ? Number(before) : $"{Number(before)}→{Number(after)}";

    private static string Filter(int factor, Filter? filter) => filter is null ? "–" : string.Create(CultureInfo.InvariantCulture,
        $"×{factor}, {filter.Size}{(filter.IsRadial ? $"×{filter.Size} radial" : "")} taps");

    private static string Pad(ImagePadding p) => (p.X0, p.X1) == (p.Y0, p.Y1)
        ? string.Create(CultureInfo.InvariantCulture, $"{p.X0},{p.X1}")
        : string.Create(CultureInfo.InvariantCulture, $"x {p.X0},{p.X1} y {p.Y0},{p.Y1}");

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
