using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class WeightTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Source => _folder.File("source.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_begins_with_anothers_weights_and_nothing_else_of_it()
    {
        TrainingSummary other = Start(TinyRun.Config, "other");
        RunConfig config = WeightTransfer.Configure(WithSeed(TinyRun.Config), other.Checkpoint);
        using TrainingState state = new(config, CPU);
        TransferReport report = WeightTransfer.Into(state, other.Checkpoint);
        Assert.Empty(report.Unmatched);
        Assert.Contains("all tensors matched", report.Describe(), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (state.Iteration, state.OptimiserG.Steps, state.OptimiserD.Steps));
        using SafeTensorsFile file = SafeTensors.Read(other.Checkpoint);
        Equal(file, "G.", state.G);
        Equal(file, "G_ema.", state.Average);
        Equal(file, "D.", state.D);
        Assert.Contains("G.synthesis.input.freqs", report.Matched);
        Assert.DoesNotContain(report.Matched, n => n.EndsWith("_filter", StringComparison.Ordinal));
        Assert.Null(config.Training.EmaRampup);
        Assert.Equal(100, config.Augmentation.Kimg);
    }

    [Fact]
    public void The_log_says_what_was_taken_and_a_killed_start_begins_with_the_same()
    {
        TrainingSummary other = Start(TinyRun.Config, "other");
        RunConfig config = WeightTransfer.Configure(
            WithSeed(TinyRun.Config) with { Generator = TinyRun.Config.Generator with { ChannelMax = 3 } }, other.Checkpoint);
        SilentProgress progress = new();
        TrainingSummary whole = TrainingRun.Start(config, _folder.File("whole"), new TrainingRunOptions { Progress = progress });
        Assert.Contains("L0_20_3.affine.bias (no such tensor)", Assert.Single(progress.Notes), StringComparison.Ordinal);
        JsonNode line = File.ReadLines(new RunFolder(whole.Folder).Log).Select(l => JsonNode.Parse(l)!)
            .Single(l => (string?)l["type"] == "transfer");
        Assert.Contains("D.b4.out.weight", line["matched"]!.AsArray().Select(n => (string?)n));
        Assert.Equal("[3, 3] here, [4, 4] there", (string?)line["unmatched"]!["G.synthesis.input.weight"]);

        // Killed before the first checkpoint, and then after it when the other run is gone.
        ConfigJson.Save(new RunFolder(_folder.File("run")).Config, config);
        byte[] expected = File.ReadAllBytes(whole.Checkpoint);
        Assert.Equal(expected, File.ReadAllBytes(Resume().Checkpoint));
        File.Delete(other.Checkpoint);
        File.Delete(new RunFolder(_folder.File("run")).Checkpoint(44));
        Assert.Equal(expected, File.ReadAllBytes(Resume().Checkpoint));

        TrainingSummary Resume() =>
            TrainingRun.Resume(_folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() });
    }

    [Fact]
    public void A_generator_under_the_official_names_goes_into_both()
    {
        using TrainingState other = new(TinyRun.Config, CPU);
        SafeTensors.Write(Source, other.G.state_dict().Select(e => (e.Key, e.Value)));
        using TrainingState state = new(WithSeed(TinyRun.Config), CPU);
        TransferReport report = WeightTransfer.Into(state, Source);
        using SafeTensorsFile file = SafeTensors.Read(Source);
        Equal(file, "", state.G);
        Equal(file, "", state.Average);
        Assert.All(report.Unmatched, u => Assert.Equal(("D.", "no such tensor"), (u.Key[..2], u.Value)));
    }

    [Fact]
    public void Filters_and_frequencies_that_this_network_cannot_have_are_left()
    {
        using TrainingState other = new(TinyRun.Config with { Generator = TinyRun.Config.Generator with { FirstCutoff = 3 } }, CPU);
        Checkpoint.Save(Source, other);
        using TrainingState state = new(WithSeed(TinyRun.Config), CPU);
        string[] kept = ["synthesis.input.freqs", "synthesis.input.phases"];
        Dictionary<string, byte[]> before = state.G.state_dict().Where(
            e => kept.Contains(e.Key) || e.Key.EndsWith("_filter", StringComparison.Ordinal))
            .ToDictionary(e => e.Key, e => e.Value.bytes.ToArray());
        Assert.True(before.Count > kept.Length);
        TransferReport report = WeightTransfer.Into(state, Source);
        Assert.Contains("bandwidth", report.Unmatched["G.synthesis.input.phases"], StringComparison.Ordinal);
        Assert.All(before, b => Assert.Equal(b.Value, state.G.state_dict()[b.Key].bytes.ToArray()));
    }

    [Fact]
    public void A_file_without_anything_that_fits_is_a_user_error()
    {
        using (IDisposable scope = NewDisposeScope())
        {
            SafeTensors.Write(Source, [("mapping.fc0.weight", zeros(3)), ("D.b4.out.weight", zeros(1, 4, dtype: ScalarType.Int32))]);
        }

        RunConfig config = WeightTransfer.Configure(TinyRun.Config, Source);
        UserException error = Assert.Throws<UserException>(
            () => TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() }));
        Assert.Contains("source.safetensors", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    private static RunConfig WithSeed(RunConfig config) => config with { Training = config.Training with { Seed = 5 } };

    private static void Equal(SafeTensorsFile file, string prefix, nn.Module module)
    {
        foreach ((string key, Tensor tensor) in module.state_dict())
        {
            using Tensor expected = file.Load(prefix + key);
            Assert.Equal(expected.bytes.ToArray(), tensor.bytes.ToArray());
        }
    }

    private TrainingSummary Start(RunConfig config, string name) =>
        TrainingRun.Start(config, _folder.File(name), new TrainingRunOptions { Progress = new SilentProgress() });
}
