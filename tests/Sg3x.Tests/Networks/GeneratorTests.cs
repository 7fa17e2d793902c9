using Sg3x.Networks;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

public class GeneratorTests
{
    private static readonly GeneratorConfig Tiny = new() { Resolution = 16, Layers = 4, ZDim = 5, WDim = 6, ChannelBase = 64, ChannelMax = 4 };

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        using var a = new Sg3x.Networks.Generator(Tiny, seed: 1);
        using var b = new Sg3x.Networks.Generator(Tiny, seed: 1);
        using var c = new Sg3x.Networks.Generator(Tiny, seed: 2);
        Dictionary<string, Tensor> other = b.state_dict(), different = c.state_dict();
        foreach ((string name, Tensor value) in a.state_dict())
            Assert.Equal(TensorAssert.Values(value), TensorAssert.Values(other[name]));
        Assert.NotEqual(TensorAssert.Values(a.state_dict()["mapping.fc0.weight"]), TensorAssert.Values(different["mapping.fc0.weight"]));
    }

    [Fact]
    public void InitialValuesAreThePapers()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(
            new GeneratorConfig { Resolution = 16, Layers = 3, ChannelBase = 512, ChannelMax = 64, FirstCutoff = 3, FirstStopband = 5 }, seed: 1);
        Dictionary<string, Tensor> state = generator.state_dict();
        CheckNormal(state["mapping.fc0.weight"], 100);
        CheckNormal(state["synthesis.input.weight"], 1);
        CheckNormal(state[$"synthesis.{generator.Schedule.Layers[1].Name}.weight"], 1);
        CheckNormal(state[$"synthesis.{generator.Schedule.Layers[1].Name}.affine.weight"], 1);
        Assert.All(TensorAssert.Values(state["mapping.fc1.bias"]), value => Assert.Equal(0, value));
        Assert.All(TensorAssert.Values(state[$"synthesis.{generator.Schedule.Layers[1].Name}.affine.bias"]), value => Assert.Equal(1, value));
        Assert.Equal([1, 0, 0, 0], TensorAssert.Values(state["synthesis.input.affine.bias"]));
        Assert.All(TensorAssert.Values(state["synthesis.input.affine.weight"]), value => Assert.Equal(0, value));
        Assert.All(TensorAssert.Values(state["synthesis.input.phases"]), value => Assert.InRange(value, -0.5, 0.5));
        double[] radii = TensorAssert.Values(state["synthesis.input.freqs"].square().sum([1]).sqrt());
        Assert.All(radii, radius => Assert.InRange(radius, 0, 3));
        // Uniform on the disc: half of the area lies within 1/√2 of its radius.
        Assert.InRange(radii.Count(radius => radius < 3 / Math.Sqrt(2)), 20, 44);
    }

    [Fact]
    public void AQuarterTurnOfThePlaneTurnsTheFeatures()
    {
        using DisposeScope scope = NewDisposeScope();
        using var draws = new torch.Generator(3);
        using var input = new SynthesisInput(new InputPlan(6, 12, 16, 2), 4, draws);
        input.to(ScalarType.Float64);
        using IDisposable quiet = no_grad();
        Tensor w = zeros(2, 4, ScalarType.Float64);
        Tensor straight = input.forward(w);
        input.SetTransform(tensor([0.0, -1, 0, 1, 0, 0, 0, 0, 1]).reshape(3, 3));
        TensorAssert.Close(straight.flip(3).transpose(2, 3), input.forward(w), 1e-12);
    }

    [Fact]
    public void AShiftOfThePlaneShiftsTheImage()
    {
        // Random weights of the official release reach 57 dB at 16² and 62 at 32²; without filters or margin it is 30 and less.
        using DisposeScope scope = NewDisposeScope();
        var config = new GeneratorConfig { Resolution = 32, Layers = 10, ZDim = 16, WDim = 16, ChannelBase = 512, ChannelMax = 16 };
        using var generator = new Sg3x.Networks.Generator(config, seed: 4);
        using IDisposable quiet = no_grad();
        Tensor ws = generator.Map(randn([2, 16], generator: new torch.Generator(9)));
        Tensor image = generator.Synthesize(ws);
        generator.Synthesis.Input.SetTransform(tensor([1f, 0, -3f / 32, 0, 1, -2f / 32, 0, 0, 1]).reshape(3, 3));
        Tensor moved = generator.Synthesize(ws);
        Tensor error = moved.narrow(2, 2, 30).narrow(3, 3, 29) - image.narrow(2, 0, 30).narrow(3, 0, 29);
        double decibels = 10 * Math.Log10(4 / TensorAssert.Values(error.square().mean())[0]);
        Assert.InRange(decibels, 55, 90);
    }

    [Fact]
    public void AveragesMoveOnlyWhenAskedTo()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 1);
        Dictionary<string, Tensor> state = generator.state_dict();
        using var draws = new torch.Generator(4);
        Tensor z = randn([4, 5], generator: draws);
        string first = $"synthesis.{generator.Schedule.Layers[0].Name}.magnitude_ema";
        generator.forward(z);
        Assert.Equal(1, TensorAssert.Values(state[first])[0]);
        Tensor ws = generator.Map(z, updateAverages: true);
        TensorAssert.Close(ws.select(1, 0).mean([0]) * 0.002, state["mapping.w_avg"], 1e-5);

        generator.Synthesize(ws, updateAverages: true);
        double power = TensorAssert.Values(generator.Synthesis.Input.forward(ws.select(1, 0)).square().mean())[0];
        double beta = Math.Pow(0.5, 4 / 20000.0);
        Assert.Equal(beta + (1 - beta) * power, TensorAssert.Values(state[first])[0], 1e-6);
        generator.Synthesis.MagnitudeBeta = 0;
        generator.Synthesize(ws, updateAverages: true);
        Assert.Equal(power, TensorAssert.Values(state[first])[0], 1e-5);
    }

    [Fact]
    public void TruncationLeadsToTheAverage()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 1);
        using IDisposable quiet = no_grad();
        using var draws = new torch.Generator(4);
        Tensor z = randn([4, 5], generator: draws);
        generator.Map(z, updateAverages: true);
        Tensor average = generator.state_dict()["mapping.w_avg"];
        TensorAssert.Close(average.expand(4, 6, 6), generator.Map(z, truncation: 0), 1e-6);
        TensorAssert.Close((average + generator.Map(z)) / 2, generator.Map(z, truncation: 0.5), 1e-6);
    }

    [Fact]
    public void AStateMustFitToTheLetter()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 1);
        using var other = new Sg3x.Networks.Generator(Tiny, seed: 2);
        double[] before = TensorAssert.Values(generator.state_dict()["mapping.fc0.weight"]);
        var state = new Dictionary<string, Tensor>(other.state_dict());

        state.Remove("synthesis.input.freqs");
        Assert.Equal("file: synthesis.input.freqs: expected [4, 2], found no such tensor.", Load(generator, state));
        state["synthesis.input.freqs"] = zeros(2, 4);
        Assert.Equal("file: synthesis.input.freqs: expected [4, 2], found [2, 4].", Load(generator, state));
        state["synthesis.input.freqs"] = zeros(4, 2);
        state["mapping.fc7.bias"] = zeros(4);
        Assert.Equal(
            "file: mapping.fc7.bias: expected only tensors of this network, found a tensor that it does not have.",
            Load(generator, state));
        Assert.Equal(before, TensorAssert.Values(generator.state_dict()["mapping.fc0.weight"]));

        state.Remove("mapping.fc7.bias");
        generator.LoadState(state, "file");
        Assert.Equal(TensorAssert.Values(state["mapping.fc0.weight"]), TensorAssert.Values(generator.state_dict()["mapping.fc0.weight"]));
    }

    [Fact]
    public void ShapesThatDoNotFitAreNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 1);
        Assert.Equal(
            "z: expected [any, 5], found [2, 6]. (Parameter 'z')",
            Assert.Throws<ArgumentException>(() => generator.Map(zeros(2, 6))).Message);
        Assert.Equal("ws", Assert.Throws<ArgumentException>(() => generator.Synthesize(zeros(2, 5, 6))).ParamName);
        SynthesisLayer layer = generator.Synthesis.Layers[0];
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => layer.forward(zeros(2, 4, 7, 7), zeros(2, 6))).ParamName);
        Assert.Equal("w", Assert.Throws<ArgumentException>(() => layer.forward(zeros(2, 4, 36, 36), zeros(1, 6))).ParamName);
        Assert.Equal("matrix", Assert.Throws<ArgumentException>(() => generator.Synthesis.Input.SetTransform(eye(2))).ParamName);
        Assert.Throws<UserException>(() => new Sg3x.Networks.Generator(Tiny with { Resolution = 20 }, seed: 1));
    }

    private static string Load(Sg3x.Networks.Generator generator, Dictionary<string, Tensor> state)
    {
        return Assert.Throws<UserException>(() => generator.LoadState(state, "file")).Message;
    }

    private static void CheckNormal(Tensor weight, double deviation)
    {
        double[] values = TensorAssert.Values(weight);
        double count = values.Length, margin = 5 / Math.Sqrt(count);
        Assert.InRange(values.Average() / deviation, -margin, margin);
        Assert.InRange(values.Sum(value => value * value) / count / (deviation * deviation), 1 - 2 * margin, 1 + 2 * margin);
    }
}
