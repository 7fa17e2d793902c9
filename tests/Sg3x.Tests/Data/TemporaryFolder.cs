using System.IO.Compression;

namespace Sg3x.Tests.Data;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sg3x-data-").FullName;

    public string Write(string name, byte[] content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Zip(string name, params (string Entry, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (entry, content) in entries)
            {
                using var to = archive.CreateEntry(entry, CompressionLevel.NoCompression).Open();
                to.Write(content);
            }
        }

        return Write(name, stream.ToArray());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
