using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>Runs on images with classes.</summary>
public sealed class ConditionalRunTests : IDisposable
{
    private const int Batch = TinyRun.Batch;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _images = new();

    public ConditionalRunTests()
    {
        for (int i = 0; i < 13; i++)
        {
            using Tensor image = CounterRandom.Normal(i, CPU, 3, 16, 16).mul(127).clamp(0, 255).to_type(ScalarType.Byte);
            ImageFiles.WritePng(_images.File($"{i:00}.png"), image);
        }

        Label(i => i % 5 == 0 ? 2 : i % 2);
    }

    private RunConfig Config =>
        TinyRun.Config with { Data = new DataConfig { Source = _images.Root, Mirror = true, Conditional = true } };

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    [Theory]
    [InlineData(1, 4, "none")]
    [InlineData(5, 2, "ada")]
    [InlineData(10, 4, "none")]
    public void A_resumed_run_is_bit_identical_to_one_never_stopped(int stopAfter, int batchDevice, string augmentation)
    {
        RunConfig config = Config with
        {
            Training = Config.Training with { BatchDevice = batchDevice },
            Augmentation = new AugmentationConfig { Mode = augmentation, P = 0.5, Kimg = 10 * 3 * Batch / 1000.0, Interval = 3 },
        };
        TrainingSummary whole = Run(config, "whole");
        using CancellationTokenSource stop = new();
        SilentProgress first = new()
        {
            OnIteration = i =>
            {
                if (i == stopAfter)
                {
                    stop.Cancel();
                }
            },
        };
        Assert.False(TrainingRun.Start(
            config, _folder.File("parts"), new TrainingRunOptions { Progress = first, Stop = stop.Token }).Completed);
        TrainingSummary rest = Resume("parts");
        Assert.True(rest.Completed);
        Assert.Equal(File.ReadAllBytes(whole.Checkpoint), File.ReadAllBytes(rest.Checkpoint));
        Assert.Equal(File.ReadAllBytes(whole.SampleGrid), File.ReadAllBytes(rest.SampleGrid));
    }

    [Fact]
    public void The_networks_have_the_datas_classes_and_so_say_configuration_and_checkpoint()
    {
        TrainingSummary run = Run(Config with { Snapshots = Config.Snapshots with { DistanceImages = 8 } }, "run");
        RunConfig stored = ConfigJson.Load(new RunFolder(run.Folder).Config);
        Assert.Equal((3, 3, true), (stored.Generator.CDim, stored.Discriminator.CDim, stored.Data.Conditional));
        using IDisposable scope = NewDisposeScope();
        using Sg3x.Networks.Generator g = NetworkFile.LoadGenerator(run.Checkpoint, CPU);
        Assert.Equal(3, g.Config.CDim);
        float[][] images = [.. Enumerable.Range(0, 3).Select(k => SeededImages.Image(g, 1, 1, CPU, k).data<float>().ToArray())];
        Assert.NotEqual(images[0], images[1]);
        Assert.NotEqual(images[1], images[2]);
        Assert.NotNull(run.DistanceAfter);
    }

    [Fact]
    public void A_run_without_a_checkpoint_starts_over()
    {
        byte[] whole = File.ReadAllBytes(Run(Config, "whole").Checkpoint);
        ConfigJson.Save(new RunFolder(_folder.File("run")).Config, ConfigJson.Load(new RunFolder(_folder.File("whole")).Config));
        Assert.Equal(whole, File.ReadAllBytes(Resume("run").Checkpoint));
    }

