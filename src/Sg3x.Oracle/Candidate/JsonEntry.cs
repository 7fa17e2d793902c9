using System.Globalization;
using System.Text.Json;

namespace Sg3x.Oracle.Candidate;

/// <summary>A value of a JSON file that somebody else wrote, with its place for messages; whatever is asked of it is
/// checked.</summary>
internal readonly struct JsonEntry(string file, string path, JsonElement value)
{
    private const int LongestText = 2000;
    private const int LargestArray = 1 << 22;

    public string Path => path.Length == 0 ? "the document" : path;

    public bool IsNull => value.ValueKind == JsonValueKind.Null;

    public bool IsObject => value.ValueKind == JsonValueKind.Object;

    /// <summary>An error at this place.</summary>
    public UserException Bad(string expected, string? found = null) =>
        UserException.Mismatch($"{file}: {Path}", expected, found ?? Describe());

    /// <summary>That this is an object with no other names than these.</summary>
    public JsonEntry Only(params string[] names)
    {
        if (!IsObject)
            throw Bad($"an object with {string.Join(", ", names)}");
        foreach (JsonProperty property in value.EnumerateObject())
            if (!names.Contains(property.Name))
                throw Bad($"only {string.Join(", ", names)}", $"\"{Shorten(property.Name)}\"");
        return this;
    }

    /// <summary>A value of this object, or null where there is none.</summary>
    public JsonEntry? Get(string name) =>
        value.TryGetProperty(name, out JsonElement child)
            ? new JsonEntry(file, path.Length == 0 ? name : $"{path}.{name}", child) : null;

    public JsonEntry Need(string name) => Get(name) ?? throw Bad($"\"{name}\"", "nothing of that name");

    /// <summary>The names of this object.</summary>
    public IReadOnlyList<string> Names => [.. value.EnumerateObject().Select(property => property.Name)];

    /// <summary>The items of this array.</summary>
    public IReadOnlyList<JsonEntry> Items(int most)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Bad("an array");
        int count = value.GetArrayLength();
        if (count > most)
            throw Bad($"at most {most} items", $"{count}");
        (string f, string p) = (file, path);
        return [.. value.EnumerateArray().Select((item, i) => new JsonEntry(f, $"{p}[{i}]", item))];
    }

    /// <summary>A text. Reports print it, so that it may not hold what a terminal would take for a command.</summary>
    public string Text() =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= LongestText } text
        && !text.Any(char.IsControl)
            ? text : throw Bad($"a text of at most {LongestText} characters, none of them a control character");

    /// <summary>One of some texts.</summary>
    public string OneOf(params string[] texts)
    {
        string text = Text();
        return texts.Contains(text) ? text : throw Bad($"one of {string.Join(", ", texts)}", $"\"{Shorten(text)}\"");
    }

    public bool Truth() => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Bad("true or false");

    /// <summary>A whole number, written with or without a point.</summary>
    public int Whole(int least, int most)
    {
        double number = Number();
        return number == Math.Floor(number) && number >= least && number <= most
            ? (int)number
            : throw Bad(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    /// <summary>A number that is finite.</summary>
    public double Finite() => double.IsFinite(Number()) ? Number() : throw Bad("a finite number");

    /// <summary>A finite number within a range, both ends included.</summary>
    public double Within(double least, double most)
    {
        double number = Number();
        return number >= least && number <= most
            ? number
            : throw Bad(string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    /// <summary>Any number; "NaN", "Infinity" and "-Infinity" as texts.</summary>
    public double Number() => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out double number) => number,
        JsonValueKind.String => value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw Bad("a number, \"NaN\", \"Infinity\" or \"-Infinity\""),
        },
        _ => throw Bad("a number"),
    };

    /// <summary>Nested arrays of numbers, every row as long as its neighbours; or one number.</summary>
    public NumericArray Numbers()
    {
        if (value.ValueKind != JsonValueKind.Array)
            return NumericArray.Scalar(Number());
        var shape = new List<int>();
        for (JsonElement inner = value; inner.ValueKind == JsonValueKind.Array; inner = inner.GetArrayLength() > 0 ? inner[0]
            : default)
            shape.Add(inner.GetArrayLength());
        if (shape.Aggregate(1L, (product, side) => product * side) > LargestArray)
            throw Bad($"at most {LargestArray} numbers");
        var values = new List<double>();
        Collect(this, 0, shape, values);
        return new NumericArray(shape, [.. values]);
    }

    private static void Collect(JsonEntry entry, int depth, List<int> shape, List<double> values)
    {
        if (depth == shape.Count)
        {
            values.Add(entry.Number());
            return;
        }
        IReadOnlyList<JsonEntry> items = entry.Items(LargestArray);
        if (items.Count != shape[depth])
            throw entry.Bad($"{shape[depth]} items as in its neighbours", $"{items.Count}");
        foreach (JsonEntry item in items)
            Collect(item, depth + 1, shape, values);
    }

    private string Describe() => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => string.Create(CultureInfo.InvariantCulture, $"an array of {value.GetArrayLength()}"),
        _ => Shorten(value.GetRawText()),
    };

    private static string Shorten(string text)
    {
        string printable = Printable(text);
        return printable.Length <= 60 ? printable : printable[..57] + "…";
    }

    /// <summary>A text without what a terminal would take for a command.</summary>
    internal static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
