using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>What a run does with what was found before it.</summary>
public sealed class RunPreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static RunConfig Tiny => TinyRun.Config with { Data = new DataConfig { Source = "cats:8" } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_given_the_run_before_anything_is_written()
    {
        RunStart? seen = null;
        string folder = _folder.File("run");
        Start(start =>
        {
            seen = start;
            Assert.False(Directory.Exists(folder));
            return new RunVerification("passed");
        });

        Assert.Equal((folder, Tiny.Generator, ScalarType.Float32), (seen!.Folder.Root, seen.Config.Generator, seen.DType));
        Assert.Equal("passed", (string?)Log("start").Single()["verification"]);
        Assert.Null(Mark());
    }

    [Fact]
    public void Whatever_it_throws_ends_the_run_before_it_begins()
    {
        Assert.Throws<InvalidOperationException>(() => Start(_ => throw new InvalidOperationException()));

        Assert.False(Directory.Exists(_folder.File("run")));
    }

    /// <summary>What was found before is taken at once, and hears of no stop.</summary>
    [Fact]
    public void A_stop_before_the_run_begins_leaves_things_as_they_were()
    {
        using var stop = new CancellationTokenSource();
        var options = new TrainingRunOptions
        {
            Progress = new SilentProgress(), Stop = stop.Token,
            Preflight = _ =>
            {
                stop.Cancel();
                return new RunVerification("passed");
            },
        };
        string folder = _folder.File("run");
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Start(Tiny, folder, options));
        Assert.False(Directory.Exists(folder));

        Start(_ => new RunVerification("passed"));
        string[] before = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order()];
        string log = File.ReadAllText(new RunFolder(folder).Log);
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Resume(folder, options));
        Assert.Equal(before, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order());
        Assert.Equal(log, File.ReadAllText(new RunFolder(folder).Log));
    }

    [Fact]
    public void A_folder_that_holds_only_a_refusal_is_as_good_as_empty()
    {
        var run = new RunFolder(_folder.File("run"));
        Directory.CreateDirectory(run.Root);
        File.WriteAllText(run.Preflight, "{}");
        Start(_ => new RunVerification("passed"));

        Assert.True(File.Exists(run.Config));
    }

    [Fact]
    public void An_unverified_run_is_marked_and_stays_so()
    {
        List<string> warnings = Start(_ => new RunVerification("FAILED: x", "x failed"));

        Assert.Equal("UNVERIFIED: x failed.", Assert.Single(warnings));
        Assert.Equal("x failed", Mark());
        Assert.Equal("UNVERIFIED: x failed.", (string?)Log("warning").Single()["message"]);

        Resume(new RunVerification("passed"), 0.05);
        Assert.Equal("x failed", Mark());
        Resume(new RunVerification("FAILED: y", "y failed"), 0.06);
        Assert.Equal("x failed", Mark());
        Assert.Equal(["FAILED: x", "passed", "FAILED: y"], Log("start").Select(line => (string?)line["verification"]));
    }

    [Fact]
    public void A_run_that_goes_on_unverified_is_marked_from_then_on()
    {
        Start(_ => new RunVerification("passed"));
        Resume(new RunVerification("FAILED: y", "y failed"), null);

        Assert.Equal("y failed", Mark());
        Assert.Equal("here", ConfigJson.LoadEnvironment(Config)?["machine"]);
        Assert.Equal(Tiny.Training.Kimg, ConfigJson.Load(Config).Training.Kimg);
    }

    private string Config => new RunFolder(_folder.File("run")).Config;

    private static Dictionary<string, string> Machine => new() { ["machine"] = "here" };

    private string? Mark() => ConfigJson.LoadEnvironment(Config)?.GetValueOrDefault(ConfigJson.UnverifiedKey);

    private IEnumerable<JsonNode> Log(string type) => File.ReadLines(new RunFolder(_folder.File("run")).Log)
        .Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["type"] == type);

    private List<string> Start(RunPreflight preflight)
    {
        SilentProgress progress = new();
        TrainingRun.Start(Tiny, _folder.File("run"), new TrainingRunOptions
        {
            Progress = progress,
            Environment = Machine,
            Preflight = preflight,
        });
        return progress.Warnings;
    }

    private void Resume(RunVerification verification, double? kimg) => TrainingRun.Resume(
        _folder.File("run"),
        new TrainingRunOptions { Progress = new SilentProgress(), Environment = Machine, Preflight = _ => verification },
        config => config with { Training = config.Training with { Kimg = kimg ?? config.Training.Kimg } });
}
