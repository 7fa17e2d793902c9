using System.Text.Json;

namespace Sg3x.Data.Preparation;

/// <summary>
/// The classes of images in the official release's <c>dataset.json</c>: <c>{"labels": [["00000/img00000000.png", 3], …]}</c>,
/// paths from the folder or zip that it stands in.
/// </summary>
public sealed class DatasetLabels
{
    /// <summary>Most classes: the label of an image is one of 0 to this less 1.</summary>
    public const int MostClasses = 1 << 20;

    private readonly Dictionary<string, int> byEntry;

    private DatasetLabels(Dictionary<string, int> byEntry) => this.byEntry = byEntry;

    /// <summary>The class of each labelled path.</summary>
    public IReadOnlyDictionary<string, int> ByEntry => byEntry;

    /// <summary>The labels of a source, or null where it has none.</summary>
    /// <exception cref="UserException">They are not in the official format; names the item.</exception>
    internal static DatasetLabels? Read(IImageSource source) =>
        source.ReadLabels() is byte[] json ? Parse(json, $"{source.Name}: {ImageSource.LabelsName}") : null;

    /// <summary>Reads a file.</summary>
    /// <param name="json">Its content.</param>
    /// <param name="where">What to call it in an error.</param>
    /// <returns>The labels, or null where the file says that there are none (<c>"labels": null</c>).</returns>
    /// <exception cref="UserException">It is not in the official format; names the item.</exception>
    public static DatasetLabels? Parse(byte[] json, string where)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw UserException.Mismatch(
                where, "JSON", $"something else at byte {e.BytePositionInLine ?? 0} of line {e.LineNumber + 1 ?? 1}");
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("labels", out var list))
            {
                throw UserException.Mismatch(where, "an object with \"labels\"", Describe(root));
            }

            if (list.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            return list.ValueKind == JsonValueKind.Array
                ? new DatasetLabels(ParseList(list, where))
                : throw UserException.Mismatch($"{where}: labels", "a list of [path, class]", Describe(list));
        }
    }

    /// <summary>The file for a list of paths and classes.</summary>
    internal static byte[] Format(IEnumerable<(string Entry, int Class)> labels)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("labels");
            foreach (var (entry, number) in labels)
            {
                json.WriteStartArray();
                json.WriteStringValue(entry);
                json.WriteNumberValue(number);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>What is wrong between labels and images: images without a label, labels without an image.</summary>
    internal IEnumerable<SkippedImage> Problems(IImageSource source)
    {
        var entries = source.Entries.Concat(source.Bad.Select(bad => bad.Entry)).ToHashSet(StringComparer.Ordinal);
        SkippedImage Problem(string entry, string what) =>
            new(entry, $"{source.Name}: {ImageSource.Printable(entry)}: {ImageSource.LabelsName} has {what}.");
        return source.Entries.Where(entry => !byEntry.ContainsKey(entry)).Select(entry => Problem(entry, "no label for it"))
            .Concat(byEntry.Keys.Where(entry => !entries.Contains(entry)).Order(StringComparer.Ordinal)
                .Select(entry => Problem(entry, "a label for it, and there is no such image")));
    }

    private static Dictionary<string, int> ParseList(JsonElement list, string where)
    {
        var result = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var here = $"{where}: labels[{index++}]";
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[0].ValueKind != JsonValueKind.String)
            {
                throw UserException.Mismatch(here, "[path, class]", Describe(item));
            }

            if (item[1].ValueKind != JsonValueKind.Number || !item[1].TryGetInt32(out var number) || number is < 0 or >= MostClasses)
            {
                throw UserException.Mismatch(here, $"a class, a whole number from 0 to {MostClasses - 1}", Describe(item[1]));
            }

            var entry = Text(item[0], here);
            if (!result.TryAdd(entry, number))
            {
                throw UserException.Mismatch(here, "each path once", $"\"{ImageSource.Printable(entry)}\" a second time");
            }
        }

        return result;
    }

    private static string Text(JsonElement element, string here)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            throw UserException.Mismatch(here, "a path", "text that is no Unicode");
        }
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object without it",
        JsonValueKind.Array => "a list",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null =>
            ImageSource.Printable(element.GetRawText()),
        _ => "a text",
    };
}
