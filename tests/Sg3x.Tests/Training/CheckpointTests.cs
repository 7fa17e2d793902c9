using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TrainingState _state = new(TinyRun.Config, CPU);

    private string Path => _folder.File("checkpoint.safetensors");

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Everything_comes_back()
    {
        Step(_state);
        Checkpoint.Save(Path, _state);
        RunConfig config = TinyRun.Config with { Training = TinyRun.Config.Training with { Kimg = 1 } };
        using TrainingState other = new(config, CPU);
        Checkpoint.Load(Path, other);
        Assert.Equal((_state.Iteration, 1, 1), (other.Iteration, other.OptimiserG.Steps, other.OptimiserD.Steps));

        string again = _folder.File("again.safetensors");
        Checkpoint.Save(again, other);
        using SafeTensorsFile a = SafeTensors.Read(Path);
        using SafeTensorsFile b = SafeTensors.Read(again);
        Assert.Equal(a.Entries.Keys, b.Entries.Keys);
        foreach (string name in a.Entries.Keys)
        {
            using Tensor x = a.Load(name);
            using Tensor y = b.Load(name);
            Assert.Equal(x.bytes.ToArray(), y.bytes.ToArray());
        }

        Assert.Contains(a.Entries.Keys, key => key.StartsWith("G.synthesis.L0_", StringComparison.Ordinal));
        Assert.Contains("adam_D.exp_avg_sq.b4.out.weight", a.Entries.Keys);
    }

    [Fact]
    public void The_augmentation_comes_back_into_a_run_that_has_one_and_is_no_obstacle_to_one_that_has_none()
    {
        AugmentationConfig ada = new() { Mode = AugmentationConfig.Adaptive };
        using TrainingState adapted = new(TinyRun.Config with { Augmentation = ada }, CPU);
        adapted.Augmentation.Controller.Probability.fill_(0.1 + 0.2);
        adapted.Augmentation.Controller.Observe(ones(3));
        Checkpoint.Save(Path, adapted);
        using TrainingState other = new(TinyRun.Config with { Augmentation = ada with { P = 1 } }, CPU);
        Checkpoint.Load(Path, other);
        Assert.Equal(
            adapted.Augmentation.Controller.State.Select(s => s.Tensor.item<double>()),
            other.Augmentation.Controller.State.Select(s => s.Tensor.item<double>()));
        Checkpoint.Load(Path, _state);
        Assert.Null(_state.Augmentation.Probability);

        // And from a run without: p begins where it is configured to.
        Checkpoint.Save(Path, _state);
        using TrainingState begun = new(TinyRun.Config with { Augmentation = ada with { P = 0.25 } }, CPU);
        Checkpoint.Load(Path, begun);
        Assert.Equal(0.25, begun.Augmentation.Probability);
    }

    [Fact]
    public void The_generator_that_is_read_back_is_the_average()
    {
        using IDisposable scope = NewDisposeScope();
        Step(_state);
        Checkpoint.Save(Path, _state);
        using Sg3x.Networks.Generator g = Checkpoint.LoadGenerator(Path, null, out RunConfig config);
        Assert.Equal(TinyRun.Config, config);
        Tensor z = CounterRandom.Normal(1, CPU, 2, 8);
        Assert.Equal(_state.Average.forward(z).data<float>().ToArray(), g.forward(z).data<float>().ToArray());
    }

    [Theory]
    [InlineData("generator.channelMax=3", "generator")]
    [InlineData("generator.kernel=1", "generator")]
    [InlineData("discriminator.channelMax=8", "discriminator")]
    [InlineData("resolution=32", "generator")]
    [InlineData("batch=8", "training.batch = 4")]
    [InlineData("seed=1", "training.seed = 0")]
    public void A_checkpoint_of_another_run_is_a_user_error(string difference, string expected)
    {
        Checkpoint.Save(Path, _state);
        using TrainingState other = new(ConfigOverrides.Apply(TinyRun.Config, [difference]), CPU);
        UserException error = Assert.Throws<UserException>(() => Checkpoint.Load(Path, other));
        Assert.Contains("checkpoint.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", "at most 1, found 2")]
    [InlineData("0", "at most 1, found 0")]
    [InlineData("one", "\"one\"")]
    [InlineData(null, "a checkpoint of a run")]
    public void Another_format_is_a_user_error_and_no_damage(string? version, string expected)
    {
        Rewrite((tensors, metadata) =>
        {
            if (version is null)
            {
                metadata.Remove("sg3x.format");
            }
            else
            {
                metadata["sg3x.format"] = version;
            }
        });
        UserException error = Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => Checkpoint.LoadGenerator(Path, null, out _).Dispose());
        if (version is "2")
        {
            Assert.Null(Checkpoint.FindDamage(Path));
        }
    }

    [Fact]
    public void A_tensor_too_few_too_many_or_of_another_shape_is_named()
    {
        Rewrite((tensors, _) => tensors.RemoveAll(t => t.Name == "D.b4.out.bias"));
        Assert.Contains("\"D.b4.out.bias\"", Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state)).Message, StringComparison.Ordinal);
        Rewrite((tensors, _) => tensors.Add(("D.surplus", zeros(1))));
        Assert.Contains("\"D.surplus\"", Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state)).Message, StringComparison.Ordinal);
        Rewrite((tensors, _) => tensors[tensors.FindIndex(t => t.Name == "D.b4.out.bias")] = ("D.b4.out.bias", zeros(2)));
        Assert.Contains("found Float32 [2]", Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_or_changed_is_damaged()
    {
        Checkpoint.Save(Path, _state);
        Assert.Null(Checkpoint.FindDamage(Path));
        byte[] whole = File.ReadAllBytes(Path);
        Random random = new(1);
        for (int i = 0; i < 20; i++)
        {
            byte[] bytes = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1)
            {
                bytes[random.Next(whole.Length)] ^= 0x40;
            }

            File.WriteAllBytes(Path, bytes);
            Assert.NotNull(Checkpoint.FindDamage(Path));
            Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a safetensors file, but longer than its first eight bytes")]
    [InlineData("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR\0\0\0\u0001\0\0\0\u0001")]
    public void An_empty_or_foreign_file_is_damaged(string content)
    {
        File.WriteAllText(Path, content, System.Text.Encoding.Latin1);
        Assert.Contains("checkpoint.safetensors", Checkpoint.FindDamage(Path), StringComparison.Ordinal);
        Assert.Throws<UserException>(() => Checkpoint.Load(Path, _state));
    }

    [Fact]
    public void Another_programs_safetensors_file_is_damaged()
    {
        using IDisposable scope = NewDisposeScope();
        SafeTensors.Write(Path, [("weight", zeros(3))]);
        Assert.Contains("sg3x.format", Checkpoint.FindDamage(Path), StringComparison.Ordinal);
    }

    private static void Step(TrainingState state)
    {
        using IDisposable scope = NewDisposeScope();
        TrainingPhases phases = new(state, new TickStatistics());
        phases.GeneratorStep();
        phases.DiscriminatorStep(CounterRandom.Normal(1, CPU, TinyRun.Batch, 3, 16, 16));
        phases.AverageWeights();
        state.Iteration++;
    }

    /// <summary>Writes a sound file that says something else.</summary>
    private void Rewrite(Action<List<(string Name, Tensor Tensor)>, Dictionary<string, string>> change)
    {
        using IDisposable scope = NewDisposeScope();
        Checkpoint.Save(Path, _state);
        List<(string Name, Tensor Tensor)> tensors;
        Dictionary<string, string> metadata;
        using (SafeTensorsFile file = SafeTensors.Read(Path))
        {
            tensors = [.. file.Entries.Keys.Select(name => (name, file.Load(name)))];
            metadata = new Dictionary<string, string>(file.Metadata);
        }

        change(tensors, metadata);
        SafeTensors.Write(Path, tensors, metadata);
    }
}
