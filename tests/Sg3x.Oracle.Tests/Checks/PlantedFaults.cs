using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>A mistake, where it came from, and the check that must catch it.</summary>
internal sealed record PlantedFault(string Name, string Story, string CaughtBy, Func<Subject> Plant)
{
    private const string WriteUp = "the JAX write-up's own account";
    private const string Classic = "a classic of its component";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("three-tap delta filters", $"{WriteUp}: the half-width was not divided by the rate, so every filter had 3 taps", "filter.taps",
            () => T.WithFilters(_ => [0, 1, 0])),
        new("delta filters of full length", "two centre taps of one half: 28 dB, and faces", "filter.delta",
            () => T.WithFilters(taps => [.. taps.Select((_, j) => j == taps.Length / 2 || j == taps.Length / 2 - 1 ? 0.5 : 0)])),
        new("no lrelu upsampling", $"{WriteUp}: most layers had up = down = 1", "schedule.resampling",
            () => T.WithLayersOf(c => c with { LreluUpsampling = 1 })),
        new("margin of 3 pixels", "30 dB: the border shows inside the image", "schedule.layers", () => T.WithLayersOf(c => c with { Margin = 3 })),
        new("no margin", $"{WriteUp}: same-size padding", "schedule.layers", () => T.WithLayersOf(c => c with { Margin = 0 })),
        new("everything critically sampled", "45 dB", "schedule.layers", () => T.WithLayersOf(c => c with { CriticalLayers = c.Layers - 1 })),
        new("filter size 2", "62 dB: random weights do not see it", "schedule.resampling", () => T.WithLayersOf(c => c with { FilterSize = 2 })),
        new("half-width 8 times too wide", "63 dB: random weights do not see it", "filter.response",
            () => T.WithLayers(l => l with { DownFilter = l.DownFilter is null ? null : LowPass.Separable(l.DownTaps, l.OutCutoff, 8 * l.OutHalfWidth, l.TmpRate) })),
        new("cutoff 1.5 times too high", "69 dB: random weights do not see it", "filter.response",
            () => T.WithLayers(l => l with { UpFilter = l.UpFilter is null ? null : LowPass.Separable(l.UpTaps, 1.5 * l.InCutoff, l.InHalfWidth, l.TmpRate) })),
        new("filter at the wrong rate", Classic, "filter.taps",
            () => T.WithLayers(l => l with { UpFilter = l.UpFilter is null ? null : LowPass.Separable(l.UpTaps, l.InCutoff, l.InHalfWidth, l.TmpRate / 2) })),
        new("up filter at the output's cutoff", Classic, "filter.response",
            () => T.WithLayers(l => l with { UpFilter = l.UpFilter is null ? null : LowPass.Separable(l.UpTaps, l.OutCutoff * 1.01, l.OutHalfWidth, l.TmpRate) })),
        new("asymmetric window", "a periodic Kaiser window in the place of the symmetric one", "filter.symmetry",
            () => T.WithFilters(taps => [.. taps.Select((tap, j) => tap * (1 + 1e-6 * j))])),
        new("taps not normalised", Classic, "filter.symmetry", () => T.WithFilters(taps => [.. taps.Select(tap => 1.01 * tap)])),
        new("separable in the place of radial", Classic, "filter.taps",
            () => R.WithLayersOf(c => c with { RadialFilters = false })),
        new("padding off by one", Classic, "schedule.resampling",
            () => T.WithLayers(l => l with { Padding = new ImagePadding(l.Padding.X0 + 1, l.Padding.X1 - 1, l.Padding.Y0 + 1, l.Padding.Y1 - 1) })),
        new("layer i reads entry i", $"{WriteUp}: and writes i + 1", "schedule.layers", () => T.WithLayers(l => l with { InCutoff = l.OutCutoff })),
        new("channels one too many", Classic, "schedule.layers", () => T.WithLayers(l => l with { OutChannels = l.OutChannels + 1 })),
        new("frequencies on the unit disc", $"{WriteUp}: frequencies not scaled", "schedule.input", () => T with { Input = T.Input with { Bandwidth = 1 } }),
        new("Fourier grid at another rate", $"{WriteUp}: the grid was not scaled by the rate", "schedule.input", () => T with { Input = T.Input with { Rate = 32 } }),
        Nonlinearity("slope 0.02", s => s with { Slope = 0.02 }),
        Nonlinearity("no gain", s => s with { Gain = 1 }),
        Nonlinearity("no clamp", s => s with { Clamp = null }),
        new("filters not flipped", Classic, "op.flrelu.forward", () => WithNonlinearity((x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, b, Flipped(u), Flipped(d), s))),
        new("bias after the nonlinearity", Classic, "op.flrelu.forward", () => WithNonlinearity((x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, zeros_like(b), u, d, s) + b.reshape(1, -1, 1, 1))),
        new("the upsampling's gain left out", "up in the place of up²", "op.flrelu.forward", () => WithNonlinearity((x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x / s.Up, b / s.Up, u, d, s))),
        new("gradient through a detached input", Classic, "op.flrelu.gradient", () => WithNonlinearity((x, b, u, d, s) =>
            FilteredLeakyRelu.Composed.Forward(x, b, u, d, s).detach() + x.sum() * 0)),
        Modulation("style + 1 after normalisation", "the JAX write-up's published code", (x, w, s, demodulate, p, g) =>
            ModulatedConv.Apply(x, w, demodulate ? s / s.square().mean().sqrt() + 1 : s, demodulate, p, g)),
        Modulation("no demodulation", Classic, (x, w, s, _, p, g) => ModulatedConv.Apply(x, w, s, false, p, g)),
        Modulation("a flipped kernel", Classic, (x, w, s, demodulate, p, g) => ModulatedConv.Apply(x, w.flip(2, 3), s, demodulate, p, g)),
        Modulation("the input gain left out", Classic, (x, w, s, demodulate, p, _) => ModulatedConv.Apply(x, w, s, demodulate, p)),
        new("a stride that starts late", Classic, "op.resample", () => T with
        {
            Resample = (x, f, down, p) => FilteredResample.Apply(x.roll(-1, 3), f, down, p),
        }),
        new("a box in the place of [1,3,3,1]", Classic, "op.resample", () => T with
        {
            Resample = (x, f, down, p) => FilteredResample.Apply(x, ones_like(f) / 16, down, p),
        }),
        new("features not scaled by ¼", "the output scale left out", "network.generator", () => T with
        {
            Generator = (c, seed) => new Sg3x.Networks.Generator(c with { OutputScale = 1 }, seed),
        }),
        new("delta filters in the state", "what a checkpoint of a wrong implementation brings with it", "network.equivariance", () => T with
        {
            Generator = (c, seed) => WithFilters(new Sg3x.Networks.Generator(c, seed), taps =>
            {
                Tensor delta = zeros_like(taps);
                long half = taps.shape[0] / 2;
                delta.narrow(0, half - 1, 2).fill_(0.5);
                return delta;
            }),
        }),
        new("filters rounded to bfloat16", "taps in the dtype of the activations", "network.generator", () => T with
        {
            Generator = (c, seed) => WithFilters(new Sg3x.Networks.Generator(c, seed), taps => taps.to(ScalarType.BFloat16).to(ScalarType.Float32)),
        }),
        new("minibatch deviation over pairs", Classic, "network.discriminator", () => T with
        {
            Discriminator = (c, seed) => new Discriminator(c with { MinibatchStdGroup = 2 }, seed),
        }),
        Training("no correction for lazy R1", Classic, "training.optimiser", p => p with { Lazy = (settings, _) => settings }),
        Training("only the rate corrected", Classic, "training.optimiser", p => p with
        {
            Lazy = (settings, k) => settings with { LearningRate = settings.LearningRate * k / (k + 1) },
        }),
        Training("15/16 in the place of 16/17", Classic, "training.optimiser", p => p with { Lazy = (settings, k) => settings.ForLazyRegularisation(k - 1) }),
        Training("ε under the root", Classic, "training.optimiser", p => p with
        {
            Optimiser = (settings, start, g) => p.Optimiser(settings with { Epsilon = Math.Sqrt(settings.Epsilon) }, start, g),
        }),
        Training("half-life in thousands", Classic, "training.average", p => p with
        {
            Beta = (batch, life, ramp, images) => WeightAverage.Beta(batch, life / 1000, ramp, images),
        }),
        Training("no ramp-up", Classic, "training.average", p => p with { Beta = (batch, life, _, images) => WeightAverage.Beta(batch, life, null, images) }),
        Training("a fixed β of 0.999", "the JAX write-up's run", "training.average", p => p with { Beta = (_, _, _, _) => 0.999 }),
        Training("the saturating loss", Classic, "training.losses", p => p with { GeneratorLoss = fake => -Losses.DiscriminatorOnFake(fake) }),
        Training("real and fake swapped", Classic, "training.losses", p => p with { DiscriminatorLoss = (fake, real) => TrainingParts.Production.DiscriminatorLoss(real, fake) }),
        Training("R1 of the mean logit", Classic, "training.losses", p => p with { R1 = (logits, x) => Losses.R1(logits / logits.shape[0], x) }),
        Training("R1 averaged over pixels", Classic, "training.losses", p => p with { R1 = (logits, x) => Losses.R1(logits, x) / (x.shape[1] * x.shape[2] * x.shape[3]) }),
        Training("R1 without its own gradient", "create_graph left out", "training.losses", p => p with { R1 = (logits, x) => Losses.R1(logits, x).detach() + x.sum() * 0 }),
        Training("a Gaussian of base e", Classic, "training.blur", p => p with { Blur = (x, σ) => InitialBlur.Apply(x, σ * Math.Sqrt(Math.Log(2))) }),
        Training("a blur that does not fade", Classic, "training.blur", p => p with { BlurSigma = (first, _, _) => first }),
    ];

    private static PlantedFault Training(string name, string story, string caughtBy, Func<TrainingParts, TrainingParts> change) =>
        new(name, story, caughtBy, () => T with { Training = change(TrainingParts.Production) });

    private static Subject T => Subjects.Healthy(Subjects.T);

    private static Subject R => Subjects.Healthy(Subjects.R);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static PlantedFault Nonlinearity(string name, Func<FilteredLeakyReluShape, FilteredLeakyReluShape> change) =>
        new(name, Classic, "op.flrelu.forward", () => WithNonlinearity((x, b, u, d, s) => FilteredLeakyRelu.Composed.Forward(x, b, u, d, change(s))));

    private static PlantedFault Modulation(string name, string story, ModulatedConvolution faulty) =>
        new(name, story, "op.modconv", () => T with { ModulatedConvolution = faulty });

    private static Subject WithNonlinearity(Func<Tensor, Tensor, Tensor?, Tensor?, FilteredLeakyReluShape, Tensor> forward) =>
        T with { Nonlinearities = [new Faulty(forward)] };

    private static Sg3x.Networks.Generator WithFilters(Sg3x.Networks.Generator generator, Func<Tensor, Tensor> change)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        foreach ((string name, Tensor buffer) in generator.named_buffers())
        {
            if (name.EndsWith("_filter", StringComparison.Ordinal))
                buffer.copy_(change(buffer));
        }
        return generator;
    }

    private static Tensor? Flipped(Tensor? filter) => filter is null ? null : filter.flip([.. Enumerable.Range(0, (int)filter.dim()).Select(d => (long)d)]);

    private sealed class Faulty(Func<Tensor, Tensor, Tensor?, Tensor?, FilteredLeakyReluShape, Tensor> forward) : IFilteredLeakyRelu
    {
        public string Name => "faulty";

        public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape) =>
            forward(x, bias, upFilter, downFilter, shape);
    }
}
