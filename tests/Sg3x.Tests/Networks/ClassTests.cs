using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using Sg3x.Data;
using Sg3x.Networks;
using Sg3x.Schedule;
using Sg3x.Tests.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>Networks with classes, against a definition in torch's float64 (tests/Sg3x.Spec.Tests/Constants) and by
/// themselves.</summary>
public class ClassTests
{
    private static readonly GeneratorConfig TinyG = new()
    {
        Resolution = 16, Layers = 3, CriticalLayers = 1, ZDim = 4, WDim = 5, CDim = 3, ChannelBase = 64, ChannelMax = 4,
        Margin = 2,
    };

    private static readonly DiscriminatorConfig TinyD = new() { Resolution = 8, ChannelBase = 32, ChannelMax = 4, CDim = 3 };

    private static readonly JsonElement Constants = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(RepositoryFiles.Root, "tests", "Sg3x.Spec.Tests", "Constants", "classes.json"))).RootElement;

    [Fact]
    public void TheMappingIsTorchs()
    {
        using DisposeScope scope = NewDisposeScope();
        using var draws = new torch.Generator(1);
        using var mapping = new MappingNetwork(TinyG, 2, draws);
        JsonElement constants = Constants.GetProperty("generator");
        Load(mapping, constants);
        Tensor z = Array(constants, "z"), c = Array(constants, "c");
        using IDisposable quiet = no_grad();
        TensorAssert.Close(Array(constants, "w"), mapping.forward(z, c, 1, false).select(1, 1), 1e-13);
        TensorAssert.Close(Array(constants, "w_half"), mapping.forward(z, c, 0.5, false).select(1, 0), 1e-13);
        mapping.forward(z, c, 1, true);
        TensorAssert.Close(Array(constants, "w_avg_after"), mapping.state_dict()["w_avg"], 1e-13);
    }

    [Fact]
    public void TheDiscriminatorIsTorchs()
    {
        using DisposeScope scope = NewDisposeScope();
        using var discriminator = new Discriminator(TinyD, seed: 1);
        JsonElement constants = Constants.GetProperty("discriminator");
        Load(discriminator, constants);
        Tensor image = Array(constants, "image").requires_grad_(), logits = discriminator.forward(image, Array(constants, "c"));
        TensorAssert.Close(Array(constants, "logits"), logits, 1e-12);
        Tensor slope = autograd.grad([logits.sum()], [image])[0];
        TensorAssert.Close(Array(constants, "r1_penalty"), slope.square().sum([1, 2, 3]), 1e-11);
    }

    /// <summary>A verdict is the sum of those of discriminators without classes, one for each value of the last layer, times
    /// what the mapping makes of the label.</summary>
    [Property(MaxTest = 20)]
    public void AVerdictIsAProjection(PositiveInt drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        DiscriminatorConfig config = TinyD with { CDim = 1 + drawn.Get % 5, ChannelMax = 2 + drawn.Get % 4 };
        using var draws = new torch.Generator((ulong)drawn.Get);
        using var conditional = new Discriminator(config, seed: drawn.Get);
        using var plain = new Discriminator(config with { CDim = 0 }, seed: 0);
        conditional.to(ScalarType.Float64);
        plain.to(ScalarType.Float64);
        Tensor image = FilterCase.Draw(draws, 4, 3, 8, 8), c = FilterCase.Draw(draws, 4, config.CDim);
        Dictionary<string, Tensor> state = conditional.state_dict(), own = plain.state_dict();
        Tensor direction = state["mapping.embed.bias"] + c.matmul(state["mapping.embed.weight"].t()) / Math.Sqrt(config.CDim);
        direction = direction / (direction.square().mean([1], true) + 1e-8).sqrt();
        for (int i = 0; i < 8; i++)
        {
            // The stored weights and biases are 100 times what is applied.
            Tensor y = direction.matmul(state[$"mapping.fc{i}.weight"].t()) / 100 / Math.Sqrt(direction.shape[1]);
            direction = (y + state[$"mapping.fc{i}.bias"] / 100).leaky_relu(0.2) * Math.Sqrt(2);
        }
        foreach ((string name, Tensor value) in own.Where(entry => !entry.Key.StartsWith("b4.out", StringComparison.Ordinal)))
            value.copy_(state[name]);
        Tensor expected = zeros(4, 1, ScalarType.Float64), magnitude = zeros(4, 1, ScalarType.Float64);
        for (int j = 0; j < config.ChannelMax; j++)
        {
            own["b4.out.weight"].copy_(state["b4.out.weight"].narrow(0, j, 1));
            own["b4.out.bias"].copy_(state["b4.out.bias"].narrow(0, j, 1));
            Tensor term = plain.forward(image) * direction.narrow(1, j, 1) / Math.Sqrt(config.ChannelMax);
            expected = expected + term;
            magnitude = magnitude + term.abs();
        }
        // Of the terms each is good to some hundred roundings of what it is a sum of itself.
        TensorAssert.Within(expected, conditional.forward(image, c), magnitude + 1, 1e-11, "logits");
    }

    [Property(MaxTest = 20)]
    public void EveryClassHasImagesOfItsOwn(PositiveInt drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        GeneratorConfig config = TinyG with { CDim = 2 + drawn.Get % 9 };
        using var generator = new Sg3x.Networks.Generator(config, seed: drawn.Get);
        using var draws = new torch.Generator(3);
        Tensor z = randn([1, 4], generator: draws).expand(config.CDim, 4);
        Tensor labels = ImageLabels.OneHot([.. Enumerable.Range(0, config.CDim)], config.CDim);
        double[] w = TensorAssert.Values(generator.Map(z, labels).select(1, 0));
        Assert.Equal(config.CDim, w.Chunk(5).Select(row => string.Join(' ', row)).Distinct().Count());
        Assert.Equal([config.CDim, 3, 16, 16], generator.forward(z, labels).shape);

        // Any real vector is a label: what is in between two classes is neither of them.
        Tensor mixed = (labels.narrow(0, 0, 1) + labels.narrow(0, 1, 1)) / 2;
        double[] between = TensorAssert.Values(generator.Map(z.narrow(0, 0, 1), mixed).select(1, 0));
        Assert.NotEqual(w[..5], between);
        Assert.NotEqual(w[5..10], between);
    }

    [Fact]
    public void TheStateHasTheOfficialNames()
    {
        using var generator = new Sg3x.Networks.Generator(TinyG, seed: 1);
        using var without = new Sg3x.Networks.Generator(TinyG with { CDim = 0 }, seed: 1);
        Dictionary<string, Tensor> state = generator.state_dict();
        Assert.Equal(
            ["mapping.embed.bias", "mapping.embed.weight"],
            state.Keys.Except(without.state_dict().Keys).Order(StringComparer.Ordinal));
        Assert.Equal([5, 3], state["mapping.embed.weight"].shape);
        Assert.Equal([5, 9], state["mapping.fc0.weight"].shape);

        using var discriminator = new Discriminator(TinyD, seed: 1);
        using var plain = new Discriminator(TinyD with { CDim = 0 }, seed: 1);
        state = discriminator.state_dict();
        string[] mapping = ["embed", .. Enumerable.Range(0, 8).Select(i => $"fc{i}")];
        Assert.Equal(
            mapping.SelectMany(layer => (string[])[$"mapping.{layer}.bias", $"mapping.{layer}.weight"])
                .Order(StringComparer.Ordinal),
            state.Keys.Except(plain.state_dict().Keys).Order(StringComparer.Ordinal));
        Assert.Equal([4, 4], state["b4.out.weight"].shape);
        Assert.Equal([4, 3], state["mapping.embed.weight"].shape);
    }

    [Fact]
    public void LabelsThatAreMissingOrNotExpectedAreNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(TinyG, seed: 1);
        using var without = new Sg3x.Networks.Generator(TinyG with { CDim = 0 }, seed: 1);
        using var discriminator = new Discriminator(TinyD, seed: 1);
        Tensor z = zeros(2, 4), c = zeros(2, 3);
        Tensor x = zeros(4, 3, 8, 8);
        foreach (Action wrong in (Action[])
            [() => generator.forward(z), () => generator.Map(z, zeros(2, 4)), () => generator.Map(z, zeros(3, 3)),
                () => without.Map(z, c), () => discriminator.forward(x), () => discriminator.forward(x, c)])
            Assert.Equal("labels", Assert.Throws<ArgumentException>(wrong).ParamName);
    }

    private static Tensor Array(JsonElement parent, string name)
    {
        JsonElement array = parent.GetProperty(name);
        double[] values = [.. array.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        return tensor(values).reshape([.. array.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())]);
    }

    private static void Load(nn.Module network, JsonElement constants)
    {
        network.to(ScalarType.Float64);
        JsonElement state = constants.GetProperty("state");
        Dictionary<string, Tensor> all = network.state_dict().Where(e => e.Key.EndsWith("_filter", StringComparison.Ordinal))
            .ToDictionary(e => e.Key, e => e.Value);
        foreach (JsonProperty entry in state.EnumerateObject())
            all[entry.Name] = Array(state, entry.Name);
        NetworkState.Load(network, all, "classes.json");
    }
}
