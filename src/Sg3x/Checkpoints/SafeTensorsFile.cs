using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Sg3x.Checkpoints;

/// <summary>An open safetensors file whose header has been checked; tensors are read when they are asked for.</summary>
public sealed class SafeTensorsFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly FileStream _stream;
    private readonly SafeTensorsHeader _header;
    private readonly long _dataStart;
    private readonly Lock _lock = new();

    internal SafeTensorsFile(string path, FileStream stream, SafeTensorsHeader header, long dataStart)
    {
        (FilePath, _stream, _header, _dataStart) = (path, stream, header, dataStart);
    }

    /// <summary>The path as it was given.</summary>
    public string FilePath { get; }

    /// <summary>The texts of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <summary>The header's entry of a tensor.</summary>
    /// <param name="name">Key of the tensor.</param>
    /// <exception cref="UserException">The file has no such tensor.</exception>
    public TensorEntry Entry(string name) =>
        Entries.TryGetValue(name, out TensorEntry? entry)
            ? entry
            : throw UserException.Mismatch(FilePath, $"a tensor \"{name}\"", $"none of that name among {Entries.Count}");

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">Key of the tensor.</param>
    /// <returns>A new contiguous tensor on the CPU with the entry's shape and dtype, in the caller's dispose scope.</returns>
    /// <exception cref="UserException">The file has no such tensor, or can no longer be read.</exception>
    public Tensor Load(string name)
    {
        TensorEntry entry = Entry(name);
        Tensor tensor = empty([.. entry.Shape], dtype: entry.Dtype);
        try
        {
            lock (_lock)
            {
                _stream.Position = _dataStart + entry.Offset;
                if (entry.ByteLength > 0)
                {
                    ReadInto(tensor, entry);
                }
            }

            return tensor;
        }
        catch (Exception e)
        {
            tensor.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{FilePath}: \"{name}\" cannot be read: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>
    /// Compares the metadata, the names and the data with the SHA-256 that <see cref="SafeTensors.Write"/> left in the metadata.
    /// Files of other programs carry none and pass.
    /// </summary>
    /// <exception cref="UserException">The file is not what was written, or cannot be read.</exception>
    public void VerifyChecksum()
    {
        if (!Metadata.TryGetValue(SafeTensors.ChecksumKey, out string? expected))
        {
            return;
        }

        try
        {
            using IncrementalHash hash = SafeTensors.StartChecksum(Metadata, Entries.Values.OrderBy(e => e.Offset));
            byte[] buffer = new byte[BufferBytes];
            lock (_lock)
            {
                _stream.Position = _dataStart;
                for (int count; (count = _stream.Read(buffer)) > 0;)
                {
                    hash.AppendData(buffer, 0, count);
                }
            }

            string found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (found != expected)
            {
                throw UserException.Mismatch(FilePath, $"content of SHA-256 {expected}", found);
            }
        }
        catch (IOException e)
        {
            throw new UserException($"{FilePath}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private void ReadInto(Tensor tensor, TensorEntry entry)
    {
        // Spans end at 2 GiB: larger tensors are read a piece at a time.
        using Tensor flat = tensor.view(-1);
        long elementBytes = entry.ByteLength / flat.numel();
        long pieceElements = BufferBytes * 512L / elementBytes;
        for (long start = 0; start < flat.numel(); start += pieceElements)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(pieceElements, flat.numel() - start));
            _stream.ReadExactly(piece.bytes);
        }
    }
}
