using System.Globalization;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff;

/// <summary>A layer schedule from any source, with the part of its configuration that the source states.</summary>
/// <param name="Source">Where it comes from, for messages and headings.</param>
/// <param name="Config">Stated values of the configuration by name, as text.</param>
/// <param name="Input">The Fourier input.</param>
/// <param name="NumWs">Copies of w that the network takes.</param>
/// <param name="Layers">The synthesis layers, then ToRGB.</param>
public sealed record ScheduleDocument(
    string Source, IReadOnlyDictionary<string, string> Config, InputPlan Input, int NumWs, IReadOnlyList<LayerPlan> Layers)
{
    /// <summary>The schedule that follows from a configuration.</summary>
    /// <param name="source">Where the configuration comes from.</param>
    /// <param name="config">The configuration.</param>
    /// <exception cref="UserException">A value of the configuration is out of its range.</exception>
    public static ScheduleDocument Of(string source, GeneratorConfig config)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        return new ScheduleDocument(source, Values(config), schedule.Input, schedule.NumWs, schedule.Layers);
    }

    /// <summary>The values of a configuration that shape a schedule, by the names that differences are reported under.</summary>
    /// <param name="config">The configuration.</param>
    public static IReadOnlyDictionary<string, string> Values(GeneratorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["resolution"] = Text(config.Resolution),
            ["layers"] = Text(config.Layers),
            ["critical layers"] = Text(config.CriticalLayers),
            ["margin"] = Text(config.Margin),
            ["channel base"] = Text(config.ChannelBase),
            ["channel max"] = Text(config.ChannelMax),
            ["kernel"] = Text(config.Kernel),
            ["filter size"] = Text(config.FilterSize),
            ["lrelu upsampling"] = Text(config.LreluUpsampling),
            ["radial filters"] = config.RadialFilters ? "yes" : "no",
            ["image channels"] = Text(config.ImageChannels),
            ["first cutoff"] = Text(config.FirstCutoff),
            ["first stopband"] = Text(config.FirstStopband),
            ["last stopband, relative"] = Text(config.LastStopbandRelative),
        };
    }

    /// <summary>A number to nine digits, as verified schedules have it.</summary>
    /// <param name="value">The number.</param>
    public static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);
}
