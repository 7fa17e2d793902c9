using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace Sg3x.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file: <c>{"__metadata__": {text: text}, NAME: {"dtype", "shape", "data_offsets"}}</c>.
/// Everything in it is checked against the length of the file before anything is made from it.
/// </summary>
internal sealed class SafeTensorsHeader
{
    internal const int LengthBytes = 8;

    /// <summary>The format's own limit on the length of a header.</summary>
    internal const long MaxBytes = 100_000_000;

    private const string MetadataName = "__metadata__";
    private const int MaxRank = 32;

    private readonly string _path;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    private SafeTensorsHeader(string path) => _path = path;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    internal IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="json">The header's bytes, without its length.</param>
    /// <param name="dataBytes">Bytes of the file after the header.</param>
    internal static SafeTensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataBytes)
    {
        SafeTensorsHeader header = new(path);
        if (!Utf8.IsValid(json))
        {
            throw UserException.Mismatch($"{path}: header", "UTF-8 text", "other bytes");
        }

        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });
            header.ReadTop(ref reader, dataBytes);
            if (reader.Read())
            {
                throw UserException.Mismatch($"{path}: header", "one JSON object", "more after it");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: an escaped lone surrogate, which is not text either.
            throw new UserException($"{path}: header: expected a JSON object, found something else: {e.Message}", e);
        }

        header.CheckLayout(dataBytes);
        return header;
    }

    private void ReadTop(ref Utf8JsonReader reader, long dataBytes)
    {
        reader.Read();
        Require(ref reader, JsonTokenType.StartObject, "header", "an object");
        while (NextName(ref reader) is { } name)
        {
            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                TensorEntry entry = ReadEntry(ref reader, name, dataBytes);
                if (!_entries.TryAdd(name, entry))
                {
                    throw UserException.Mismatch(Where(name), "every name once", "the name a second time");
                }
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata.Count > 0)
        {
            throw UserException.Mismatch(Where(MetadataName), "every name once", "the name a second time");
        }

        reader.Read();
        Require(ref reader, JsonTokenType.StartObject, MetadataName, "an object of texts");
        while (NextName(ref reader) is { } key)
        {
            reader.Read();
            Require(ref reader, JsonTokenType.String, $"{MetadataName}.{key}", "a text");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw UserException.Mismatch(Where($"{MetadataName}.{key}"), "every name once", "the name a second time");
            }
        }
    }

    private TensorEntry ReadEntry(ref Utf8JsonReader reader, string name, long dataBytes)
    {
        string? dtypeName = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        reader.Read();
        Require(ref reader, JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        while (NextName(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when dtypeName is null:
                    reader.Read();
                    Require(ref reader, JsonTokenType.String, $"{name}.dtype", "a text");
                    dtypeName = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, $"{name}.shape", MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, $"{name}.data_offsets", 2);
                    break;
                default:
                    throw UserException.Mismatch(Where(name), "dtype, shape and data_offsets, each once", $"\"{Shorten(key)}\"");
            }
        }

        if (dtypeName is null || shape is null || offsets is null)
        {
            string missing = dtypeName is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw UserException.Mismatch(Where(name), "dtype, shape and data_offsets", $"no {missing}");
        }

        return MakeEntry(name, dtypeName, shape, offsets, dataBytes);
    }

    private TensorEntry MakeEntry(string name, string dtypeName, List<long> shape, List<long> offsets, long dataBytes)
    {
        if (!TensorEntry.TryParseDtype(dtypeName, out ScalarType dtype, out int elementBytes))
        {
            throw UserException.Mismatch(
                $"{Where(name)}: dtype", $"one of {TensorEntry.DtypeNames}", $"\"{Shorten(dtypeName)}\"");
        }

        if (offsets.Count != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes)
        {
            throw UserException.Mismatch(
                $"{Where(name)}: data_offsets",
                $"begin ≤ end ≤ {dataBytes}, the bytes after the header", $"[{string.Join(", ", offsets)}]");
        }

        long bytes = elementBytes;
        try
        {
            // The largest sizes first would overflow even where a zero follows; such a shape is not worth keeping apart.
            foreach (long size in shape)
            {
                bytes = checked(bytes * size);
            }
        }
        catch (OverflowException)
        {
            bytes = -1;
        }

        if (bytes != offsets[1] - offsets[0])
        {
            string sizes = string.Join(", ", shape);
            throw UserException.Mismatch(
                $"{Where(name)}: {dtypeName} [{sizes}]",
                bytes < 0 ? "a size that fits in memory" : $"{bytes} bytes of data",
                $"{offsets[1] - offsets[0]} bytes between its data_offsets");
        }

        return new TensorEntry(name, dtype, shape, offsets[0], bytes);
    }

    private void CheckLayout(long dataBytes)
    {
        long position = 0;
        string previous = "the header";
        foreach (TensorEntry entry in _entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.ByteLength))
        {
            if (entry.Offset != position)
            {
                string fault = entry.Offset < position ? $"an overlap with {previous}" : $"a gap after {previous}";
                throw UserException.Mismatch(
                    Where(entry.Name), $"data from byte {position}", $"{fault}, data from byte {entry.Offset}");
            }

            position += entry.ByteLength;
            previous = $"\"{Shorten(entry.Name)}\"";
        }

        if (position != dataBytes)
        {
            throw UserException.Mismatch(_path, $"{position} bytes of data after the header", $"{dataBytes} bytes");
        }
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string what, int atMost)
    {
        List<long> numbers = [];
        reader.Read();
        Require(ref reader, JsonTokenType.StartArray, what, "an array of integers");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(ref reader, JsonTokenType.Number, what, "an array of integers");
            if (!reader.TryGetInt64(out long number) || number < 0)
            {
                throw UserException.Mismatch(Where(what), "integers from 0 to 2^63 - 1", "another number");
            }

            if (numbers.Count == atMost)
            {
                throw UserException.Mismatch(Where(what), $"at most {atMost} numbers", "more");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private void Require(ref Utf8JsonReader reader, JsonTokenType type, string what, string expected)
    {
        if (reader.TokenType != type)
        {
            throw UserException.Mismatch(Where(what), expected, $"{reader.TokenType}");
        }
    }

    private string Where(string entry) => $"{_path}: \"{Shorten(entry)}\"";

    private static string Shorten(string name) => name.Length <= 200 ? name : string.Concat(name.AsSpan(0, 200), "…");
}
