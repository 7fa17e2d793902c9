using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sg3x.Schedule;
using Sg3x.Tests.Ops;
using Sg3x.Tests.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>Draws configurations whose networks are small enough to try by the dozen.</summary>
public static class SmallConfigs
{
    public static Arbitrary<GeneratorConfig> Configs()
    {
        Arbitrary<GeneratorConfig> any = DrawnConfigs.Configs();
        return Arb.From(any.Generator.Select(Small), config => any.Shrinker(config).Select(Small));
    }

    private static GeneratorConfig Small(GeneratorConfig config) => config with
    {
        Resolution = Math.Min(config.Resolution, 32),
        ChannelMax = 1 + config.ChannelMax % 5,
        ZDim = 1 + config.ChannelBase % 7,
        WDim = 1 + config.ChannelBase % 5,
        MappingLayers = 1 + config.Layers % 3,
        LreluUpsampling = Math.Min(config.LreluUpsampling, 3),
        Margin = Math.Min(config.Margin, 6),
    };
}

/// <summary>What holds for the generator of every configuration.</summary>
[Properties(Arbitrary = [typeof(SmallConfigs)], MaxTest = 15)]
public class GeneratorProperties
{
    [Property]
    public void ImagesHaveTheirSizeAndNothingIsLeftBehind(GeneratorConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(config, seed: 3);
        Assert.Equal(0, scope.DisposablesCount);
        using IDisposable quiet = no_grad();
        Tensor z = randn(2, config.ZDim);
        Tensor ws = generator.Map(z);
        Tensor image = generator.Synthesize(ws, updateAverages: true);
        Assert.Equal(3, scope.DisposablesCount);
        Assert.Equal([2, config.Layers + 2, config.WDim], ws.shape);
        Assert.Equal([2, config.ImageChannels, config.Resolution, config.Resolution], image.shape);
        Assert.All(TensorAssert.Values(image), value => Assert.True(double.IsFinite(value)));
        Assert.Equal(TensorAssert.Values(generator.Synthesize(ws)), TensorAssert.Values(generator.Synthesize(ws)));
    }

    [Property]
    public void TheStateHasTheOfficialNames(GeneratorConfig config)
    {
        using var generator = new Sg3x.Networks.Generator(config, seed: 3);
        var expected = new List<string> { "mapping.w_avg" };
        for (int i = 0; i < config.MappingLayers; i++)
            expected.AddRange([$"mapping.fc{i}.weight", $"mapping.fc{i}.bias"]);
        foreach (string name in (string[])["weight", "freqs", "phases", "transform", "affine.weight", "affine.bias"])
            expected.Add("synthesis.input." + name);
        foreach (LayerPlan layer in generator.Schedule.Layers)
        {
            foreach (string name in (string[])["weight", "bias", "magnitude_ema", "affine.weight", "affine.bias"])
                expected.Add($"synthesis.{layer.Name}.{name}");
            if (layer.UpFilter is not null)
                expected.Add($"synthesis.{layer.Name}.up_filter");
            if (layer.DownFilter is not null)
                expected.Add($"synthesis.{layer.Name}.down_filter");
        }
        Assert.Equal(expected.Order(StringComparer.Ordinal), generator.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Property]
    public void Float64AgreesWithFloat32(GeneratorConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(config, seed: 5);
        using var draws = new torch.Generator(1);
        Tensor z = FilterCase.Draw(draws, 2, config.ZDim);
        using IDisposable quiet = no_grad();
        Tensor single = generator.forward(z.to(ScalarType.Float32));
        generator.to(ScalarType.Float64);
        Tensor twice = generator.forward(z);
        Assert.Equal(ScalarType.Float64, twice.dtype);
        TensorAssert.Close(twice, single, 1e-3);
    }

    [Property]
    public void EveryParameterGetsAGradient(GeneratorConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(config with { ZDim = 4, WDim = 4, ChannelMax = 4 }, seed: 5);
        generator.forward(randn(2, 4)).square().sum().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in generator.named_parameters())
        {
            Tensor gradient = parameter.grad!;
            Assert.True(gradient is not null, name);
            Assert.All(TensorAssert.Values(gradient!), value => Assert.True(double.IsFinite(value), name));
        }
    }
}
