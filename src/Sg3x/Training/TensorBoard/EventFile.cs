using System.Buffers.Binary;
using System.Globalization;

namespace Sg3x.Training.TensorBoard;

/// <summary>
/// A file of TensorBoard events: records of a length (8 bytes), the length's masked CRC-32C, the message, and the message's masked
/// CRC-32C, all little endian. Steps are images shown.
/// </summary>
public sealed class EventFile : IDisposable
{
    private static int _files;

    private readonly FileStream _stream;

    private EventFile(FileStream stream) => _stream = stream;

    /// <summary>Begins a new file in a folder, beside those of earlier parts of a run.</summary>
    /// <param name="folder">The folder, which is made if it is not there.</param>
    /// <param name="resumedAt">Images that were shown before; null where the run begins.</param>
    /// <exception cref="UserException">The file cannot be made.</exception>
    public static EventFile Create(string folder, long? resumedAt)
    {
        try
        {
            Directory.CreateDirectory(folder);

            // TensorBoard looks for "tfevents" and reads files in the order of their names: the time first.
            string name = string.Create(CultureInfo.InvariantCulture,
                $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():D14}.{Environment.MachineName}.{Environment.ProcessId}.")
                + Interlocked.Increment(ref _files).ToString(CultureInfo.InvariantCulture);
            EventFile file = new(new FileStream(
                Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read));
            try
            {
                file.Append(EventMessage.Version(Now));
                if (resumedAt is long images)
                {
                    // What was written at that very step stays, unless all is begun anew.
                    file.Append(EventMessage.Restart(Now, images == 0 ? 0 : images + 1));
                }

                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: no TensorBoard events can be written: {e.Message}", e);
        }
    }

    private static double Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Appends numbers.</summary>
    /// <param name="images">Images shown so far.</param>
    /// <param name="values">Tags and values.</param>
    /// <exception cref="IOException">The disk is full, or gone.</exception>
    public void Scalars(long images, IEnumerable<(string Tag, double Value)> values) =>
        Append(EventMessage.Scalars(Now, images, values));

    /// <summary>Appends a picture.</summary>
    /// <param name="images">Images shown so far.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="png">A PNG file.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <exception cref="IOException">The disk is full, or gone.</exception>
    public void Image(long images, string tag, byte[] png, int width, int height) =>
        Append(EventMessage.Image(Now, images, tag, png, width, height));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // What was not written has been reported where it was appended.
        }
    }

    private void Append(byte[] message)
    {
        byte[] record = new byte[message.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32C.Masked(record.AsSpan(0, 8)));
        message.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + message.Length), Crc32C.Masked(message));
        _stream.Write(record);
        _stream.Flush();
    }
}
