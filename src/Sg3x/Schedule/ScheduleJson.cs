using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sg3x.Schedule;

/// <summary>
/// A layer schedule as JSON in the format of golden/reference/schedule-*.json: `config` (the official release's constructor
/// arguments),
/// `num_ws`, `input`, and in `layers` every derived value with the filter taps as float32 values.
/// </summary>
public static class ScheduleJson
{
    /// <summary>Renders a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <returns>Indented JSON.</returns>
    public static string Render(LayerSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentSize = 1, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteConfig(json, schedule.Config);
            json.WriteNumber("num_ws", schedule.NumWs);
            json.WriteStartObject("input");
            json.WriteNumber("channels", schedule.Input.Channels);
            json.WriteNumber("size", schedule.Input.Size);
            Real(json, "sampling_rate", schedule.Input.Rate);
            Real(json, "bandwidth", schedule.Input.Bandwidth);
            json.WriteEndObject();
            json.WriteStartArray("layers");
            foreach (LayerPlan layer in schedule.Layers)
                WriteLayer(json, layer);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteConfig(Utf8JsonWriter json, GeneratorConfig config)
    {
        json.WriteStartObject("config");
        json.WriteNumber("img_resolution", config.Resolution);
        json.WriteNumber("img_channels", config.ImageChannels);
        json.WriteNumber("channel_base", config.ChannelBase);
        json.WriteNumber("channel_max", config.ChannelMax);
        json.WriteNumber("num_layers", config.Layers);
        json.WriteNumber("num_critical", config.CriticalLayers);
        Real(json, "first_cutoff", config.FirstCutoff);
        Real(json, "first_stopband", config.FirstStopband);
        Real(json, "last_stopband_rel", config.LastStopbandRelative);
        json.WriteNumber("margin_size", config.Margin);
        json.WriteNumber("conv_kernel", config.Kernel);
        json.WriteNumber("filter_size", config.FilterSize);
        json.WriteNumber("lrelu_upsampling", config.LreluUpsampling);
        json.WriteBoolean("use_radial_filters", config.RadialFilters);
        json.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter json, LayerPlan layer)
    {
        json.WriteStartObject();
        json.WriteString("name", layer.Name);
        json.WriteBoolean("is_torgb", layer.IsToRgb);
        json.WriteBoolean("is_critically_sampled", layer.IsCritical);
        json.WriteNumber("in_channels", layer.InChannels);
        json.WriteNumber("out_channels", layer.OutChannels);
        json.WriteNumber("in_size", layer.InSize);
        json.WriteNumber("out_size", layer.OutSize);
        json.WriteNumber("in_sampling_rate", (int)layer.InRate);
        json.WriteNumber("out_sampling_rate", (int)layer.OutRate);
        json.WriteNumber("tmp_sampling_rate", (int)layer.TmpRate);
        Real(json, "in_cutoff", layer.InCutoff);
        Real(json, "out_cutoff", layer.OutCutoff);
        Real(json, "in_half_width", layer.InHalfWidth);
        Real(json, "out_half_width", layer.OutHalfWidth);
        json.WriteNumber("up_factor", layer.Up);
        json.WriteNumber("down_factor", layer.Down);
        json.WriteNumber("up_taps", layer.UpTaps);
        json.WriteNumber("down_taps", layer.DownTaps);
        json.WriteBoolean("down_radial", layer.DownRadial);
        json.WriteStartArray("padding");
        foreach (int side in (int[])[layer.Padding.X0, layer.Padding.X1, layer.Padding.Y0, layer.Padding.Y1])
            json.WriteNumberValue(side);
        json.WriteEndArray();
        json.WriteNumber("conv_kernel", layer.Kernel);
        WriteFilter(json, "up_filter", layer.UpFilter);
        WriteFilter(json, "down_filter", layer.DownFilter);
        json.WriteEndObject();
    }

    private static void WriteFilter(Utf8JsonWriter json, string name, Filter? filter)
    {
        if (filter is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        float[] taps = filter.ToSingle();
        if (!filter.IsRadial)
            WriteTaps(json, taps);
        for (int row = 0; filter.IsRadial && row < filter.Size; row++)
        {
            json.WriteStartArray();
            WriteTaps(json, taps.AsSpan(row * filter.Size, filter.Size));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteTaps(Utf8JsonWriter json, ReadOnlySpan<float> taps)
    {
        foreach (float tap in taps)
            json.WriteRawValue(Repr(tap));
    }

    private static void Real(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(Repr(value));
    }

    // The shortest digits that read back to the same double, with a point or an exponent, as Python writes them: the files then
    // compare as text.
    private static string Repr(double value)
    {
        string digits = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return digits.Contains('.', StringComparison.Ordinal) || digits.Contains('e', StringComparison.Ordinal)
            ? digits
            : digits + ".0";
    }
}
