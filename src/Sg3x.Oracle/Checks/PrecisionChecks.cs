using Sg3x.Networks;
using Sg3x.Schedule;
using Sg3x.Spec.Precision;
using TorchSharp;
using static TorchSharp.torch;
using NetworkGenerator = Sg3x.Networks.Generator;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>How far the layers, and the whole network, drift where they store and multiply in bfloat16.</summary>
internal sealed class PrecisionDriftCheck : ICheck
{
    private const int Networks = 4;
    private const int Images = 1;
    private const int Width = 32;
    private const double Factor = 2;

    public string Id => "precision.drift";

    public string Equation =>
        "bfloat16 operands and results, float32 sums: √(E(y₁₆ − y₃₂)²/E y₃₂²) = √(ν + ω), ρ² = 2⁻¹⁴/(32·ln 2)";

    // Over 25 seeds of each of five presets it was 0.86 to 1.21 of the model for layers, 0.82 to 1.50 for all of them.
    public string ToleranceBasis =>
        "a factor of 2 to either side: the model is an average over networks, and the mean of four of 32 channels scatters about it";

    public IEnumerable<Finding> Run(Subject subject)
    {
        // Production alone computes here: wider than where a definition does, so that the weights average out.
        GeneratorConfig config = Narrow.Of(subject.Config) with { ChannelMax = Width, ZDim = Width, WDim = Width };
        IReadOnlyList<SpecLayer> layers = [.. Bridge.Schedule(config).Layers.Where(e => !e.IsToRgb)];
        double[][] measured = [.. Enumerable.Range(0, Networks).Select(i => Measure(subject, config, layers, subject.Seed + i))];
        for (int i = 0; i < layers.Count; i++)
            yield return Compare(layers[i].Name, DriftModel.Drift([layers[i]], Rounding.SharedWeight)[0], Mean(i));

        // Not the image: its three channels are too few.
        yield return Compare("all layers, one after the other", DriftModel.Drift(layers, Rounding.SharedWeight)[^1], Mean(layers.Count));

        double Mean(int place) => Math.Exp(measured.Average(ofNetwork => Math.Log(ofNetwork[place])));
    }

    // The drift of each layer by itself and, last, of all of them. Weights are as drawn: the model leaves biases out, which are 0 then.
    private static double[] Measure(Subject subject, GeneratorConfig config, IReadOnlyList<SpecLayer> layers, int seed)
    {
        using NetworkGenerator generator = subject.Generator(config, seed);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        Tensor z = subject.Tensor(new Draw(seed).Row(Images * config.ZDim), [Images, config.ZDim], ScalarType.Float32);
        Tensor ws = subject.Networks.Map(generator, z, 1, false);
        Tensor x = subject.Networks.Input(generator, ws.select(1, 0)), drifted = x;
        var drifts = new List<double>();
        foreach ((SynthesisLayer layer, SpecLayer e) in generator.Synthesis.Layers.Zip(layers))
        {
            Tensor w = ws.select(1, e.Index + 1);
            Tensor exact = subject.Networks.Layer(layer, x, w);
            layer.ComputeType = ScalarType.BFloat16;
            drifts.Add(Drift(subject.Networks.Layer(layer, x, w), exact));
            drifted = subject.Networks.Layer(layer, drifted, w);
            x = exact;
        }
        return [.. drifts, Drift(drifted, x)];
    }

    private static double Drift(Tensor rounded, Tensor exact)
    {
        (Tensor a, Tensor b) = (rounded.to(ScalarType.Float64), exact.to(ScalarType.Float64));
        return ((a - b).square().mean() / b.square().mean()).sqrt().item<double>();
    }

    private static Finding Compare(string where, double expected, double measured)
    {
        double factor = Math.Max(measured / expected, expected / measured);
        return new Finding(
            where, $"{expected:P3}", $"{measured:P3}", double.IsNaN(factor) ? factor : factor - 1, Factor - 1,
            factor <= Factor ? null
            : measured < expected ? "less than rounding to bfloat16 leaves: something promotes the layer to float32"
            : "more than rounding once at each step leaves: sums in bfloat16, numbers cut and not rounded, or rounded more often");
    }
}

/// <summary>What is in bfloat16, and what must not be.</summary>
internal sealed class PrecisionTypesCheck : ICheck
{
    public string Id => "precision.dtypes";

    public string Equation =>
        "activations in bfloat16; parameters, averages, filters, Fourier features, the image, logits and gradients in float32";

