using System.Text.Json;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff;

/// <summary>Reads a schedule as <see cref="ScheduleJson"/> writes it and golden/reference keeps it.</summary>
public static class ReferenceJson
{
    /// <summary>Tells a schedule from other JSON, such as the configuration of a run.</summary>
    /// <param name="root">The document.</param>
    public static bool IsSchedule(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("layers", out _) && root.TryGetProperty("config", out _);

    /// <summary>Reads a schedule.</summary>
    /// <param name="source">Where the document comes from, for messages.</param>
    /// <param name="root">The document.</param>
    /// <exception cref="UserException">A field is missing or not of its type; the message names it.</exception>
    public static ScheduleDocument Read(string source, JsonElement root)
    {
        GeneratorConfig config;
        try
        {
            config = OfficialArguments.Generator(root.GetProperty("config"));
        }
        catch (UserException e)
        {
            throw new UserException($"{source}: config: {e.Message}", e);
        }
        JsonElement input = Field(source, root, "input", JsonValueKind.Object);
        string where = $"{source}: input";
        var plan = new InputPlan(Int(where, input, "channels"), Int(where, input, "size"),
            Real(where, input, "sampling_rate"), Real(where, input, "bandwidth"));
        var layers = new List<LayerPlan>();
        foreach (JsonElement layer in Field(source, root, "layers", JsonValueKind.Array).EnumerateArray())
            layers.Add(Layer(FormattableString.Invariant($"{source}: layer {layers.Count}"), layers.Count, layer));
        if (layers.Count == 0)
            throw UserException.Mismatch(source, "layers", "none");
        return new ScheduleDocument(source, ScheduleDocument.Values(config), plan, Int(source, root, "num_ws"), layers);
    }

    private static LayerPlan Layer(string where, int index, JsonElement layer)
    {
        Filter? up = Filter(where, layer, "up_filter"), down = Filter(where, layer, "down_filter");
        double[] padding = Numbers($"{where}: padding", Field(where, layer, "padding", JsonValueKind.Array));
        if (padding.Length != 4 || padding.Any(side => side != Math.Truncate(side) || Math.Abs(side) > 1 << 20))
            throw UserException.Mismatch($"{where}: padding", "four integers", $"[{string.Join(", ", padding)}]");
        return new LayerPlan
        {
            Index = index,
            Name = Field(where, layer, "name", JsonValueKind.String).GetString()!,
            IsToRgb = Flag(where, layer, "is_torgb"),
            IsCritical = Flag(where, layer, "is_critically_sampled"),
            InChannels = Int(where, layer, "in_channels"),
            OutChannels = Int(where, layer, "out_channels"),
            InSize = Int(where, layer, "in_size"),
            OutSize = Int(where, layer, "out_size"),
            InRate = Real(where, layer, "in_sampling_rate"),
            OutRate = Real(where, layer, "out_sampling_rate"),
            TmpRate = Real(where, layer, "tmp_sampling_rate"),
            InCutoff = Real(where, layer, "in_cutoff"),
            OutCutoff = Real(where, layer, "out_cutoff"),
            InHalfWidth = Real(where, layer, "in_half_width"),
            OutHalfWidth = Real(where, layer, "out_half_width"),
            Up = Factor(where, layer, "up_factor"),
            Down = Factor(where, layer, "down_factor"),
            UpTaps = Int(where, layer, "up_taps"),
            DownTaps = Int(where, layer, "down_taps"),
            DownRadial = Flag(where, layer, "down_radial"),
            Padding = new ImagePadding((int)padding[0], (int)padding[1], (int)padding[2], (int)padding[3]),
            Kernel = Int(where, layer, "conv_kernel"),
            UpFilter = up,
            DownFilter = down,
        };
    }

    private static Filter? Filter(string where, JsonElement layer, string name)
    {
        JsonElement taps = Field(where, layer, name, null);
        string place = $"{where}: {name}";
        if (taps.ValueKind == JsonValueKind.Null)
            return null;
        if (taps.ValueKind != JsonValueKind.Array || taps.GetArrayLength() == 0)
            throw UserException.Mismatch(place, "taps or null", Kind(taps));
        if (taps[0].ValueKind == JsonValueKind.Number)
            return Schedule.Filter.Separable(Numbers(place, taps));
        int size = taps.GetArrayLength();
        double[][] rows = [.. taps.EnumerateArray().Select(row => Numbers(place, row))];
        return rows.All(row => row.Length == size)
            ? Schedule.Filter.Radial(size, [.. rows.SelectMany(row => row)])
            : throw UserException.Mismatch(place, $"{size} rows of {size} taps", "rows of other lengths");
    }

    private static double[] Numbers(string where, JsonElement array)
    {
        return array.ValueKind == JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(item => Number(where, item))]
            : throw UserException.Mismatch(where, "an array of numbers", Kind(array));
    }

    private static double Number(string where, JsonElement element)
    {
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw UserException.Mismatch(where, "a number", Kind(element));
    }

    private static double Real(string where, JsonElement parent, string name) =>
        Number($"{where}: {name}", Field(where, parent, name, null));

    private static int Int(string where, JsonElement parent, string name)
    {
        JsonElement element = Field(where, parent, name, JsonValueKind.Number);
        return element.TryGetInt32(out int value)
            ? value
            : throw UserException.Mismatch($"{where}: {name}", "an integer", element.ToString());
    }

    private static int Factor(string where, JsonElement parent, string name) => Int(where, parent, name) is > 0 and int factor
        ? factor
        : throw UserException.Mismatch($"{where}: {name}", "a factor of at least 1", $"{parent.GetProperty(name)}");

    private static bool Flag(string where, JsonElement parent, string name)
    {
        JsonElement element = Field(where, parent, name, null);
        return element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.GetBoolean()
            : throw UserException.Mismatch($"{where}: {name}", "true or false", Kind(element));
    }

    private static JsonElement Field(string where, JsonElement parent, string name, JsonValueKind? kind)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement element))
            throw UserException.Mismatch(where, $"a field \"{name}\"", "none");
        return kind is null || element.ValueKind == kind
            ? element
            : throw UserException.Mismatch($"{where}: {name}", Kind(kind.Value), Kind(element));
    }

    private static string Kind(JsonElement element) => Kind(element.ValueKind);

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
