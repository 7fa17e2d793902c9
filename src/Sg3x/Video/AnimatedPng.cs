using System.Buffers.Binary;
using Sg3x.Data;

namespace Sg3x.Video;

/// <summary>
/// Writes animated PNG (third edition of the PNG specification, section 4.9): every frame whole, played without end. A program that
/// knows plain PNG alone shows the first frame.
/// </summary>
public static class AnimatedPng
{
    /// <summary>Writes a file.</summary>
    /// <param name="stream">Where; not closed.</param>
    /// <param name="frames">The frames, all of one size.</param>
    /// <param name="count">How many there are, at least 1.</param>
    /// <param name="framesPerSecond">1 to 65535.</param>
    /// <exception cref="ArgumentException">There are more or fewer frames, or they are not of one size.</exception>
    public static void Write(Stream stream, IEnumerable<RgbImage> frames, int count, int framesPerSecond)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(framesPerSecond, ushort.MaxValue);
        int written = 0, sequence = 0;
        (int Width, int Height) size = default;
        foreach (RgbImage frame in frames)
        {
            if (written == 0)
            {
                size = (frame.Width, frame.Height);
                stream.Write(PngWriter.Signature);
                PngWriter.WriteChunk(stream, "IHDR", PngWriter.Header(size.Width, size.Height));
                PngWriter.WriteChunk(stream, "acTL", Numbers(count, 0));
            }

            if ((frame.Width, frame.Height) != size || written == count)
            {
                throw new ArgumentException(
                    $"Expected {count} frames of {size.Width}x{size.Height}, found {frame.Width}x{frame.Height} as number {written + 1}.", nameof(frames));
            }

            PngWriter.WriteChunk(stream, "fcTL", Control(sequence++, size, framesPerSecond));
            byte[] data = PngWriter.Compress(frame.Planes, size.Width, size.Height);
            if (written++ == 0)
            {
                PngWriter.WriteChunk(stream, "IDAT", data);
            }
            else
            {
                PngWriter.WriteChunk(stream, "fdAT", [.. Numbers(sequence++), .. data]);
            }
        }

        if (written != count)
        {
            throw new ArgumentException($"Expected {count} frames, found {written}.", nameof(frames));
        }

        PngWriter.WriteChunk(stream, "IEND", []);
    }

    /// <summary>Sequence number, size, place, delay as a fraction of a second, and what is done with the frame before: nothing.</summary>
    private static byte[] Control(int sequence, (int Width, int Height) size, int framesPerSecond)
    {
        byte[] control = [.. Numbers(sequence, size.Width, size.Height, 0, 0), 0, 1, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(control.AsSpan(22), (ushort)framesPerSecond);
        return control;
    }

    private static byte[] Numbers(params ReadOnlySpan<int> numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        }

        return bytes;
    }
}