    public string ToleranceBasis => "equality";

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config);
        using NetworkGenerator generator = subject.Generator(config, subject.Seed);
        generator.Synthesis.ComputeType = ScalarType.BFloat16;
        var draw = new Draw(subject.Seed);
        Tensor z = subject.Tensor(draw.Row(2 * config.ZDim), [2, config.ZDim], ScalarType.Float32);
        Tensor ws = subject.Networks.Map(generator, z, 1, true);
        yield return Type("w", ScalarType.Float32, ws, "the mapping network is small, and every layer depends on it");
        Tensor x = subject.Networks.Input(generator, ws.select(1, 0));
        yield return Type("Fourier features", ScalarType.Float32, x, "phases of many turns lose their fraction");
        foreach (SynthesisLayer layer in generator.Synthesis.Layers)
        {
            x = subject.Networks.Layer(layer, x, ws.select(1, layer.Plan.Index + 1));
            yield return Type(
                layer.Plan.Name, layer.Plan.IsToRgb ? ScalarType.Float32 : ScalarType.BFloat16, x,
                layer.Plan.IsToRgb ? "ToRGB's result is the image" : "an operand in float32 promotes the whole layer, without a word");
        }
        Tensor image = subject.Networks.Synthesize(generator, ws, true);
        yield return Type("image", ScalarType.Float32, image, "256 levels and more");
        foreach (Finding finding in State("G", generator, image))
            yield return finding;

        var ofD = new DiscriminatorConfig { Resolution = 16, ChannelBase = 128, ChannelMax = 12 };
        using Discriminator discriminator = subject.Discriminator(ofD, subject.Seed);
        discriminator.ComputeType = ScalarType.BFloat16;
        Tensor logits = subject.Networks.Judge(discriminator, subject.Tensor(draw.Batch(4, 3, 16, 16), ScalarType.Float32));
        yield return Type("logits", ScalarType.Float32, logits, "losses are of float32");
        foreach (Finding finding in State("D", discriminator, logits))
            yield return finding;
    }

    private static IEnumerable<Finding> State(string name, nn.Module network, Tensor result)
    {
        (string Name, Tensor Value)[] parameters = [.. network.named_parameters().Select(p => (p.name, (Tensor)p.parameter))];
        (string Name, Tensor Value)[] buffers = [.. network.named_buffers().Select(b => (b.name, b.buffer))];
        IList<Tensor> gradients = autograd.grad([result.sum()], [.. parameters.Select(p => p.Value)], null, false, false, true);
        yield return First($"{name}'s parameters", parameters, "steps of the learning rate are lost below 2⁻⁸ of a weight");
        yield return First($"{name}'s buffers", buffers, "averages that move by a thousandth stand still, and filters lose their response");
        yield return First(
            $"{name}'s gradients", parameters.Select((p, i) => (p.Name, gradients[i])), "Adam's moments lose their small terms");
    }

    // The first that is another, or the last.
    private static Finding First(string where, IEnumerable<(string Name, Tensor Value)> tensors, string reason)
    {
        (string Name, Tensor Value)[] all = [.. tensors.Where(t => t.Value is not null)];
        (string name, Tensor value) = Array.Find(all, t => t.Value.dtype != ScalarType.Float32) is { Value: not null } other ? other : all[^1];
        return Type($"{where}: {name}", ScalarType.Float32, value, reason);
    }

    private static Finding Type(string where, ScalarType expected, Tensor found, string reason) =>
        Differences.Equal(where, expected.ToString(), found.dtype.ToString(), reason);
}

/// <summary>Sums and norms of operands in bfloat16.</summary>
internal sealed class PrecisionSumsCheck : ICheck
{
    private const double Unit = 1 / 256.0;

    public string Id => "precision.sums";

    public string Equation => "Σ x·w and Σ w² of bfloat16 operands in float32: 512 ones make 512, and in bfloat16 256";

    public string ToleranceBasis => "2⁻⁸ for each rounding of a result: of the convolution, and of the demodulation";

    public IEnumerable<Finding> Run(Subject subject)
    {
        using IDisposable quiet = no_grad();
        const int channels = 512;
        Tensor Ones(params long[] shape) => ones(shape, ScalarType.Float32, subject.Device);

        Tensor x = Ones(1, channels, 1, 1).to(ScalarType.BFloat16);
        Tensor sum = subject.ModulatedConvolution(x, Ones(1, channels, 1, 1), Ones(1, channels), false, 0, null);
        yield return Differences.Equal("the result", ScalarType.BFloat16.ToString(), sum.dtype.ToString(), "an operand in float32 promotes it");
        yield return Differences.Number(
            "512 ones", channels, Bridge.Values(sum)[0], Unit, "products are summed in bfloat16, in which 256 + 1 = 256");

        // An impulse in one channel, so that the sum is of one term and the norm alone is of many.
        Tensor impulse = zeros([1, channels, 1, 1], ScalarType.BFloat16, subject.Device);
        impulse.select(1, 0).fill_(1);
        Tensor demodulated = subject.ModulatedConvolution(impulse, Ones(1, channels, 1, 1), Ones(1, channels), true, 0, null);
        yield return Differences.Number(
            "the norm of 512 ones", 1 / Math.Sqrt(channels), Bridge.Values(demodulated)[0], 2 * Unit,
            "the squares of a norm are summed in bfloat16");

        // Far above the clamp, whatever float32 can hold.
        Tensor large = subject.ModulatedConvolution(x, Ones(1, channels, 1, 1) * 1e30, Ones(1, channels), false, 0, null);
        yield return Differences.Equal("512 of 10³⁰", true, double.IsFinite(Bridge.Values(large)[0]), "bfloat16 reaches as far as float32");
    }
}
