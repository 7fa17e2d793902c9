using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sg3x.Checkpoints;

namespace Sg3x.Configuration;

/// <summary>A configuration as JSON: what <c>config.json</c> of a run's folder holds.</summary>
public static class ConfigJson
{
    /// <summary>The part of the file that describes the machine and build; it is kept for people and shapes nothing.</summary>
    public const string EnvironmentKey = "environment";

    /// <summary>The entry of that part that a run has which trained without having been verified.</summary>
    public const string UnverifiedKey = "unverified";

    private const long MaxBytes = 1 << 20;

    internal static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A configuration as JSON text.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="environment">Machine and build, by name, or null.</param>
    public static string Format(RunConfig config, IReadOnlyDictionary<string, string>? environment = null)
    {
        JsonObject root = JsonSerializer.SerializeToNode(config, Options)!.AsObject();
        if (environment is not null)
        {
            root[EnvironmentKey] = JsonSerializer.SerializeToNode(environment, Options);
        }

        return root.ToJsonString(Options) + "\n";
    }

    /// <summary>Reads a configuration from JSON text. What it leaves out has its default.</summary>
    /// <param name="json">The text.</param>
    /// <param name="where">What the text is, for messages.</param>
    /// <param name="overPreset">What it leaves out is its preset's instead, where <c>preset</c> is the name of one; not where it
    /// is a run's own file, which tells of the run's environment.</param>
    /// <exception cref="UserException">An unknown or repeated key, a value of another type, no JSON at all: the message gives the
    /// path of the key.</exception>
    public static RunConfig Parse(string json, string where, bool overPreset = false)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (node is not JsonObject root)
            {
                throw UserException.Mismatch(where, "a JSON object", node is null ? "null" : $"{node.GetValueKind()}");
            }

            bool isOfRun = root.Remove(EnvironmentKey);
            if (overPreset && !isOfRun)
            {
                root = OverPreset(root, where);
            }

            return root.Deserialize<RunConfig>(Options)!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            string path = (e as JsonException)?.Path?.TrimStart('$', '.') is { Length: > 0 } p ? $"{where}: {p}" : where;
            throw new UserException($"{path}: {Explain(e)}", e);
        }
    }

    /// <summary>Reads a configuration from a file and checks it.</summary>
    /// <param name="path">The file, for example <c>config.json</c> of a run's folder.</param>
    /// <param name="overPreset">What it leaves out is its preset's, where it names one: for a file that a person wrote. A run's
    /// own file is whole, and what later versions add has the default that leaves it as it was.</param>
    /// <exception cref="UserException">The file cannot be read, or is not a valid configuration.</exception>
    public static RunConfig Load(string path, bool overPreset = false)
    {
        RunConfig config = Parse(ReadText(path), path, overPreset);
        try
        {
            return config.Validate();
        }
        catch (UserException e)
        {
            throw new UserException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the part of a configuration's file that describes the machine and build.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What it holds, by name, as far as it is text; null where it has no such part.</returns>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string>? LoadEnvironment(string path)
    {
        try
        {
            return JsonNode.Parse(ReadText(path))?[EnvironmentKey] is JsonObject environment
                ? environment.Where(p => p.Value?.GetValueKind() == JsonValueKind.String)
                    .ToDictionary(p => p.Key, p => p.Value!.GetValue<string>(), StringComparer.Ordinal)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new UserException($"{path}: {Explain(e)}", e);
        }
    }

    /// <summary>Writes a configuration, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="environment">Machine and build, by name, or null.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Save(string path, RunConfig config, IReadOnlyDictionary<string, string>? environment = null) =>
        AtomicFile.WriteText(path, Format(config, environment));

    private static JsonObject OverPreset(JsonObject root, string where)
    {
        string[] whole = ["generator", "discriminator"];
        string name = root["preset"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        if (Presets.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            JsonObject preset = JsonSerializer.SerializeToNode(Presets.Get(name), Options)!.AsObject();
            root.Remove("preset");
            return Over(preset, root);
        }

        return whole.All(root.ContainsKey) ? root : throw UserException.Mismatch(
            $"{where}: preset", $"one of {string.Join(", ", Presets.Names)} where {string.Join(" or ", whole)} is left out",
            root["preset"] is JsonNode found ? found.ToJsonString(Options) : "none");
    }

    private static JsonObject Over(JsonObject below, JsonObject above)
    {
        foreach ((string key, JsonNode? value) in above)
        {
            below[key] = value is JsonObject inner && below[key] is JsonObject lower ? Over(lower, inner) : value?.DeepClone();
        }

        return below.DeepClone().AsObject();
    }

    private static string ReadText(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaxBytes)
            {
                throw UserException.Mismatch(path, $"a configuration of at most {MaxBytes} bytes", $"{file.Length} bytes");
            }

            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What is wrong with a text, without the serializer's own names.</summary>
    private static string Explain(Exception e)
    {
        string message = e.Message;
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return "there is no such value (train --dry-run prints those that there are).";
        }

        if (message.Contains("could not be converted to ", StringComparison.Ordinal))
        {
            string expected = message.Contains("System.Boolean", StringComparison.Ordinal) ? "true or false"
                : message.Contains("System.String", StringComparison.Ordinal) ? "a text"
                : message.Contains("System.Double", StringComparison.Ordinal) ? "a number"
                : message.Contains("System.Int", StringComparison.Ordinal) ? "a whole number"
                : "another kind of value";
            return $"expected {expected}.";
        }

        if (e is JsonException { LineNumber: long line, BytePositionInLine: long position }
            && message.IndexOf(" LineNumber: ", StringComparison.Ordinal) is > 0 and int number)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"not JSON at line {line + 1}, byte {position + 1}: {message[..number]}");
        }

        int end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
