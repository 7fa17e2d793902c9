using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sg3x.Checkpoints;

/// <summary>Files that appear whole or not at all: written beside their final name, flushed to the disk, renamed.</summary>
public static partial class AtomicFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes a file. Whatever stood under its name before stays there until the new content is complete.</summary>
    /// <param name="path">Final name. Its folder is made if it is not there.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="UserException">The file cannot be written (no permission, no such place, disk full). Nothing is left
    /// behind under either name.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string final = Path.GetFullPath(path);
        string partial = $"{final}.{Environment.ProcessId}.partial";
        try
        {
            if (Path.GetDirectoryName(final) is { Length: > 0 } folder)
            {
                Directory.CreateDirectory(folder);
            }

            using (FileStream stream = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                WriteAndFlush(stream, write);
            }

            File.Move(partial, final, overwrite: true);
            SyncFolder(final);
        }
        catch (Exception e)
        {
            Remove(partial);
            if (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new UserException($"{path}: cannot be written: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">Final name.</param>
    /// <param name="text">The whole content.</param>
    /// <exception cref="UserException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void WriteAndFlush(FileStream stream, Action<Stream> write)
    {
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            // Disposing flushes what is buffered, and on a full disk fails a second time: the first failure is the one to report.
            try
            {
                stream.Dispose();
            }
            catch (IOException)
            {
            }

            throw;
        }
    }

    /// <summary>Deletes what writers that were killed left beside the files of a folder.</summary>
    /// <param name="folder">The folder; nothing happens where there is none.</param>
    public static void RemoveLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string path in Directory.GetFiles(folder, "*.partial"))
        {
            string[] parts = Path.GetFileName(path).Split('.');
            if (parts.Length > 2 && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out int writer) && !IsAlive(writer))
            {
                Remove(path);
            }
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The new name is in the folder, and a folder has a cache of its own: without this a power failure can undo the
    /// renaming. .NET has no call for it; where the system has none either the file is there all the same.</summary>
    private static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        int folder = Open(Path.GetDirectoryName(path) ?? "/", 0);
        if (folder >= 0)
        {
            _ = FSync(folder);
            _ = Close(folder);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The failure that brought us here says more than this one.
        }
    }
}
