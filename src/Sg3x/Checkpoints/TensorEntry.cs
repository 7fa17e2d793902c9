using static TorchSharp.torch;

namespace Sg3x.Checkpoints;

/// <summary>One tensor of a safetensors file, as its header declares it and the file's length confirms it.</summary>
/// <param name="Name">Key of the tensor, for example <c>synthesis.L0_36_512.weight</c>.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the first byte after the header.</param>
/// <param name="ByteLength">Bytes of its data, the product of the shape and the element size.</param>
public sealed record TensorEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    private static readonly (string Name, ScalarType Dtype, int Bytes)[] KnownDtypes =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2), ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1), ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The names of the element types that can be read and written.</summary>
    internal static string DtypeNames => string.Join(", ", KnownDtypes.Select(d => d.Name));

    /// <summary>Looks an element type up by its name in the file.</summary>
    internal static bool TryParseDtype(string? name, out ScalarType dtype, out int elementBytes)
    {
        foreach ((string known, ScalarType type, int bytes) in KnownDtypes)
        {
            if (known == name)
            {
                (dtype, elementBytes) = (type, bytes);
                return true;
            }
        }

        (dtype, elementBytes) = (default, 0);
        return false;
    }

    /// <summary>Name in the file and size in bytes of an element type; null where the format has none.</summary>
    internal static (string Name, int Bytes)? Describe(ScalarType dtype)
    {
        foreach ((string name, ScalarType type, int bytes) in KnownDtypes)
        {
            if (type == dtype)
            {
                return (name, bytes);
            }
        }

        return null;
    }
}