    [Fact]
    public void Images_without_classes_are_named()
    {
        File.Delete(_images.File("dataset.json"));
        Assert.Contains(
            "expected the images' classes (dataset.json), on which --cond trains, found none", Fails(Config),
            StringComparison.Ordinal);
        Assert.Contains(
            "cats:13: expected the images' classes",
            Fails(Config with { Data = Config.Data with { Source = "cats:13" } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_other_classes_than_the_networks_are_named()
    {
        RunConfig stored = ConfigJson.Load(new RunFolder(Run(Config, "run").Folder).Config);
        Label(i => i % 2);
        const string Expected = "dataset.json: expected 3 classes as in generator.cDim, found 2";
        Assert.Contains(Expected, Fails(stored), StringComparison.Ordinal);
        Assert.Contains(Expected, Assert.Throws<UserException>(() => Resume("run")).Message, StringComparison.Ordinal);

        // As many classes, and one image of another.
        Label(i => i == 7 ? 0 : i % 5 == 0 ? 2 : i % 2);
        Assert.Contains(
            "expected the images that", Assert.Throws<UserException>(() => Resume("run")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_does_not_change_its_classes_on_the_way()
    {
        Run(Config with { Data = Config.Data with { Conditional = false } }, "run");
        UserException error = Assert.Throws<UserException>(() => TrainingRun.Resume(
            _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() },
            c => c with { Data = c.Data with { Conditional = true }, Training = c.Training with { Kimg = 1 } }));
        Assert.Contains("cDim: expected 3, found 0", error.Message, StringComparison.Ordinal);

        RunConfig classes = Config with { Generator = Config.Generator with { CDim = 3 } };
        Assert.Contains("discriminator.cDim: expected 3 as in generator.cDim, found 0", Fails(classes), StringComparison.Ordinal);
        classes = classes with
        {
            Discriminator = Config.Discriminator with { CDim = 3 },
            Data = Config.Data with { Conditional = false },
        };
        Assert.Contains("data.conditional: expected true", Fails(classes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_number_of_classes_is_begun_anew_and_said(bool fromClasses)
    {
        RunConfig plain = Config with { Data = Config.Data with { Conditional = false } };
        TrainingSummary other = Run(fromClasses ? Config : plain, "other");
        RunConfig config = WeightTransfer.Configure(fromClasses ? plain : Config, other.Checkpoint);
        SilentProgress progress = new();
        TrainingSummary run = TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = progress });
        string counts = fromClasses ? "no classes here, 3 classes there" : "3 classes here, no classes there";
        string first = $"G.mapping.{(fromClasses ? "fc0.weight" : "embed.bias")} ({counts})";
        Assert.Contains(first, Assert.Single(progress.Notes), StringComparison.Ordinal);
        JsonNode line = File.ReadLines(new RunFolder(run.Folder).Log).Select(l => JsonNode.Parse(l)!)
            .Single(l => (string?)l["type"] == "transfer");
        string[] expected = fromClasses ? ["D.b4.out.bias", "D.b4.out.weight", "G.mapping.fc0.weight", "G_ema.mapping.fc0.weight"]
            : [.. Enumerable.Range(0, 8).SelectMany(i => (string[])[$"D.mapping.fc{i}.bias", $"D.mapping.fc{i}.weight"]),
                "D.b4.out.bias", "D.b4.out.weight", "D.mapping.embed.bias", "D.mapping.embed.weight",
                .. new[] { "G", "G_ema" }.SelectMany(
                    n => (string[])[$"{n}.mapping.embed.bias", $"{n}.mapping.embed.weight", $"{n}.mapping.fc0.weight"])];
        JsonObject unmatched = line["unmatched"]!.AsObject();
        Assert.Equal(expected.Order(StringComparer.Ordinal), unmatched.Select(u => u.Key).Order(StringComparer.Ordinal));
        Assert.All(unmatched, u => Assert.Equal(counts, (string?)u.Value));
    }

    [Fact]
    public void A_generators_mapping_is_none_of_a_discriminators()
    {
        // Both have a mapping.fc1.weight, here of one size too.
        RunConfig config = Config with
        {
            Generator = Config.Generator with { CDim = 3, WDim = 4 },
            Discriminator = Config.Discriminator with { CDim = 3 },
        };
        using TrainingState state = new(config, CPU);
        string file = _folder.File("g.safetensors");
        SafeTensors.Write(file, state.G.state_dict().Select(e => (e.Key, e.Value)));
        TransferReport report = WeightTransfer.Into(state, file);
        Assert.DoesNotContain(report.Matched, name => name.StartsWith("D.", StringComparison.Ordinal));
        Assert.All(report.Unmatched, u => Assert.Equal("no such tensor", u.Value));
        SafeTensors.Write(file, state.D.state_dict().Select(e => (e.Key, e.Value)));
        report = WeightTransfer.Into(state, file);
        Assert.All(report.Matched, name => Assert.StartsWith("D.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void What_classes_do_not_explain_is_said_as_it_is()
    {
        RunConfig Of(int classes, int w) => Config with
        {
            Generator = Config.Generator with { CDim = classes, WDim = w },
            Discriminator = Config.Discriminator with { CDim = classes },
        };
        using TrainingState other = new(Of(0, 8), CPU), state = new(Of(3, 4), CPU);
        string file = _folder.File("g.safetensors");
        SafeTensors.Write(file, other.G.state_dict().Select(e => (e.Key, e.Value)));
        IReadOnlyDictionary<string, string> unmatched = WeightTransfer.Into(state, file).Unmatched;
        Assert.Equal("[4, 4] here, [8, 8] there", unmatched["G.mapping.fc1.weight"]);
        Assert.Equal("[4] here, [8] there", unmatched["G.mapping.fc0.bias"]);
        Assert.Equal("3 classes here, no classes there", unmatched["G.mapping.fc0.weight"]);
        Assert.Equal("3 classes here, no classes there", unmatched["G.mapping.embed.weight"]);
    }

    [Fact]
    public void What_was_written_before_there_were_classes_has_none()
    {
        JsonObject json = JsonNode.Parse(ConfigJson.Format(TinyRun.Config))!.AsObject();
        foreach (string part in (string[])["generator", "discriminator"])
        {
            Assert.True(json[part]!.AsObject().Remove("cDim"));
        }

        Assert.True(json["data"]!.AsObject().Remove("conditional"));
        Assert.Equal(TinyRun.Config, ConfigJson.Parse(json.ToJsonString(), "config.json"));
    }

    [Fact]
    public void A_row_of_a_grid_has_one_class()
    {
        Assert.Equal([0, 0, 0, 2, 2, 2, 5, 5, 5, 7, 7, 7], TrainingSamples.GridClasses([0, 2, 5, 7], 3, 4));
        Assert.Equal([0, 0, 1, 1], TrainingSamples.GridClasses([0, 1], 1, 4));
        Assert.Equal([0, 4], TrainingSamples.GridClasses([.. Enumerable.Range(0, 8)], 1, 2));
        Assert.Equal([0, 0, 1, 4, 3], TrainingSamples.OfClasses([0, 1, 2, 1, 0], [0, 0, 1, 0, 1]));
    }

    private void Label(Func<int, int> classOf) => File.WriteAllText(_images.File("dataset.json"), new JsonObject
    {
        ["labels"] = new JsonArray([.. Enumerable.Range(0, 13).Select(i => (JsonNode)new JsonArray($"{i:00}.png", classOf(i)))]),
    }.ToJsonString());

    private TrainingSummary Run(RunConfig config, string name) =>
        TrainingRun.Start(config, _folder.File(name), new TrainingRunOptions { Progress = new SilentProgress() });

    private TrainingSummary Resume(string name) =>
        TrainingRun.Resume(_folder.File(name), new TrainingRunOptions { Progress = new SilentProgress() });

    private string Fails(RunConfig config) => Assert.Throws<UserException>(() => Run(config, "failing")).Message;
}
