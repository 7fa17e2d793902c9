using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>The filtered nonlinearity, the modulated convolution, the discriminator's resampling.</summary>
internal static class OpFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Constants("slope 0.01", "slope of the nonlinearity", "PyTorch's default for leaky_relu", s => s with { Slope = 0.01 }),
        Constants("no gain", "gain of the nonlinearity", "the level falls by 3 dB a layer, and the input gain makes up for it",
            s => s with { Gain = 1 }),
        Constants("no clamp", "clamp", "never reached at the start: seen when float16 overflows", s => s with { Clamp = null }),
        Forward("clamp before the gain", "clamp", Classic, "a bound of 362", (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, b, u, d, s with { Clamp = s.Clamp * s.Gain })),
        Forward("filters not flipped", "filter orientation", Classic,
            "conv2d is a correlation; the designed filters are symmetric and hide it", (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, b, Flipped(u), Flipped(d), s)),
        Forward("bias after the nonlinearity", "bias", Classic, "what a layer with its own bias does", (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, zeros_like(b), u, d, s) + b.reshape(1, -1, 1, 1)),
        Forward("the upsampling's gain left out", "gain of the upsampling", Classic, "up in the place of up²", (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x / s.Up, b / s.Up, u, d, s)),
        Forward("no upsampling around the nonlinearity", "order of the steps", "NVlabs/stylegan3#91",
            "activated at the signal's own rate and filtered afterwards: the aliases are there already", (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(
                ((x + b.reshape(1, -1, 1, 1)).leaky_relu(s.Slope) * s.Gain).clamp(-s.Clamp!.Value, s.Clamp.Value),
                zeros_like(b), u, d, s with { Slope = 1, Gain = 1, Clamp = null })),
        Forward("samples kept from the second on", "decimation phase", Classic, "half a sample to the right, layer by layer",
            (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x.roll(-1, 3), b, u, d, s)),
        Forward("computed in float32", "precision of the nonlinearity", Classic, "a kernel that knows one dtype",
            (x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x.to(ScalarType.Float32), b.to(ScalarType.Float32), u, d, s).to(x.dtype)),
        new("gradient through a detached input", "gradient of the nonlinearity", Classic, "the layers before it do not learn",
            "op.flrelu.gradient",
            () => With(
                (x, b, u, d, s) => FilteredLeakyRelu.Composed.Forward(x, b, u, d, s).detach() + (x.sum() + b.sum()) * 0)),
        new("gradient of the unclamped", "gradient of the nonlinearity", Classic, "a mask of signs without the clamp's zeros",
            "op.flrelu.gradient",
            () => With((x, b, u, d, s) => Surrogate(x, b, u, d, s, s with { Clamp = null }))),
        new("gradient with slope 1", "gradient of the nonlinearity", Classic, "straight through", "op.flrelu.gradient",
            () => With((x, b, u, d, s) => Surrogate(x, b, u, d, s, s with { Slope = 1 }))),
        new("a backward pass that is not differentiable", "second derivative of the nonlinearity",
            "rosinality/stylegan2-pytorch#179",
            "double backward missing: the penalty is a number without a gradient", "op.flrelu.second",
            () => With((x, b, u, d, s) => OnceDifferentiable.apply(x, b, new OnceDifferentiable.Call(u, d, s, 0)))),
        new("half a second derivative", "second derivative of the nonlinearity", Classic,
            "the penalty's gradient at half its size", "op.flrelu.second",
            () => With((x, b, u, d, s) => OnceDifferentiable.apply(x, b, new OnceDifferentiable.Call(u, d, s, 0.5)))),

        Modulation("style + 1 after normalisation", "style", WriteUp, "its published code", (x, w, s, demodulate, p, g) =>
            ModulatedConv.Apply(x, w, demodulate ? s / s.square().mean().sqrt() + 1 : s, demodulate, p, g)),
        Modulation("no demodulation", "demodulation", Classic, "the level depends on the style", (x, w, s, _, p, g) =>
            ModulatedConv.Apply(x, w, s, false, p, g)),
        Modulation("demodulation before modulation", "demodulation", "junyanz/pytorch-CycleGAN-and-pix2pix#411",
            "the weight's own norm, whatever the style", (x, w, s, demodulate, p, g) => demodulate
            ? ModulatedConv.Apply(x * s.unsqueeze(2).unsqueeze(3), w, ones_like(s), true, p, g)
            : ModulatedConv.Apply(x, w, s, false, p, g)),
        Modulation("norms in bfloat16", "demodulation", WriteUp, "three digits of the norm, the same in every pixel of a channel",
            (x, w, s, demodulate, p, g) =>
        {
            Tensor y = ModulatedConv.Apply(x, w, s, demodulate, p, g);
            Tensor squares = (w.unsqueeze(0) * s.unsqueeze(1).unsqueeze(3).unsqueeze(4)).square().sum(2, 3, 4);
            Tensor off = (squares / squares.to(ScalarType.BFloat16).to(squares.dtype)).sqrt();
            return demodulate ? y * off.unsqueeze(2).unsqueeze(3) : y;
        }),
        Modulation("a flipped kernel", "kernel orientation", "rosinality/stylegan2-pytorch#235",
            "true convolution: weights of other releases do not fit", (x, w, s, demodulate, p, g) =>
            ModulatedConv.Apply(x, w.flip(2, 3), s, demodulate, p, g)),
        Modulation("the input gain left out", "input gain of the convolution", Classic, "σ² is tracked and never used",
            (x, w, s, demodulate, p, _) =>
            ModulatedConv.Apply(x, w, s, demodulate, p)),
        Modulation("a gain inside the demodulation", "input gain of the convolution", Classic,
            "scaled before the norm that takes it out again", (x, w, s, demodulate, p, g) =>
            ModulatedConv.Apply(x, w, g is null ? s : s * g.reshape(1, 1), demodulate, p)),
        Modulation("same-size convolutions", "padding of the convolution", WriteUp, "padding ⌊k/2⌋ where k − 1 is meant",
            (x, w, s, demodulate, _, g) =>
            ModulatedConv.Apply(x, w, s, demodulate, (int)w.shape[2] / 2, g)),
        Modulation("operands in bfloat16", "precision of the convolution", WriteUp,
            "a convolution asked for in one dtype and done in another", (x, w, s, demodulate, p, g) =>
            ModulatedConv.Apply(
                x.to(ScalarType.BFloat16).to(x.dtype), w.to(ScalarType.BFloat16).to(x.dtype), s, demodulate, p, g)),

        new("a stride that starts late", "resampling phase", Classic, "D looks half a pixel aside", "op.resample",
            () => T with { Resample = (x, f, down, p) => FilteredResample.Apply(x.roll(-1, 3), f, down, p) }),
        new("a box in the place of [1,3,3,1]", "resampling filter", Classic, "average pooling", "op.resample",
            () => T with { Resample = (x, f, down, p) => FilteredResample.Apply(x, ones_like(f) / 16, down, p) }),
        new("a filter that is not normalised", "resampling filter", Classic, "[1,3,3,1]/4 per axis, as upsampling has it",
            "op.resample",
            () => T with { Resample = (x, f, down, p) => FilteredResample.Apply(x, f * 4, down, p) }),
    ];

    private delegate Tensor Nonlinearity(
        Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, FilteredLeakyReluShape shape);

    private static PlantedFault Constants(
        string name, string mechanism, string story, Func<FilteredLeakyReluShape, FilteredLeakyReluShape> change) =>
        Forward(name, mechanism, Classic, story, (x, b, u, d, s) => FilteredLeakyRelu.Composed.Forward(x, b, u, d, change(s)));

    private static PlantedFault Forward(string name, string mechanism, string source, string story, Nonlinearity forward) =>
        new(name, mechanism, source, story, "op.flrelu.forward", () => With(forward));

    private static PlantedFault Modulation(
        string name, string mechanism, string source, string story, ModulatedConvolution faulty) =>
        new(name, mechanism, source, story, "op.modconv", () => T with
        {
            ModulatedConvolution = faulty,
            Networks = new Rebuilt { Convolve = faulty }.Parts,
        });

    private static Subject With(Nonlinearity forward) => T with { Nonlinearities = [new Faulty(forward)] };

    private static Tensor? Flipped(Tensor? filter) =>
        filter?.flip([.. Enumerable.Range(0, (int)filter.dim()).Select(d => (long)d)]);

    // The values of one shape, the derivatives of another.
    private static Tensor Surrogate(
        Tensor x, Tensor b, Tensor? u, Tensor? d, FilteredLeakyReluShape values, FilteredLeakyReluShape derivatives)
    {
        Tensor slopes = FilteredLeakyRelu.Composed.Forward(x, b, u, d, derivatives);
        return FilteredLeakyRelu.Composed.Forward(x, b, u, d, values).detach() + slopes - slopes.detach();
    }

    private sealed class Faulty(Nonlinearity forward) : IFilteredLeakyRelu
    {
        public string Name => "faulty";

        public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape) =>
            forward(x, bias, upFilter, downFilter, shape);
    }
}
