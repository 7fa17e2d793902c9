using System.Buffers.Binary;
using System.Text.Json;

namespace Sg3x.Oracle.Tests.Vectors;

/// <summary>The reference files of the checkout, and damaged copies of them.</summary>
internal static class Reference
{
    public static string Folder { get; } = Path.Combine(FindRoot(), "golden", "reference");

    public static string File(string name) => Path.Combine(Folder, name);

    /// <summary>Names and element types of the tensors of a safetensors file.</summary>
    public static IReadOnlyList<string> Tensors(string path)
    {
        using JsonDocument header = Header(System.IO.File.ReadAllBytes(path));
        return [.. header.RootElement.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__")];
    }

    /// <summary>Copies a safetensors file and changes one element of one tensor: the largest gets the other sign, or a zero
    /// becomes one.</summary>
    public static string Damage(string path, string tensor, string copy)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        using (JsonDocument header = Header(bytes))
        {
            JsonElement entry = header.RootElement.GetProperty(tensor);
            int start = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            int from = entry.GetProperty("data_offsets")[0].GetInt32(), to = entry.GetProperty("data_offsets")[1].GetInt32();
            Span<byte> data = bytes.AsSpan(start + from, to - from);
            switch (entry.GetProperty("dtype").GetString())
            {
                case "F32":
                    FlipLargest(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(data));
                    break;
                case "F64":
                    FlipLargest(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(data));
                    break;
                default:
                    throw new InvalidOperationException($"{path}: {tensor} is neither F32 nor F64.");
            }
        }

        System.IO.File.WriteAllBytes(copy, bytes);
        return copy;
    }

    /// <summary>Copies a file with one text in it replaced by another of the same length.</summary>
    public static string Replace(string path, string from, string to, string copy)
    {
        string text = System.IO.File.ReadAllText(path, System.Text.Encoding.Latin1);
        Assert.Contains(from, text, StringComparison.Ordinal);
        int at = text.IndexOf(from, StringComparison.Ordinal);
        System.IO.File.WriteAllText(copy, text[..at] + to + text[(at + from.Length)..], System.Text.Encoding.Latin1);
        return copy;
    }

    private static void FlipLargest<T>(Span<T> values)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (T.Abs(values[i]) > T.Abs(values[largest]))
            {
                largest = i;
            }
        }

        values[largest] = values[largest] == T.Zero ? T.One : -values[largest];
    }

    private static JsonDocument Header(byte[] bytes) =>
        JsonDocument.Parse(bytes.AsMemory(8, (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes)));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Sg3x.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Sg3x.sln above {AppContext.BaseDirectory}.");
    }
}
