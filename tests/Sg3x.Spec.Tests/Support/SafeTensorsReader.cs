using System.Buffers.Binary;
using System.Text.Json;
using Sg3x.Spec.Networks;

namespace Sg3x.Spec.Tests.Support;

/// <summary>Reads a safetensors file of F32 and F64 tensors into doubles.</summary>
internal sealed class SafeTensorsReader
{
    private SafeTensorsReader(NetworkState state, Dictionary<string, string> metadata)
    {
        State = state;
        Metadata = metadata;
    }

    public NetworkState State { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static SafeTensorsReader Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var arrays = new Dictionary<string, NamedArray>();
        var metadata = new Dictionary<string, string>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (JsonProperty item in entry.Value.EnumerateObject())
                    metadata[item.Name] = item.Value.GetString()!;
                continue;
            }
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(value => value.GetInt32())];
            int start = 8 + length + entry.Value.GetProperty("data_offsets")[0].GetInt32();
            var values = new double[shape.Aggregate(1, (product, side) => product * side)];
            string dtype = entry.Value.GetProperty("dtype").GetString()!;
            for (int i = 0; i < values.Length; i++)
                values[i] = dtype switch
                {
                    "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(start + 4 * i)),
                    "F64" => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(start + 8 * i)),
                    _ => throw new NotSupportedException(dtype),
                };
            arrays[entry.Name] = new NamedArray(shape, values);
        }
        return new SafeTensorsReader(new NetworkState(arrays), metadata);
    }
}
