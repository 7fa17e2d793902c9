using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>A disk that is full before or during a run.</summary>
public sealed class DiskTests : IDisposable
{
    private static readonly RunConfig Frequent = TinyRun.Config with
    {
        Snapshots = TinyRun.Config.Snapshots with { TickKimg = 0.004, CheckpointKimg = 0.012, SamplesKimg = 0.016 },
    };

    private readonly TemporaryFolder _folder = new();

    private RunFolder Run => new(_folder.File("run"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_takes_no_more_than_is_asked_for()
    {
        using TrainingState state = new(TinyRun.Config, CPU);
        Checkpoint.Save(_folder.File("file"), state);
        long bytes = new FileInfo(_folder.File("file")).Length;
        Assert.InRange(Checkpoint.Bytes(state), bytes, 2 * bytes + 100_000);
    }

    [Fact]
    public void Without_room_for_a_checkpoint_nothing_begins()
    {
        UserException error = Assert.Throws<UserException>(() => Start(Frequent, _ => 3 << 20));
        Assert.Contains(Run.Root, error.Message, StringComparison.Ordinal);
        Assert.Contains("found 3 MiB", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Run.Root));
    }

    [Fact]
    public void Room_for_the_beginning_alone_is_a_warning()
    {
        SilentProgress progress = Start(Frequent with { Training = Frequent.Training with { Kimg = 0.016 } }, _ => 5 << 20);
        Assert.Contains("5 MiB free", Assert.Single(progress.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_on_a_full_disk_goes_on_and_saves_once_there_is_room()
    {
        // Full from the third iteration to the fifth: the checkpoint due at the third is written at the sixth.
        SilentProgress progress = new();
        long FreeNow(string path)
        {
            Assert.Equal(Run.Root, path);
            return progress.Iterations is >= 3 and < 6 ? 1 << 20 : 1L << 40;
        }

        RunConfig config = Frequent with { Snapshots = Frequent.Snapshots with { KeepCheckpoints = 0 } };
        TrainingRun.Start(config, Run.Root, new TrainingRunOptions { Progress = progress, FreeDisk = FreeNow });
        Assert.Equal([44L, 36, 24], Run.Checkpoints().Select(c => (long)(RunFolder.Kimg(c)! * 1000)));
        Assert.False(File.Exists(Run.Samples(16)));
        Assert.True(File.Exists(Run.Samples(32)));
        Assert.Equal(4, progress.Warnings.Count);
        Assert.Equal(3, progress.Warnings.Count(w => w.Contains("a checkpoint takes", StringComparison.Ordinal)));
        Assert.All(progress.Warnings, w => Assert.Contains("1 MiB free", w, StringComparison.Ordinal));
        Assert.Equal(4, File.ReadLines(Run.Log).Count(l => l.Contains("\"warning\"", StringComparison.Ordinal)));
    }

    private SilentProgress Start(RunConfig config, Func<string, long> free)
    {
        SilentProgress progress = new();
        TrainingRun.Start(config, Run.Root, new TrainingRunOptions { Progress = progress, FreeDisk = free });
        return progress;
    }
}
