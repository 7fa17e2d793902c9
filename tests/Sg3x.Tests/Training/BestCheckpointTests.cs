using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;

namespace Sg3x.Tests.Training;

public sealed class BestCheckpointTests : IDisposable
{
    private const int Batch = TinyRun.Batch;

    private readonly TemporaryFolder _folder = new();

    private static RunConfig Config => TinyRun.Config with
    {
        Snapshots = TinyRun.Config.Snapshots with
        {
            SamplesKimg = 2 * Batch / 1000.0, CheckpointKimg = 2 * Batch / 1000.0, KeepCheckpoints = 0, DistanceImages = 8,
            DistanceEverySamples = true, KeepBest = true,
        },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_state_of_the_least_distance_is_kept_across_a_stop()
    {
        TrainingRun.Start(Config, _folder.File("whole"), new TrainingRunOptions { Progress = new SilentProgress() });
        var whole = new RunFolder(_folder.File("whole"));
        (double Mean, double Kimg) least = Distances(whole).Where(d => d.Kimg > 0).Min();
        Assert.True(Distances(whole).Count > 4);
        Assert.Equal(File.ReadAllBytes(whole.Checkpoint((long)Math.Round(1000 * least.Kimg))), File.ReadAllBytes(whole.Best));
        Assert.DoesNotContain(whole.Best, whole.Checkpoints());

        using CancellationTokenSource stop = new();
        SilentProgress first = new() { OnIteration = i => { if (i == 7) stop.Cancel(); } };
        TrainingRun.Start(Config, _folder.File("parts"), new TrainingRunOptions { Progress = first, Stop = stop.Token });
        TrainingRun.Resume(_folder.File("parts"), new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.Equal(File.ReadAllBytes(whole.Best), File.ReadAllBytes(new RunFolder(_folder.File("parts")).Best));
    }

    [Fact]
    public void Without_a_distance_there_is_no_best()
    {
        RunConfig config = Config with { Snapshots = Config.Snapshots with { DistanceImages = 0 } };
        Assert.Contains("snapshots.keepBest", Assert.Throws<UserException>(() => config.Validate()).Message, StringComparison.Ordinal);
        Assert.False(new SnapshotConfig().KeepBest);
    }

    private static List<(double Mean, double Kimg)> Distances(RunFolder folder) =>
    [
        .. File.ReadLines(folder.Log).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["type"] == "distance")
            .Select(line => ((double)line["mean"]!, (double)line["kimg"]!)),
    ];
}
