using System.IO.Compression;

namespace Sg3x.Data;

/// <summary>
/// The PNG and JPEG entries of a zip file. Nothing is ever extracted, and still an entry whose name could leave a folder, or that
/// appears twice, is bad: it says that the file is not what it seems.
/// </summary>
internal sealed class ZipSource : IImageSource
{
    private const int FirstBytes = 1 << 20;

    private delegate string Kind(ReadOnlySpan<byte> start);

    private readonly List<ZipArchiveEntry> entries = [];
    private readonly List<string> names = [];
    private readonly List<SkippedImage> bad = [];
    private readonly Lock gate = new();
    private readonly ZipArchive archive;
    private readonly ImageLimits limits;
    private ZipArchiveEntry? labels;

    public ZipSource(string path, ImageLimits limits)
    {
        (Name, this.limits) = (path, limits);
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            archive = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (var entry in archive.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
            {
                Add(entry);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException)
        {
            stream?.Dispose();
            throw new UserException($"{path}: it cannot be read as a zip file ({e.Message}).", e);
        }
    }

    public string Name { get; }

    public IReadOnlyList<string> Entries => names;

    public IReadOnlyList<SkippedImage> Bad => bad;

    public byte[] ReadBytes(int index) => Read(entries[index], ImageDecoding.Kind);

    public string Stamp(int index) => FormattableString.Invariant($"{entries[index].Length} {entries[index].Crc32:x8}");

    public byte[]? ReadLabels() => labels is null ? null : Read(labels, _ => "JSON");

    public void Dispose() => archive.Dispose();

    private byte[] Read(ZipArchiveEntry entry, Kind kind)
    {
        var where = $"{Name}: {ImageSource.Printable(entry.FullName)}";
        if (entry.Length > limits.MaxFileBytes)
        {
            throw ImageSource.TooLarge(where, entry.Length, limits);
        }

        try
        {
            // One archive is one stream with one place in it: entries are unpacked in turn, and decoded side by side.
            lock (gate)
            {
                return Unpack(entry, where, kind);
            }
        }
        catch (InvalidImageException e)
        {
            throw new UserException($"{where}: {e.Message}.", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw new UserException($"{where}: the entry is damaged or packed in a way that is not supported ({e.Message}).", e);
        }
    }

    private static byte[] Unpack(ZipArchiveEntry entry, string where, Kind kind)
    {
        using var stream = entry.Open();
        var bytes = new byte[Math.Min(entry.Length, FirstBytes)];
        var found = stream.ReadAtLeast(bytes, Math.Min(16, bytes.Length), throwOnEndOfStream: false);

        // What cannot be an image is not unpacked further: it may be a small entry that grows without end.
        kind(bytes.AsSpan(0, found));
        while (true)
        {
            found += stream.ReadAtLeast(bytes.AsSpan(found), bytes.Length - found, throwOnEndOfStream: false);
            if (found < bytes.Length || bytes.Length == entry.Length)
            {
                break;
            }

            // Room for what the zip file says comes only as far as the data does.
            Array.Resize(ref bytes, (int)Math.Min(entry.Length, 2L * bytes.Length));
        }

        if (found != entry.Length || stream.ReadByte() >= 0)
        {
            var actual = found < entry.Length ? $"{found}" : "more";
            throw new UserException($"{where}: the zip file says {entry.Length} bytes, the entry has {actual}.");
        }

        var sum = Crc32.Compute(bytes);
        return sum == entry.Crc32
            ? bytes
            : throw new UserException($"{where}: the entry is damaged: its sum is {sum:x8}, the zip file says {entry.Crc32:x8}.");
    }

    private void Add(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        var parts = name.Split('/');
        var hidden = parts.Any(part => part is not ("." or "..") && part.StartsWith('.'));
        if (name == ImageSource.LabelsName)
        {
            labels = entry;
        }

        if (!ImageSource.IsImageName(name) || hidden || parts[0] == "__MACOSX")
        {
            return;
        }

        var problem = Problem(entry, name, parts);
        if (problem is not null)
        {
            bad.Add(new SkippedImage(name, $"{Name}: {ImageSource.Printable(name)}: {problem}."));
            return;
        }

        entries.Add(entry);
        names.Add(name);
    }

    private string? Problem(ZipArchiveEntry entry, string name, string[] parts)
    {
        if (parts.Any(part => part is "" or "." or "..") || name.Contains('\\') || name.Contains(':') || name.Any(char.IsControl))
        {
            return "its name leads out of the file's own folder or is no plain path";
        }

        if (names.Count > 0 && names[^1] == name)
        {
            return "the zip file has two entries of this name";
        }

        if (entry.IsEncrypted)
        {
            return "the entry is encrypted, which is not supported";
        }

        return entry.Length > limits.MaxFileBytes
            ? $"the zip file says it has {entry.Length} bytes; expected at most {limits.MaxFileBytes}"
            : null;
    }
}
