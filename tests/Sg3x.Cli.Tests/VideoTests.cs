namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x video</c> on a tiny run; ffmpeg is a program of the test's own.</summary>
public sealed class VideoTests(TinyRunFixture fixture) : IClassFixture<TinyRunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_animated_PNG()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path,
            "video", fixture.Run, "--seeds", "1", "--sweep", "rotate", "--seconds", "0.2", "--fps", "10", "--out", "turn.png");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal("turn.png\n", result.Output);
        Assert.Contains("acTL", File.ReadAllText(_folder.File("turn.png"), System.Text.Encoding.Latin1), StringComparison.Ordinal);
        Assert.Equal(["turn.png"], _folder.Entries());
    }

    [Fact]
    public void An_MP4_through_ffmpeg()
    {
        WriteFfmpeg("for last; do :; done; echo \"$@\" >arguments; cat >\"$last\"");

        ProgramResult result = Video("--seeds 0-1 --seconds 0.5 --fps 8 --scale 2 --out walk.mp4");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal(4 * 3 * 32 * 32, new FileInfo(_folder.File("walk.mp4")).Length);
        Assert.Contains("-video_size 32x32 -framerate 8 ", File.ReadAllText(_folder.File("arguments")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ffmpeg_that_fails_is_quoted_and_leaves_nothing()
    {
        WriteFfmpeg("echo no such encoder >&2; exit 3");

        ProgramResult result = Video("--seeds 0 --seconds 1 --fps 8 --out walk.mp4");

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("walk.mp4: ffmpeg fails (exit code 3): no such encoder", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Entries(), entry => entry.Contains("walk", StringComparison.Ordinal));
    }

    [Fact]
    public void An_interruption_that_ffmpeg_hears_first_is_one()
    {
        WriteFfmpeg("kill -TERM $PPID; exit 255");

        ProgramResult result = Video("--seeds 0 --seconds 1 --fps 8 --out walk.mp4");

        Assert.True(result.ExitCode == 130, result.Everything);
        Assert.DoesNotContain(_folder.Entries(), entry => entry.Contains("walk", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--out: expected a name that ends in .mp4 or .png, found x.gif", "--out", "x.gif")]
    [InlineData("--space: expected z or w", "--space", "x")]
    [InlineData("--sweep: expected none, translate or rotate", "--sweep", "zoom")]
    [InlineData("--fps: expected 1 to 1000, found 0", "--fps", "0")]
    public void Bad_usage_is_named(string expected, params string[] arguments)
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, ["video", fixture.Run, .. arguments]);
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries());
    }

    private ProgramResult Video(string arguments) => Sg3xProcess.Shell(
        _folder.Path, $"PATH=\"$PWD/bin:$PATH\" exec $SG3X video {fixture.Run} {arguments}");

    private void WriteFfmpeg(string script)
    {
        string bin = Directory.CreateDirectory(_folder.File("bin")).FullName;
        string path = Path.Combine(bin, "ffmpeg");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
