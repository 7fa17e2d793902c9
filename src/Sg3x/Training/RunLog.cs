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
    private readonly Stream _stream;
    private readonly Action<string> _warn;
    private readonly MemoryStream _unwritten = new();

    /// <summary>A log that goes on at the end of a stream.</summary>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="stream">An unbuffered stream: after a write that fails it stands where it stood.</param>
    /// <param name="warn">Hears when lines can no longer be written.</param>
    internal RunLog(string path, Stream stream, Action<string> warn) => (_path, _stream, _warn) = (path, stream, warn);

    /// <summary>The distance at the start of the run, where an earlier part of it measured one.</summary>
    internal TrainingDistance? FirstDistance { get; private init; }

    /// <summary>The lines of statistics of earlier parts of the run.</summary>
    internal IReadOnlyList<TrainingTick> Ticks { get; private init; } = [];

    /// <summary>The iteration after which an earlier part of the run last measured G_ema's quality; null where none
    /// did.</summary>
    internal long? LastQuality { get; private init; }

    /// <summary>Opens a log for appending. What it holds from after an iteration is removed: a run resumed from there says it
    /// anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="iteration">Iterations done.</param>
    /// <param name="warn">Hears when lines can no longer be written.</param>
    internal static RunLog Open(string path, long iteration, Action<string> warn)
    {
        try
        {
            string[] kept = [];
            if (File.Exists(path))
            {
                kept = [.. File.ReadLines(path).Where(line => IterationOf(line) <= iteration)];
                AtomicFile.WriteText(path, string.Concat(kept.Select(line => line + "\n")));
            }

            return new RunLog(path, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0), warn)
            {
                FirstDistance = kept.Select(ReadDistance).FirstOrDefault(d => d is not null),
                Ticks = [.. kept.Select(ReadTick).OfType<TrainingTick>()],
                LastQuality = kept.Select(ReadQuality).LastOrDefault(iteration => iteration is not null),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Appends a line and hands it to the operating system. On a full disk it is kept, and written with a later one once
    /// there is room: a run is worth more than its log.</summary>
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

        bool isBehind = _unwritten.Length > 0;
        _unwritten.Write(Encoding.UTF8.GetBytes(line.ToJsonString(Lines) + "\n"));
        if (Write() is string problem && !isBehind)
        {
            _warn($"{_path}: cannot be written: {problem}. Its lines are kept until they can be.");
        }
    }

    /// <summary>A record as indented JSON.</summary>
    internal static string Format(object record) => JsonSerializer.Serialize(record, ConfigJson.Options);

    public void Dispose()
    {
        // That it could not be written has been said where it was appended.
        _ = Write();
        _stream.Dispose();
    }

    /// <summary>Writes what there is; says why it cannot be.</summary>
    private string? Write()
    {
        try
        {
            _stream.Write(_unwritten.GetBuffer().AsSpan(0, (int)_unwritten.Length));
            _unwritten.SetLength(0);
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
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

    private static long? ReadQuality(string line) => Read(
        line, node => node["type"]?.GetValue<string>() == "metrics" ? node["iteration"]?.GetValue<long>() : null);

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
