using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace Sg3x.Checkpoints;

/// <summary>
/// The safetensors format: 8 bytes of header length (little endian), a JSON header, the tensors' bytes without gaps. Files move
/// both ways between this program and Python's <c>safetensors</c>.
/// </summary>
public static class SafeTensors
{
    /// <summary>Key of the metadata under which the SHA-256 of metadata, names and data stands, in lower-case
    /// hexadecimal.</summary>
    public const string ChecksumKey = "sg3x.sha256";

    private const long PieceBytes = 1L << 28;

    /// <summary>Opens a file and checks its header; no tensor is read yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserException">The file is not there, cannot be read, or is not whole and well formed: the message names
    /// the entry, what was expected and what was found.</exception>
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
    /// <param name="tensors">Names and tensors of any shape and device; F64, F32, F16, BF16, I64, I32, I16, I8, U8 or
    /// BOOL.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>, or null.</param>
    /// <exception cref="UserException">The file cannot be written; nothing is left of it.</exception>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or the format has no name for a dtype.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using IDisposable scope = NewDisposeScope();

        // The widest elements first keeps every tensor aligned; names then make the order independent of the caller's.
        List<(TensorEntry Entry, Tensor Tensor)> entries = [];
        long offset = 0;
        foreach ((string name, Tensor tensor) in tensors
            .OrderByDescending(t => t.Tensor.element_size()).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            (TensorEntry Entry, Tensor Tensor) entry = Prepare(name, tensor, offset);
            entries.Add(entry);
            offset += entry.Entry.ByteLength;
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        if (entries.Find(e => !names.Add(e.Entry.Name)) is { Entry.Name: { } twice })
        {
            throw new ArgumentException($"Two tensors are named \"{twice}\".", nameof(tensors));
        }

        Dictionary<string, string> texts = new(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        texts[ChecksumKey] = Checksum(texts, entries);
        byte[] header = MakeHeader(entries, texts);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafeTensorsHeader.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((_, Tensor tensor) in entries)
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
        if (length > SafeTensorsHeader.MaxBytes)
        {
            throw UserException.Mismatch(
                path, "a safetensors file", $"another: its first 8 bytes would be the length of a header, {length}");
        }

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

    /// <summary>Begins the checksum of a file with its metadata and names; the data follows in the order of the
    /// entries.</summary>
    internal static IncrementalHash StartChecksum(IReadOnlyDictionary<string, string> metadata, IEnumerable<TensorEntry> entries)
    {
        IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Append(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
        foreach ((string key, string value) in metadata
            .Where(m => m.Key != ChecksumKey).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Append(key);
            Append(value);
        }

        foreach (TensorEntry entry in entries.OrderBy(e => e.Offset).ThenBy(e => e.Name, StringComparer.Ordinal))
        {
            Append(entry.Name);
            Append(string.Create(CultureInfo.InvariantCulture, $"{entry.Dtype} {string.Join(' ', entry.Shape)}"));
        }

        return hash;
    }

    private static (TensorEntry Entry, Tensor Tensor) Prepare(string name, Tensor tensor, long offset)
    {
        if (name == "__metadata__")
        {
            throw new ArgumentException("The name \"__metadata__\" is reserved.", nameof(name));
        }

        if (TensorEntry.Describe(tensor.dtype) is not (_, int elementBytes))
        {
            throw new ArgumentException($"\"{name}\": no safetensors dtype for {tensor.dtype}.", nameof(tensor));
        }

        Tensor plain = tensor.detach().cpu().contiguous();
        return (new TensorEntry(name, plain.dtype, plain.shape, offset, plain.numel() * elementBytes), plain);
    }

    private static byte[] MakeHeader(List<(TensorEntry Entry, Tensor Tensor)> entries, Dictionary<string, string> metadata)
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
            foreach ((TensorEntry entry, _) in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", TensorEntry.Describe(entry.Dtype)!.Value.Name);
                json.WriteStartArray("shape");
                foreach (long size in entry.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Offset);
                json.WriteNumberValue(entry.Offset + entry.ByteLength);
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

    private static string Checksum(Dictionary<string, string> metadata, List<(TensorEntry Entry, Tensor Tensor)> entries)
    {
        using IncrementalHash hash = StartChecksum(metadata, entries.Select(e => e.Entry));
        foreach ((_, Tensor tensor) in entries)
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
