using System.Text.Json;
using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Training;
using Sg3x.Training.Monitors;

namespace Sg3x.Departures;

/// <summary>What the log of a run says.</summary>
internal static class RunTrace
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The lines of a type.</summary>
    public static IEnumerable<JsonObject> Lines(string log, string type) => !File.Exists(log) ? [] : File.ReadLines(log)
        .Select(Parse).OfType<JsonObject>().Where(line => line["type"]?.GetValue<string>() == type);

    /// <summary>The lines of statistics, in order.</summary>
    public static IReadOnlyList<TrainingTick> Ticks(string log) =>
        [.. Lines(log, "tick").Select(line => line.Deserialize<TrainingTick>(s_json)).OfType<TrainingTick>()];

    /// <summary>What the monitors find in lines of statistics: the same as while the run lasted, by name.</summary>
    public static IReadOnlyList<string> Alarms(RunConfig config, IReadOnlyList<TrainingTick> ticks)
    {
        IRunMonitor[] monitors =
        [
            new CollapseMonitor(config.Monitors), new MemorisationMonitor(config.Monitors),
            new LayerMonitor(config.Monitors, config.Training.MagnitudeHalfLifeKimg),
        ];
        return [.. ticks.SelectMany(tick => monitors.SelectMany(monitor => monitor.Look(tick))).Select(alarm => alarm.Monitor)];
    }

    private static JsonNode? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line);
        }
        catch (JsonException)
        {
            // The last line of a run that was killed.
            return null;
        }
    }
}
