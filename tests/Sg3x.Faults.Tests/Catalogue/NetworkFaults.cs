using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using TorchSharp;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Mapping, layers, averages and the discriminator.</summary>
internal static class NetworkFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Mapping("no √2 in the mapping", "gain of the mapping", WriteUp, "w at half its size", new() { MappingGain = 1 }),
        Mapping("latents not normalised", "latents", "STomoya/animeface#42", "the length of z matters",
            new() { Latent = z => z }),
        Mapping("latents standardised", "latents", Classic, "their mean taken out as well", new()
        {
            Latent = z => (z - z.mean([1], true)) * ((z - z.mean([1], true)).square().mean([1], true) + 1e-8).rsqrt(),
        }),
        Mapping("no learning-rate multiplier at run time", "learning rate of the mapping", "podgorskiy/ALAE#32",
            "weights drawn 100 times too large, and left so", new() { MappingRate = 1 }),
        Mapping("a mapping with slope 0.01", "slope of the mapping", Classic, "PyTorch's default", new() { MappingSlope = 0.01 }),
        Mapping("truncation towards 0", "truncation", Classic, "the mean of w is not 0 once trained",
            new() { Truncate = (w, _, ψ) => w * ψ }),
        Mapping("truncation away from the mean", "truncation", Classic, "ψ and 1 − ψ exchanged",
            new() { Truncate = (w, average, ψ) => w + (average - w) * ψ }),

        Layer("a demodulated ToRGB", "ToRGB", Classic, "one layer class for all", new() { Demodulates = _ => true }),
        Layer("ToRGB's style not scaled", "ToRGB", Classic, "1/√in left out: an image √in times too strong",
            new() { Style = (_, s) => s }),
        Layer("no input gain in ToRGB", "ToRGB", Classic, "which gets it too",
            new() { InputGain = (plan, σ2) => plan.IsToRgb ? ones_like(σ2) : σ2.rsqrt() }),
        Layer("input gain 1/σ²", "input gain", Classic, "the root forgotten: right at the start, where σ² is 1",
            new() { InputGain = (_, σ2) => 1 / σ2 }),
        Layer("input gain not applied", "input gain", Classic, "tracked and never used: right at the start",
            new() { InputGain = (_, σ2) => ones_like(σ2) }),
        Layer("the output scale before ToRGB", "output scale", WriteUp, "ToRGB's bias escapes it", new()
        {
            Output = (x, toRgb, scale) => toRgb(x * scale),
        }),
        Layer("a nonlinear ToRGB", "last nonlinearity", Classic, "leaky ReLU on the image",
            new() { Shape = (plan, s) => plan.IsToRgb ? s with { Slope = 0.2 } : s }),
        Layer("the latent ignored", "style of the layers", "labmlai/annotated_deep_learning_paper_implementations#107",
            "images vary, but not with z", new()
        {
            Style = (plan, s) => ones_like(s) / (plan.IsToRgb ? Math.Sqrt(plan.InChannels) : 1),
        }),
        Layer("exponential styles", "style of the layers", Classic, "a scale that cannot be negative", new()
        {
            Style = (plan, s) => s.exp() / (plan.IsToRgb ? Math.Sqrt(plan.InChannels) : 1),
        }),
        new("w_i drives layer i", "which w drives what", Classic,
            "the first layer listens to the Fourier input's w; unseen while all are equal", "network.generator",
            () => T with { Networks = new Rebuilt { StyleOf = i => i }.Parts }),
        new("features not scaled by ¼", "output scale", Classic, "the output scale left out", "network.generator",
            () => T with { Generator = (c, seed) => new Sg3x.Networks.Generator(c with { OutputScale = 1 }, seed) }),
        new("noise inputs left in", "absolute position", "SG2, which has them",
            "a fixed image of noise that every picture shares", "network.position",
            () => T with { Networks = new Rebuilt { Between = (_, y) => y + Noise(y) * 1e-3 }.Parts }),
        new("a coordinate channel", "absolute position", Classic, "1/1000 of a gradient from left to right", "network.position",
            () => T with
        {
            Networks = new Rebuilt { Between = (_, y) =>
                y + linspace(-1, 1, y.shape[3], y.dtype).reshape(1, 1, 1, -1) * 1e-3 }.Parts,
        }),
        new("reflected borders", "border of the convolution", Classic, "reflect padding: neat, and visible from inside",
            "network.border", () => T with
        {
            Networks = new Rebuilt
            {
                Convolve = (x, w, s, demodulate, p, g) => p == 0 ? ModulatedConv.Apply(x, w, s, demodulate, p, g)
                    : ModulatedConv.Apply(nn.functional.pad(x, [p, p, p, p], PaddingModes.Reflect), w, s, demodulate, 0, g),
            }.Parts,
        }),
        new("gradient through σ²", "gradient of the averages", Classic, "the loss can be lowered by what only normalises",
            "network.gradient",
            () => T with { Networks = new Rebuilt { Power = x => x.square().mean() }.Parts }),
        new("styles detached", "gradient of the styles", Classic, "the mapping never learns", "network.gradient",
            () => T with { Networks = new Rebuilt { Style = (plan, s) =>
                (plan.IsToRgb ? s / Math.Sqrt(plan.InChannels) : s).detach() + s * 0 }.Parts }),

        Averages("σ² used before it moves", "order of the averages", Classic, "a step late", new() { MovesFirst = false }),
        Averages("σ² never frozen", "freezing of the averages", WriteUp, "every picture that is looked at changes the network",
            new() { AlwaysMoves = true }),
        Averages("β of σ² for each iteration", "rate of σ²", Classic, "0.999, whatever the batch",
            new() { MagnitudeBeta = β => β > 0.9 ? 0.999 : β }),
        Averages("β of σ² in thousands", "rate of σ²", Classic, "a half-life of 20 images: kimg taken for images",
            new() { MagnitudeBeta = β => β > 0.9 ? Math.Pow(β, 1000) : β }),
        Averages("the mean of x for that of x²", "what σ² averages", Classic, "a variance without its square",
            new() { Power = x => x.detach().mean().abs() }),
        Averages("σ² of the first sample", "what σ² averages", Classic, "one index too many",
            new() { Power = x => x.detach().select(0, 0).square().mean() }),
        Averages("w_avg with SG2's β", "rate of w_avg", "SG2", "0.995 where 0.998 is meant", new() { LatentBeta = 0.995 }),

        Discriminator("groups of neighbours", "groups of the minibatch deviation", "facebookresearch/pytorch_GAN_zoo#69",
            "group and batch dimension exchanged: deviations go to the wrong samples", (d, x) =>
        {
            long n = x.shape[0], g = Math.Min(4, n);
            Tensor order = arange(n, ScalarType.Int64).reshape(n / g, g).t().reshape(-1),
                back = arange(n, ScalarType.Int64).reshape(g, n / g).t().reshape(-1);
            return d.forward(x.index_select(0, order)).index_select(0, back);
        }),
        new("minibatch deviation over pairs", "groups of the minibatch deviation", Classic, "half the group",
            "network.discriminator",
            () => T with { Discriminator = (c, seed) => new Discriminator(c with { MinibatchStdGroup = 2 }, seed) }),
        Discriminator("images judged one by one", "batch of the discriminator", Classic,
            "a deviation of nothing: D cannot see a collapse", (d, x) =>
            cat([.. Enumerable.Range(0, (int)x.shape[0]).Select(n => d.forward(x.narrow(0, n, 1)))])),
        Discriminator("images in 0…1", "range of the images", Classic, "what a loader gives", (d, x) => d.forward((x + 1) / 2)),
        new("a clamp of 1 in D", "clamp of the discriminator", Classic, "every activation saturates a little",
            "network.discriminator",
            () => T with { Discriminator = (c, seed) => new Discriminator(c with { ConvClamp = 1 }, seed) }),
        new("D without its low-pass filter", "filter of the discriminator", Classic, "[0,1,0,0]: aliases in D",
            "network.discriminator", () => T with
        {
            Discriminator = (c, seed) =>
            {
                var discriminator = new Discriminator(c, seed);
                using IDisposable quiet = no_grad();
                foreach ((string name, Tensor buffer) in discriminator.named_buffers())
                {
                    buffer.zero_();
                    buffer.narrow(0, 1, 1).narrow(1, 1, 1).fill_(1);
                }
                return discriminator;
            },
        }),
    ];

    // The same everywhere and always: a function of the pixel alone.
    private static Tensor Noise(Tensor y)
    {
        long n = y.shape[2] * y.shape[3];
        return (arange(n, y.dtype).square() * 0.37).sin().reshape(1, 1, y.shape[2], y.shape[3]);
    }

    private static PlantedFault Mapping(string name, string mechanism, string source, string story, Rebuilt rebuilt) =>
        new(name, mechanism, source, story, "network.generator", () => T with { Networks = rebuilt.Parts });

    private static PlantedFault Layer(string name, string mechanism, string source, string story, Rebuilt rebuilt) =>
        new(name, mechanism, source, story, "network.layer", () => T with { Networks = rebuilt.Parts });

    private static PlantedFault Averages(string name, string mechanism, string source, string story, Rebuilt rebuilt) =>
        new(name, mechanism, source, story, "network.averages", () => T with { Networks = rebuilt.Parts });

    private static PlantedFault Discriminator(
        string name, string mechanism, string source, string story, Func<Discriminator, Tensor, Tensor> judge) =>
        new(name, mechanism, source, story, "network.discriminator", () =>
            T with { Networks = NetworkParts.Production with { Judge = judge } });
}
