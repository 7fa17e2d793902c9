using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sg3x.Checkpoints;
using Sg3x.Configuration;

namespace Sg3x.Training;

/// <summary>The log of a run: one JSON object a line, each with its <c>type</c> and the <c>iteration</c> it belongs to.</summary>
internal sealed class RunLog : IDisposable
{
    private static readonly JsonSerializerOptions Lines = new(ConfigJson.Options) { WriteIndented = false };

    // Lines of other versions may have more in them.
    private static readonly JsonSerializerOptions Earlier =
        new(Lines) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private readonly string _path;
    private readonly StreamWriter _writer;

    private RunLog(string path, StreamWriter writer) => (_path, _writer) = (path, writer);

    /// <summary>The distance at the start of the run, where an earlier part of it measured one.</summary>
    internal TrainingDistance? FirstDistance { get; private init; }

    /// <summary>The lines of statistics of earlier parts of the run.</summary>
    internal IReadOnlyList<TrainingTick> Ticks { get; private init; } = [];

    /// <summary>Opens a log for appending. What it holds from after an iteration is removed: a run resumed from there says it
    /// anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="iteration">Iterations done.</param>
    internal static RunLog Open(string path, long iteration)
    {
        try
        {
            string[] kept = [];
            if (File.Exists(path))
            {
                kept = [.. File.ReadLines(path).Where(line => IterationOf(line) <= iteration)];
                AtomicFile.WriteText(path, string.Concat(kept.Select(line => line + "\n")));
            }

            FileStream stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
            return new RunLog(path, new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" })
            {
                FirstDistance = kept.Select(ReadDistance).FirstOrDefault(d => d is not null),
                Ticks = [.. kept.Select(ReadTick).OfType<TrainingTick>()],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Appends a line and hands it to the operating system.</summary>
    /// <param name="type">Kind of the record.</param>
    /// <param name="iteration">Iterations done.</param>
    /// <param name="record">An object whose properties become the line's.</param>
    internal void Append(string type, long iteration, object record)
    {
        JsonObject line = new() { ["type"] = type, ["iteration"] = iteration, ["time"] = DateTimeOffset.UtcNow.ToString("O") };
        foreach ((string key, JsonNode? value) in JsonSerializer.SerializeToNode(record, Lines)!.AsObject().ToArray())
        {
            if (!line.ContainsKey(key))
            {
                line[key] = value?.DeepClone();
            }
        }

        try
        {
            _writer.WriteLine(line.ToJsonString(Lines));
            _writer.Flush();
        }
        catch (IOException e)
        {
            throw new UserException($"{_path}: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>A record as indented JSON.</summary>
    internal static string Format(object record) => JsonSerializer.Serialize(record, ConfigJson.Options);

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // What was not flushed has been reported where it was written.
        }
    }

    private static TrainingDistance? ReadDistance(string line) => Read(
        line,
        node => node["type"]?.GetValue<string>() != "distance" ? null : new TrainingDistance(
            node["kimg"]?.GetValue<double>() ?? 0,
            node["images"]?.GetValue<int>() ?? 0,
            node["mean"]?.GetValue<double>() ?? 0,
            [.. (node["levels"] as JsonArray ?? []).Select(level => level?.GetValue<double>() ?? 0)]));

    private static TrainingTick? ReadTick(string line) => Read(
        line, node => node["type"]?.GetValue<string>() == "tick" ? node.Deserialize<TrainingTick>(Earlier) : null);

    private static long IterationOf(string line) => Read(line, node => node["iteration"]?.GetValue<long>()) ?? long.MaxValue;

    /// <summary>Reads something of a line; null where the line was cut off by a kill, or is of somebody else's making.</summary>
    private static T? Read<T>(string line, Func<JsonNode, T?> read)
    {
        try
        {
            return JsonNode.Parse(line) is { } node ? read(node) : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return default;
        }
    }
}
