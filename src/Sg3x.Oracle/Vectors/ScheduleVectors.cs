using System.Text.Json;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Vectors;

/// <summary>Holds the layer schedule against a schedule in JSON: names and counts exactly, frequencies and taps to their
/// rounding.</summary>
internal static class ScheduleVectors
{
    private const int MaxBytes = 1 << 26;

    private static readonly string[] Frequencies =
    [
        "sampling_rate", "bandwidth", "in_sampling_rate", "out_sampling_rate", "tmp_sampling_rate",
        "in_cutoff", "out_cutoff", "in_half_width", "out_half_width",
    ];

    /// <summary>Checks one file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserException">The file is not JSON of this format, or its configuration is none.</exception>
    public static VectorReport Check(string path)
    {
        using JsonDocument document = Read(path);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("group", out _) && root.TryGetProperty("tests", out _))
        {
            throw VectorFiles.ForCandidates(path);
        }

        Demand(path, "the document", root, "config", "num_ws", "input", "layers");
        DemandUnique(path, "config", root.GetProperty("config"));
        GeneratorConfig config = InFile(path, () => OfficialArguments.Generator(root.GetProperty("config")));
        LayerSchedule schedule = InFile(path, () => LayerSchedule.Create(config));
        using JsonDocument computed = JsonDocument.Parse(ScheduleJson.Render(schedule));

        List<Comparison> comparisons = [Value("num_ws", root.GetProperty("num_ws"), computed.RootElement.GetProperty("num_ws"))];
        AddObject(path, comparisons, "input", root.GetProperty("input"), computed.RootElement.GetProperty("input"));
        AddLayers(path, comparisons, root.GetProperty("layers"), computed.RootElement.GetProperty("layers"));
        return new VectorReport
        {
            File = path,
            Kind = VectorKind.Schedule,
            Subject = Describe(config),
            Comparisons = comparisons,
        };
    }

    /// <summary>A generator's configuration in a few words.</summary>
    public static string Describe(GeneratorConfig config) =>
        FormattableString.Invariant($"{config.Resolution}×{config.Resolution}, {config.Layers} layers, kernel {config.Kernel}")
        + (config.RadialFilters ? ", radial filters" : "");

    private static void AddLayers(string path, List<Comparison> comparisons, JsonElement expected, JsonElement computed)
    {
        if (expected.ValueKind != JsonValueKind.Array)
        {
            throw UserException.Mismatch($"{path}: layers", "an array", expected.ValueKind.ToString());
        }

        int count = expected.GetArrayLength();
        if (count != computed.GetArrayLength())
        {
            comparisons.Add(Compare.Differs("layers", [count], Tolerances.Exact,
                FormattableString.Invariant($"{count} layers in the file, {computed.GetArrayLength()} computed")));
        }

        foreach ((JsonElement file, JsonElement ours) in expected.EnumerateArray().Zip(computed.EnumerateArray()))
        {
            AddObject(path, comparisons, ours.GetProperty("name").GetString()!, file, ours);
        }
    }

    private static void AddObject(
        string path, List<Comparison> comparisons, string name, JsonElement expected, JsonElement computed)
    {
        string[] fields = [.. computed.EnumerateObject().Select(p => p.Name)];
        Demand(path, name, expected, fields);
        comparisons.AddRange(expected.EnumerateObject().Select(
            property => Value($"{name}.{property.Name}", property.Value, computed.GetProperty(property.Name))));
    }

    private static Comparison Value(string name, JsonElement expected, JsonElement computed)
    {
        Tolerance tolerance = ToleranceOf(name);
        if (!SameKind(expected, computed))
        {
            return Compare.Differs(name, [], tolerance, $"{Describe(expected)} in the file, {Describe(computed)} computed");
        }

        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                return Compare.Values(name, [], [expected.GetDouble()], [computed.GetDouble()], tolerance);
            case JsonValueKind.Array:
                return Arrays(name, expected, computed, tolerance);
            default:
                return expected.ToString() == computed.ToString()
                    ? Compare.Values(name, [], [], [], tolerance)
                    : Compare.Differs(name, [], tolerance, $"{Describe(expected)} in the file, {Describe(computed)} computed");
        }
    }

    private static Comparison Arrays(string name, JsonElement expected, JsonElement computed, Tolerance tolerance)
    {
        if (Flatten(expected) is not (long[] shape, double[] values))
        {
            return Compare.Differs(name, [], tolerance, "not an array of numbers with rows of equal length");
        }

        (long[] ourShape, double[] ours) = Flatten(computed)!.Value;
        return shape.SequenceEqual(ourShape)
            ? Compare.Values(name, shape, values, ours, tolerance)
            : Compare.Differs(name, shape, tolerance,
                $"shape {Compare.Brackets(shape)} in the file, {Compare.Brackets(ourShape)} computed");
    }

    private static (long[] Shape, double[] Values)? Flatten(JsonElement array)
    {
        JsonElement[] items = [.. array.EnumerateArray()];
        if (items.All(i => i.ValueKind == JsonValueKind.Number))
        {
            return ([items.Length], [.. items.Select(i => i.GetDouble())]);
        }

        if (!items.All(i => i.ValueKind == JsonValueKind.Array && i.GetArrayLength() == items[0].GetArrayLength()
            && i.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number)))
        {
            return null;
        }

        return ([items.Length, items[0].GetArrayLength()],
            [.. items.SelectMany(i => i.EnumerateArray()).Select(v => v.GetDouble())]);
    }

    private static Tolerance ToleranceOf(string name)
    {
        string field = name[(name.LastIndexOf('.') + 1)..];
        return field is "up_filter" or "down_filter" ? Tolerances.Taps
            : Frequencies.Contains(field) ? Tolerances.Frequency
            : Tolerances.Exact;
    }

    private static bool SameKind(JsonElement a, JsonElement b) => a.ValueKind == b.ValueKind || (IsFlag(a) && IsFlag(b));

    private static bool IsFlag(JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => $"\"{element}\"",
        _ => element.ToString(),
    };

    private static void Demand(string path, string where, JsonElement element, params string[] fields)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw UserException.Mismatch($"{path}: {where}", "an object", Describe(element));
        }

        string[] found = [.. element.EnumerateObject().Select(p => p.Name)];
        if (found.Except(fields).FirstOrDefault() is string unknown)
        {
            throw UserException.Mismatch($"{path}: {where}", $"the fields {string.Join(", ", fields)}",
                $"an unknown \"{unknown}\"");
        }

        if (fields.Except(found).FirstOrDefault() is string missing)
        {
            throw UserException.Mismatch($"{path}: {where}", $"a field \"{missing}\"", "none");
        }

        DemandUnique(path, where, element);
    }

    private static void DemandUnique(string path, string where, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object
            && element.EnumerateObject().GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { Key: string twice })
        {
            throw UserException.Mismatch($"{path}: {where}", "every field once", $"\"{twice}\" twice");
        }
    }

    private static JsonDocument Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > MaxBytes)
            {
                throw UserException.Mismatch(path, FormattableString.Invariant($"a schedule of at most {MaxBytes} bytes"),
                    FormattableString.Invariant($"{file.Length}"));
            }

            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new UserException($"{path}: not JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private static T InFile<T>(string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (UserException e)
        {
            throw new UserException($"{path}: config: {e.Message}", e);
        }
    }
}
