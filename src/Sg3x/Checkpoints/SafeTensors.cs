using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace Sg3x.Checkpoints;

/// <summary>
/// The safetensors format: 8 bytes of header length (little endian), a JSON header, the tensors' bytes without gaps. Files move
/// both ways between this program and Python's <c>safetensors</c>.
/// </summary>
public static class SafeTensors
{
    /// <summary>Key of the metadata under which the SHA-256 of the data stands, in lower-case hexadecimal.</summary>
    public const string ChecksumKey = "sg3x.sha256";

    private const long PieceBytes = 1L << 28;

    /// <summary>Opens a file and checks its header; no tensor is read yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserException">The file is not there, cannot be read, or is not whole and well formed: the message names the
    /// entry, what was expected and what was found.</exception>
    public static SafeTensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserException($"{path}: cannot be opened: {e.Message}", e);
        }

        try
        {
            (SafeTensorsHeader header, long dataStart) = ReadHeader(path, stream);
            return new SafeTensorsFile(path, stream, header, dataStart);
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new UserException($"{path}: cannot be read: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Names and tensors of any shape and device; F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>, or null.</param>
    /// <exception cref="UserException">The file cannot be written; nothing is left of it.</exception>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or the format has no name for a dtype.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using IDisposable scope = NewDisposeScope();

        // The widest elements first keeps every tensor aligned; names then make the order independent of the caller's.
        List<(string Name, Tensor Tensor, string Dtype, long Bytes)> entries = [.. tensors
            .Select(t => Prepare(t.Name, t.Tensor))
            .OrderByDescending(e => e.Tensor.element_size()).ThenBy(e => e.Name, StringComparer.Ordinal)];
        HashSet<string> names = new(StringComparer.Ordinal);
        if (entries.Find(e => !names.Add(e.Name)) is { Name: { } twice })
        {
            throw new ArgumentException($"Two tensors are named \"{twice}\".", nameof(tensors));
        }

        Dictionary<string, string> texts = new(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [ChecksumKey] = Checksum(entries.Select(e => e.Tensor)),
        };
        byte[] header = MakeHeader(entries, texts);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafeTensorsHeader.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((_, Tensor tensor, _, _) in entries)
            {
                ForEachPiece(tensor, bytes => stream.Write(bytes));
            }
        });
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(string path, FileStream stream)
    {
        long fileBytes = stream.Length;
        if (fileBytes < SafeTensorsHeader.LengthBytes)
        {
            throw UserException.Mismatch(path, "a safetensors file of 8 bytes or more", $"{fileBytes} bytes");
        }

        Span<byte> lengthBytes = stackalloc byte[SafeTensorsHeader.LengthBytes];
        stream.ReadExactly(lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        ulong room = (ulong)Math.Min(SafeTensorsHeader.MaxBytes, fileBytes - SafeTensorsHeader.LengthBytes);
        if (length > room)
        {
            throw UserException.Mismatch(
                $"{path}: header length", $"at most {room} in a safetensors file of {fileBytes} bytes", $"{length}");
        }

        byte[] json = new byte[length];
        stream.ReadExactly(json);
        long dataStart = SafeTensorsHeader.LengthBytes + (long)length;
        return (SafeTensorsHeader.Parse(path, json, fileBytes - dataStart), dataStart);
    }

    private static (string Name, Tensor Tensor, string Dtype, long Bytes) Prepare(string name, Tensor tensor)
    {
        if (name == "__metadata__")
        {
            throw new ArgumentException("The name \"__metadata__\" is reserved.", nameof(name));
        }

        if (TensorEntry.Describe(tensor.dtype) is not (string dtype, int elementBytes))
        {
            throw new ArgumentException($"\"{name}\": no safetensors dtype for {tensor.dtype}.", nameof(tensor));
        }

        Tensor plain = tensor.detach().cpu().contiguous();
        return (name, plain, dtype, plain.numel() * elementBytes);
    }

    private static byte[] MakeHeader(
        List<(string Name, Tensor Tensor, string Dtype, long Bytes)> entries, Dictionary<string, string> metadata)
    {
        using MemoryStream memory = new();
        using (Utf8JsonWriter json = new(memory))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor tensor, string dtype, long bytes) in entries)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", dtype);
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Blanks after the object, so that the data starts on a multiple of 8.
        while (memory.Length % 8 != 0)
        {
            memory.WriteByte((byte)' ');
        }

        return memory.ToArray();
    }

    private static string Checksum(IEnumerable<Tensor> tensors)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in tensors)
        {
            ForEachPiece(tensor, hash.AppendData);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void ForEachPiece(Tensor tensor, Action<ReadOnlySpan<byte>> use)
    {
        if (tensor.numel() == 0)
        {
            return;
        }

        // Spans end at 2 GiB: larger tensors go a piece at a time.
        using Tensor flat = tensor.view(-1);
        long pieceElements = PieceBytes / tensor.element_size();
        for (long start = 0; start < flat.numel(); start += pieceElements)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(pieceElements, flat.numel() - start));
            use(piece.bytes);
        }
    }
}
