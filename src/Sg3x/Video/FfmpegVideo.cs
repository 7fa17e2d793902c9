using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Sg3x.Data;

namespace Sg3x.Video;

/// <summary>Writes MP4 (H.264) through the program ffmpeg, which is given the frames by a pipe.</summary>
public static class FfmpegVideo
{
    // ffmpeg's exit code after a signal that it heard; one that ended it is 128 and its number.
    private const int Interrupted = 255, Signalled = 128;

    private static readonly TimeSpan SignalArrives = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is an ffmpeg on the path.</summary>
    public static bool IsThere() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "ffmpeg")));

    /// <summary>Writes a file, which appears whole or not at all.</summary>
    /// <param name="path">Its name; a file of that name is replaced.</param>
    /// <param name="frames">The frames, all of one size; width and height even.</param>
    /// <param name="framesPerSecond">At least 1.</param>
    /// <param name="stop">Asks for a stop, which the frames notice by themselves: an ffmpeg that ends then has not
    /// failed.</param>
    /// <exception cref="UserException">ffmpeg is not there, or fails: its last words.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static void Write(string path, IEnumerable<RgbImage> frames, int framesPerSecond, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        string final = Path.GetFullPath(path);
        string partial = Path.Combine(Path.GetDirectoryName(final)!, $".{Environment.ProcessId}.{Path.GetFileName(final)}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(final)!);
            Encode(path, partial, frames, framesPerSecond, stop);
            File.Move(partial, final, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Encode(
        string path, string partial, IEnumerable<RgbImage> frames, int framesPerSecond, CancellationToken stop)
    {
        Process? process = null;
        Task<string>? words = null;
        try
        {
            byte[] pixels = [];
            foreach (RgbImage frame in frames)
            {
                if (process is null)
                {
                    process = Start(partial, frame.Width, frame.Height, framesPerSecond);
                    words = process.StandardError.ReadToEndAsync(CancellationToken.None);
                    pixels = new byte[3 * frame.Width * frame.Height];
                }

                Interleave(frame, pixels);
                if (!TryWrite(process, pixels))
                {
                    break;
                }
            }

            if (process is not null)
            {
                TryClose(process);
                process.WaitForExit();
            }

            if (process is not { ExitCode: 0 } || !File.Exists(partial))
            {
                // A terminal's Ctrl-C goes to both programs, and ffmpeg may be the faster.
                if (process is { ExitCode: Interrupted or > Signalled })
                {
                    stop.WaitHandle.WaitOne(SignalArrives);
                }

                stop.ThrowIfCancellationRequested();
                string last = (words?.Result ?? "")
                    .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .LastOrDefault() ?? "it said nothing";
                throw new UserException($"{path}: ffmpeg fails (exit code {process?.ExitCode}): {last}");
            }
        }
        finally
        {
            if (process is { HasExited: false })
            {
                process.Kill();
                process.WaitForExit();
            }

            process?.Dispose();
        }
    }

    /// <summary>False where the program has gone: what it said is then the reason.</summary>
    private static bool TryWrite(Process process, byte[] pixels)
    {
        try
        {
            process.StandardInput.BaseStream.Write(pixels);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void TryClose(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // What was still to be written had no reader.
        }
    }

    private static Process Start(string path, int width, int height, int framesPerSecond)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-video_size", string.Create(invariant, $"{width}x{height}"),
            "-framerate", framesPerSecond.ToString(invariant), "-i", "-",
            "-an", "-c:v", "libx264", "-crf", "16", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new UserException($"ffmpeg cannot be started: {e.Message}", e);
        }
    }

    private static void Interleave(RgbImage frame, byte[] to)
    {
        int area = frame.Width * frame.Height;
        for (int i = 0; i < area; i++)
        {
            (to[3 * i], to[3 * i + 1], to[3 * i + 2]) = (frame.Planes[i], frame.Planes[area + i], frame.Planes[2 * area + i]);
        }
    }
}
