using System.Globalization;
using System.Text;
using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Oracle.Checks;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Candidate;

/// <summary>Writes the vectors as files: for each group a JSON document, and its larger arrays in a safetensors file beside
/// it.</summary>
public static class VectorPublication
{
    /// <summary>Arrays of more numbers than this go to the safetensors file.</summary>
    private const int MostInline = 24;

    /// <summary>Writes every group into a folder, each file whole or not at all.</summary>
    /// <param name="folder">The folder; it is there already.</param>
    /// <exception cref="UserException">A file cannot be written.</exception>
    public static void Write(string folder)
    {
        using IDisposable scope = NewDisposeScope();
        foreach (VectorGroup group in VectorCatalogue.Groups)
        {
            var tensors = new List<(string, Tensor)>();
            AtomicFile.WriteText(Path.Combine(folder, $"{group.Name}.json"), Render(group, tensors) + "\n");
            if (tensors.Count > 0)
                SafeTensors.Write(Path.Combine(folder, $"{group.Name}.safetensors"), tensors);
        }
    }

    private static string Render(VectorGroup group, List<(string, Tensor)> tensors)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            IndentSize = 1,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "vectors.schema.json");
            json.WriteString("group", group.Name);
            json.WriteNumber("version", VectorCatalogue.Version);
            json.WriteString("equation", group.Equation);
            json.WriteString("instructions", group.Instructions);
            json.WriteStartObject("notes");
            foreach (Bug bug in group.Bugs)
            {
                json.WriteStartObject(bug.Flag);
                json.WriteString("description", bug.Description);
                json.WriteString("effect", bug.Effect);
                json.WriteString("source", bug.Source);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteStartArray("tests");
            foreach (VectorCase test in group.Cases)
                WriteCase(json, test, tensors);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteCase(Utf8JsonWriter json, VectorCase test, List<(string, Tensor)> tensors)
    {
        json.WriteStartObject();
        json.WriteNumber("id", test.Id);
        json.WriteString("comment", test.Comment);
        json.WritePropertyName("flags");
        json.WriteRawValue("[" + string.Join(", ", test.Faults.Select(fault => $"\"{fault.Bug.Flag}\"").Distinct()) + "]");
        json.WriteNumber("terms", test.Terms);
        json.WriteStartObject("parameters");
        foreach ((string name, object? value) in test.Parameters)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(Text(value));
        }
        json.WriteEndObject();
        WriteArrays(json, "inputs", test.Id, test.Inputs, tensors);
        WriteArrays(json, "expected", test.Id, test.Expected, tensors);
        json.WriteEndObject();
    }

    private static void WriteArrays(
        Utf8JsonWriter json, string name, int id, IReadOnlyDictionary<string, NumericArray> arrays,
            List<(string, Tensor)> tensors)
    {
        json.WriteStartObject(name);
        foreach ((string key, NumericArray array) in arrays)
        {
            json.WritePropertyName(key);
            if (array.Values.Length <= MostInline)
            {
                json.WriteRawValue(Nested(array, 0, 0));
                continue;
            }
            string tensor = $"{id}.{name}.{key}";
            json.WriteRawValue($"{{ \"tensor\": \"{tensor}\" }}");
            tensors.Add((tensor, Bridge.Tensor(array.Values, [.. array.Shape.Select(side => (long)side)], ScalarType.Float64)));
        }
        json.WriteEndObject();
    }

    private static string Nested(NumericArray array, int depth, int offset)
    {
        if (depth == array.Shape.Count)
            return Text(array.Values[offset]);
        int below = array.Shape.Skip(depth + 1).Aggregate(1, (product, side) => product * side);
        return "[" + string.Join(
            ", ", Enumerable.Range(0, array.Shape[depth]).Select(i => Nested(array, depth + 1, offset + i * below))) + "]";
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        int[] numbers => "[" + string.Join(", ", numbers) + "]",
        double number when !double.IsFinite(number) => $"\"{number.ToString(CultureInfo.InvariantCulture)}\"",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
