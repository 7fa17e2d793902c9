using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Training in bfloat16: what is summed, kept or handed on in it that must not be, and what is not in it at all.</summary>
internal static class PrecisionFaults
{
    private const string Measured = "measured: a CPU's own convolution of bfloat16";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("products summed in bfloat16", "sums of products in bfloat16", Measured, "512 ones make 256", "precision.sums",
            () => T with
            {
                ModulatedConvolution = (x, w, s, demodulate, p, g) => x.dtype == ScalarType.BFloat16 && !demodulate
                    ? Running(x * w.squeeze(3).squeeze(2).unsqueeze(2).unsqueeze(3).to(x.dtype))
                    : ModulatedConv.Apply(x, w, s, demodulate, p, g),
            }),
        new("a wide layer's norm summed in bfloat16", "norms in bfloat16", WriteUp, "the norm of 512 ones is that of 256", "precision.sums",
            () => T with
            {
                ModulatedConvolution = (x, w, s, demodulate, p, g) =>
                {
                    Tensor y = ModulatedConv.Apply(x, w, s, demodulate, p, g);
                    if (x.dtype != ScalarType.BFloat16 || !demodulate)
                        return y;
                    Tensor squares = w.square().to(ScalarType.BFloat16);
                    return (y * (squares.to(ScalarType.Float32).sum() / Running(squares).to(ScalarType.Float32).sum()).sqrt()).to(y.dtype);
                },
            }),
        new("float32 weights promote the result", "promotion to float32", WriteUp, "twice the memory and half the speed, and no word of it",
            "precision.sums", () => T with
            {
                ModulatedConvolution = (x, w, s, demodulate, p, g) => ModulatedConv.Apply(x.to(w.dtype), w, s, demodulate, p, g),
            }),
        Layers("a layer that ignores the precision", "promotion to float32", WriteUp, "a filter in float32 promotes all that follows",
            "precision.dtypes", (layer, x, w) => Wide(layer, x, w)),
        Layers("only the results of layers are rounded", "promotion to float32", Classic,
            "operands in float32 behind a cast: the dtypes are right and nothing is gained", "precision.drift",
            (layer, x, w) => Wide(layer, x.to(ScalarType.Float32), w).to(ScalarType.BFloat16)),
        Layers("a layer's products summed in bfloat16", "sums of products in bfloat16", Measured, "7.6 % off at 512 channels",
            "precision.drift", (layer, x, w) => layer.Plan.Index > 0 ? layer.forward(x, w) : SummedInBFloat16(layer, x, w)),
        new("a resampling that cuts what it stores", "rounding to bfloat16", Classic,
            "half of a number's bits dropped, as a shift does it: all that passes a block of D comes out smaller",
            "precision.operations", () => T with
            {
                Precision = ScalarType.BFloat16,
                Resample = (x, f, down, p) => Cut(FilteredResample.Apply(x.to(ScalarType.Float32), f, down, p)),
            }),
        new("a layer's convolution summed in bfloat16", "sums of products in bfloat16", Measured,
            "the sum of 288 terms of one sign is a few percent short; where signs mix it is lost among the terms' own roundings",
            "precision.operations", () => T with
            {
                Precision = ScalarType.BFloat16,
                ModulatedConvolution = (x, w, s, demodulate, p, g) => demodulate && x.dtype == ScalarType.BFloat16
                    ? RunningConvolution(x.to(ScalarType.Float32), w, s, p).to(x.dtype)
                    : ModulatedConv.Apply(x, w, s, demodulate, p, g),
            }),
        new("rounded between the filters of a nonlinearity", "rounding to bfloat16", Classic,
            "two operations in the place of one: what cancels in the second filter is gone before it",
            "precision.operations", () => T with
            {
                Precision = ScalarType.BFloat16, Nonlinearities = [new RoundedBetween()],
            }),
        new("an image in bfloat16", "dtype of the image", Classic, "128 levels from −1 to −½", "precision.dtypes", () => T with
        {
            Networks = NetworkParts.Production with
            {
                Synthesize = (g, ws, update) => g.Synthesize(ws, update).to(g.Synthesis.ComputeType ?? ScalarType.Float32),
            },
        }),
        new("logits in bfloat16", "dtype of the losses", Classic, "softplus of two digits", "precision.dtypes", () => T with
        {
            Networks = NetworkParts.Production with
            {
                Judge = (d, images) => d.forward(images).to(d.ComputeType ?? images.dtype),
            },
        }),
        new("Fourier features in bfloat16", "dtype of the Fourier features", Classic, "a phase of eight turns is off by a sixteenth of one",
            "precision.dtypes", () => T with
            {
                Networks = NetworkParts.Production with
                {
                    Input = (g, w) => g.Synthesis.Input.forward(w).to(g.Synthesis.ComputeType ?? ScalarType.Float32),
                },
            }),
    ];

    private static PlantedFault Layers(
        string name, string mechanism, string source, string story, string caughtBy, Func<SynthesisLayer, Tensor, Tensor, Tensor> low) =>
        new(name, mechanism, source, story, caughtBy, () => T with
        {
            Networks = NetworkParts.Production with
            {
                Layer = (layer, x, w) => layer.ComputeType is null ? layer.forward(x, w) : low(layer, x, w),
            },
        });

    private static Tensor Wide(SynthesisLayer layer, Tensor x, Tensor w)
    {
        ScalarType? type = layer.ComputeType;
        layer.ComputeType = null;
        Tensor y = layer.forward(x, w);
        layer.ComputeType = type;
        return y;
    }

    // The terms are [N, I, …]: summed over I one after the other, each sum rounded.
    private static Tensor Running(Tensor terms)
    {
        Tensor sum = terms.narrow(1, 0, 1);
        for (long i = 1; i < terms.shape[1]; i++)
            sum = sum + terms.narrow(1, i, 1);
        return sum;
    }

    private static Tensor SummedInBFloat16(SynthesisLayer layer, Tensor x, Tensor w) => new Rebuilt
    {
        Convolve = (input, weight, styles, demodulate, padding, gain) =>
            RunningConvolution(input, weight, styles, padding) * gain!.reshape(1, 1, 1, 1),
    }.Parts.Layer(layer, x.to(ScalarType.Float32), w).to(ScalarType.BFloat16);

    // Demodulated; a weight of one tap and one input channel at a time gives the terms of the sum.
    private static Tensor RunningConvolution(Tensor input, Tensor weight, Tensor styles, int padding)
    {
        Tensor padded = nn.functional.pad(input, [padding, padding, padding, padding]);
        long k = weight.shape[2], tall = padded.shape[2] - k + 1, wide = padded.shape[3] - k + 1;
        Tensor normal = weight * weight.square().mean([1, 2, 3], true).rsqrt();
        Tensor s = styles * styles.square().mean().rsqrt();
        Tensor norm = (normal.square().sum([2, 3]).unsqueeze(0) * s.square().unsqueeze(1)).sum([2]);
        Tensor? sum = null;
        for (long i = 0; i < weight.shape[1]; i++)
            for (long t = 0; t < k * k; t++)
            {
                Tensor tap = normal.select(1, i).reshape(-1, k * k).select(1, t).reshape(1, -1, 1, 1);
                Tensor term = padded.narrow(1, i, 1).narrow(2, t / k, tall).narrow(3, t % k, wide)
                    * (s.narrow(1, i, 1).unsqueeze(2).unsqueeze(3) * tap);
                sum = (sum is null ? term : sum + term).to(ScalarType.BFloat16);
            }
        return sum!.to(ScalarType.Float32) * (norm + 1e-8).rsqrt().unsqueeze(2).unsqueeze(3);
    }

    // To bfloat16 towards 0: where rounding went away from 0, a unit less.
    private static Tensor Cut(Tensor x)
    {
        Tensor rounded = x.to(ScalarType.BFloat16).to(ScalarType.Float32);
        return where(rounded.abs() > x.abs(), rounded * (1 - (1 / 256.0)), rounded).to(ScalarType.BFloat16);
    }

    /// <summary>Bias, upsampling and leaky ReLU; then, of what is stored of that, the rest.</summary>
    private sealed class RoundedBetween : IFilteredLeakyRelu
    {
        public string Name => "composed twice";

        public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
        {
            Tensor between = FilteredLeakyRelu.Composed.Forward(x, bias, upFilter, null, shape with { Down = 1 });
            return FilteredLeakyRelu.Composed.Forward(
                between, zeros_like(bias), null, downFilter, new(1, shape.Down, new ImagePadding(0, 0, 0, 0), 1, 1, null));
        }
    }
}
