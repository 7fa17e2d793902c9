namespace Sg3x.Cli.Tests;

/// <summary>Output that cannot be written: a clear message, exit code 2, nothing half-written.</summary>
public sealed class FullDiskTests(TinyRunFixture fixture) : IClassFixture<TinyRunFixture>, IDisposable
{
    // Files are written beside their place and renamed. What is written there goes to a device that is always full: the shell
    // makes the link and then becomes the program, whose number is part of the name.
    private const string Full = "ln -s /dev/full";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_full_standard_output()
    {
        ProgramResult result = Sg3xProcess.Shell(_folder.Path, "$SG3X schedule t-256 --json >/dev/full");

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void No_room_for_a_picture()
    {
        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            $"{Full} cats.png.$$.partial; exec $SG3X generate {fixture.Run} --out cats.png");

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("cats.png", result.Error, StringComparison.Ordinal);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void No_room_for_a_checkpoint()
    {
        string run = fixture.Copy(_folder);
        string[] before = [.. _folder.Entries().Where(e => e.Contains("checkpoints", StringComparison.Ordinal))];

        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            $"{Full} run/checkpoints/000000.024kimg.safetensors.$$.partial; exec $SG3X train --resume run --kimg 0.024");

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("000000.024kimg.safetensors", result.Error, StringComparison.Ordinal);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Entries().Where(e => e.Contains("checkpoints", StringComparison.Ordinal)));

        ProgramResult again = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", run, "--kimg", "0.024");

        Assert.True(again.ExitCode == 0, again.Everything);
    }

    [Fact]
    public void A_checkpoint_that_finds_no_room_is_made_up_for()
    {
        string run = fixture.Copy(_folder);

        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            $"{Full} run/checkpoints/000000.024kimg.safetensors.$$.partial; exec $SG3X train --resume run --kimg 0.032"
            + " --set snapshots.checkpointKimg=0.024 snapshots.tickKimg=0.004");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("The run goes on without", result.Output, StringComparison.Ordinal);
        Assert.Equal(["000000.020", "000000.028", "000000.032"], Directory.GetFiles(Path.Combine(run, "checkpoints"))
            .Select(path => Path.GetFileName(path).Split("kimg")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_last_checkpoint_takes_the_room_of_those_it_supersedes()
    {
        string run = fixture.Copy(_folder);
        ProgramResult longer = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", run, "--kimg", "0.024");
        Assert.True(longer.ExitCode == 0, longer.Everything);

        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            $"{Full} run/checkpoints/000000.028kimg.safetensors.$$.partial; exec $SG3X train --resume run --kimg 0.028"
            + " --set snapshots.keepCheckpoints=2");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("in the room of checkpoints that it supersedes", result.Output, StringComparison.Ordinal);
        Assert.Equal(["000000.024", "000000.028"], Directory.GetFiles(Path.Combine(run, "checkpoints"))
            .Select(path => Path.GetFileName(path).Split("kimg")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_standard_output_does_not_end_a_run()
    {
        ProgramResult result = Sg3xProcess.Shell(
            _folder.Path, $"$SG3X {string.Join(' ', TinyRun.OnCats("run"))} >/dev/full");

        // The last lines, with the names of what was made, belong to the result.
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"completed\": true", File.ReadAllText(_folder.File("run/summary.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made()
    {
        File.WriteAllText(_folder.File("runs"), "a file in the way");

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, TinyRun.Train(TinyRun.Kimg, "--data", "cats:8"));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("runs", result.Error, StringComparison.Ordinal);
        Assert.Equal(["runs"], _folder.Entries());
    }
}
