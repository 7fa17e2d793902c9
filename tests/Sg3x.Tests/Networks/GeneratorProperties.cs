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
        using var draws = new torch.Generator(2);
        Tensor z = randn([2, config.ZDim], generator: draws);
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

    /// <summary>
    /// Each part in float32 makes of the same input what it makes of it in float64. The parts of a network with one channel cancel, and
    /// what is left of the signal after ten of them has no digits in common: so part by part, and against what each adds up.
    /// </summary>
    [Property]
    public void EveryPartInFloat32IsThePartInFloat64(GeneratorConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        using var single = new Sg3x.Networks.Generator(config, seed: 5);
        using var twice = new Sg3x.Networks.Generator(config, seed: 5);
        twice.to(ScalarType.Float64);
        using var draws = new torch.Generator(1);
        using IDisposable quiet = no_grad();
        Tensor z = Both(FilterCase.Draw(draws, 2, config.ZDim)), ws = twice.Map(z);
        Assert.Equal(ScalarType.Float64, ws.dtype);
        Rounding rounding = Roundings.OfMapping(twice, z);
        TensorAssert.Within(ws.select(1, 0), single.Map(Single(z)).select(1, 0), rounding.Magnitude, rounding.Share, "mapping");

        Tensor w = Both(ws.select(1, 0)), x = twice.Synthesis.Input.forward(w);
        rounding = Roundings.OfInput(twice);
        TensorAssert.Within(
            x, single.Synthesis.Input.forward(Single(w)), rounding.Magnitude.expand(x.shape), rounding.Share, "input");
        foreach ((Sg3x.Networks.SynthesisLayer exact, Sg3x.Networks.SynthesisLayer rounded) in
            twice.Synthesis.Layers.Zip(single.Synthesis.Layers))
        {
            x = Both(x);
            rounding = Roundings.OfLayer(exact, x, w);
            Tensor y = exact.forward(x, w);
            TensorAssert.Within(y, rounded.forward(Single(x), Single(w)), rounding.Magnitude, rounding.Share, exact.Plan.Name);
            x = y;
        }
    }

    [Property]
    public void EveryParameterGetsAGradient(GeneratorConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(config with { ZDim = 4, WDim = 4, ChannelMax = 4 }, seed: 5);
        using var draws = new torch.Generator(2);
        generator.forward(randn([2, 4], generator: draws)).square().sum().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in generator.named_parameters())
        {
            Tensor gradient = parameter.grad!;
            Assert.True(gradient is not null, name);
            Assert.All(TensorAssert.Values(gradient!), value => Assert.True(double.IsFinite(value), name));
        }
    }

    private static Tensor Single(Tensor x) => x.to(ScalarType.Float32);

    // Values of float32, in float64.
    private static Tensor Both(Tensor x) => Single(x).to(ScalarType.Float64);
}
