namespace Sg3x.Checkpoints;

/// <summary>Files that appear whole or not at all: written beside their final name, flushed to the disk, renamed.</summary>
public static class AtomicFile
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
