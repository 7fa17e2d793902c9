using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>
/// Runs production on files of reference values in the formats of <c>golden/reference/README.md</c>. A file says by its content
/// what it is; every tensor in it is either used or an error.
/// </summary>
public static partial class VectorFiles
{
    private const string Known = "a schedule in JSON, or a safetensors file with a generator (synthesis.…, mapping.…),"
        + " a discriminator (b32.…), ops (flrelu0.…, modconv0.…) or augmentations (NAME@Q)";

    /// <summary>Checks one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where production computes; null for the CPU. Ops in float64 need a device that has them.</param>
    /// <returns>What was compared, and how far each tensor is from its reference.</returns>
    /// <exception cref="UserException">The file cannot be read or is not whole, has a tensor that is unknown, lacks one that is
    /// needed, or holds nothing that could be checked: the message names file and entry.</exception>
    public static VectorReport Check(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw UserException.Mismatch(path, "a file of reference values", "a folder");
        }

        if (IsJson(path))
        {
            return ScheduleVectors.Check(path);
        }

        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(path);
        file.VerifyChecksum();
        VectorReport report = KindOf(file) switch
        {
            VectorKind.Generator => GeneratorVectors.Check(file, device ?? CPU),
            VectorKind.Discriminator => DiscriminatorVectors.Check(file, device ?? CPU),
            VectorKind.Ops => OpsVectors.Check(file, device ?? CPU),
            _ => AugmentationVectors.Check(file, device ?? CPU),
        };
        return report.Comparisons.Count > 0
            ? report
            : throw UserException.Mismatch(path, "results to compare with", "a state and no results");
    }

    private static VectorKind KindOf(SafeTensorsFile file)
    {
        ICollection<string> names = [.. file.Entries.Keys];
        return names.Any(n => n.Contains('@', StringComparison.Ordinal)) ? VectorKind.Augmentation
            : names.Any(n => OpCase().IsMatch(n)) ? VectorKind.Ops
            : names.Any(n => n.StartsWith("synthesis.", StringComparison.Ordinal)) ? VectorKind.Generator
            : names.Any(n => Block().IsMatch(n)) ? VectorKind.Discriminator
            : names.Any(n => n.Contains(".expected.", StringComparison.Ordinal)) ? throw ForCandidates(file.FilePath)
            : throw UserException.Mismatch(file.FilePath, Known, names.Count == 0 ? "no tensors" : $"\"{names.First()}\"");
    }

    /// <summary>The refusal of a file of test vectors, which are for other implementations.</summary>
    internal static UserException ForCandidates(string path) => UserException.Mismatch(
        path,
        "a schedule or tensors to compute again",
        "test vectors of an operation, which another implementation computes for verify --candidate (golden/vectors/README.md)");

    // Safetensors starts with the header's length in 8 bytes, then the header's brace; the first 8 characters of a JSON text,
    // read as a length, are far beyond any file's.
    private static bool IsJson(string path)
    {
        byte[] start = new byte[9];
        int count;
        long length;
        try
        {
            using FileStream stream = File.OpenRead(path);
            length = stream.Length;
            count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }

        ReadOnlySpan<byte> head = start.AsSpan(0, count);
        if (count == start.Length && BinaryPrimitives.ReadUInt64LittleEndian(head) >= (ulong)length
            && head.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            return true;
        }

        // A header that is not where it should be is for the safetensors reader to explain; anything else is no such file at all.
        return count < start.Length || head[^1] == (byte)'{'
            ? false
            : throw UserException.Mismatch(path, Known, "something else");
    }

    [GeneratedRegex(@"^(flrelu|modconv)\d+\.")]
    private static partial Regex OpCase();

    [GeneratedRegex(@"^b\d+\.")]
    private static partial Regex Block();
}
