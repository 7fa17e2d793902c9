using System.Globalization;
using System.Text;

namespace Sg3x.Schedule;

/// <summary>A layer schedule as text for people and for line-by-line comparison.</summary>
public static class ScheduleText
{
    private const int TapsPerLine = 6;

    // A tap that is 0 but for rounding would read differently on every machine.
    private const double Noise = 1e-14;

    /// <summary>
    /// Renders the input, a block of values for each layer, and its filter taps to nine digits. A radial filter is symmetric in
    /// both
    /// axes, so of its n×n taps the upper left quarter stands for all.
    /// </summary>
    /// <param name="schedule">The schedule.</param>
    /// <returns>Lines that end in a line feed.</returns>
    public static string Render(LayerSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var text = new StringBuilder();
        GeneratorConfig config = schedule.Config;
        string radial = config.RadialFilters ? ", radial" : "";
        Line(text, $"resolution {config.Resolution}, {config.Layers} layers, {config.CriticalLayers} critical, margin {config.Margin}");
        Line(text, $"channel base {config.ChannelBase}, max {config.ChannelMax}; kernel {config.Kernel}; " +
            $"filter size {config.FilterSize}, lrelu upsampling {config.LreluUpsampling}{radial}");
        InputPlan input = schedule.Input;
        Line(text, $"input: {input.Channels} channels, {input.Size} pixels, " +
            $"rate {Number(input.Rate)}, bandwidth {Number(input.Bandwidth)}; {schedule.NumWs} ws");
        foreach (LayerPlan layer in schedule.Layers)
            RenderLayer(text, layer);
        return text.ToString();
    }

    private static void RenderLayer(StringBuilder text, LayerPlan layer)
    {
        string kind = layer.IsToRgb ? "  (ToRGB)" : layer.IsCritical ? "  (critically sampled)" : "";
        Line(text, "");
        Line(text, $"{layer.Name}{kind}");
        Line(text, $"  channels    {layer.InChannels} -> {layer.OutChannels}");
        Line(text, $"  size        {layer.InSize} -> {layer.OutSize}");
        Line(text, $"  rate        {Number(layer.InRate)} -> {Number(layer.TmpRate)} -> {Number(layer.OutRate)}  " +
            $"(up {layer.Up}, down {layer.Down})");
        Line(text, $"  cutoff      {Number(layer.InCutoff)} -> {Number(layer.OutCutoff)}");
        Line(text, $"  half-width  {Number(layer.InHalfWidth)} -> {Number(layer.OutHalfWidth)}");
        Line(text, $"  kernel      {layer.Kernel}");
        ImagePadding padding = layer.Padding;
        Line(text, $"  padding     x {padding.X0} {padding.X1}, y {padding.Y0} {padding.Y1}");
        RenderFilter(text, "up  ", layer.UpFilter);
        RenderFilter(text, "down", layer.DownFilter);
    }

    private static void RenderFilter(StringBuilder text, string name, Filter? filter)
    {
        if (filter is null)
        {
            Line(text, $"  {name} filter identity");
            return;
        }
        Line(text, $"  {name} filter {filter.Size} taps{(filter.IsRadial ? ", radial, upper left quarter" : "")}");
        if (filter.IsRadial)
        {
            int half = (filter.Size + 1) / 2;
            for (int i = 0; i < half; i++)
                Row(text, filter.Taps.Skip(i * filter.Size).Take(half));
        }
        else
        {
            foreach (double[] row in filter.Taps.Chunk(TapsPerLine))
                Row(text, row);
        }
    }

    private static void Row(StringBuilder text, IEnumerable<double> taps)
    {
        IEnumerable<string> cells = taps.Select(
            tap => (Math.Abs(tap) < Noise ? 0 : tap).ToString("0.00000000e+00", CultureInfo.InvariantCulture).PadLeft(15));
        text.Append("   ").AppendJoin(' ', cells).Append('\n');
    }

    private static string Number(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
