using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>The Fourier features, and what training starts from.</summary>
internal static class InputFaults
{
    private const string Unofficial = "rosinality/alias-free-gan-pytorch";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Input("the margin inside the canvas", "grid", $"{Unofficial}#24", "the extended canvas spans ±½: all frequencies too low",
            new()
        {
            Line = plan => linspace(-0.5, 0.5, plan.Size + 1, ScalarType.Float64).narrow(0, 0, plan.Size),
        }),
        Input("pixel corners", "grid", Classic, "linspace with both ends: the image is half a pixel off and a pixel too wide",
            new()
        {
            Line = plan => linspace(-0.5, 0.5, plan.Size, ScalarType.Float64) * (plan.Size / plan.Rate),
        }),
        Input("turned about a corner", "grid", $"{Unofficial}#1", "coordinates from 0: what rotates, rotates about the top left",
            new()
        {
            Line = plan => (arange(plan.Size, dtype: ScalarType.Float64) + 0.5) / plan.Rate,
        }),
        Input("a shift that ignores the frequency", "translation of the phases", $"{Unofficial}#1",
            "every wave moves by another distance", new()
        {
            Phase = (f, M, φ) => φ + M.narrow(1, 0, 1).narrow(2, 2, 1).squeeze(2),
        }),
        Input("a shift by the turned frequencies", "translation of the phases", Classic,
            "phases move after the frequencies have turned", new()
        {
            Phase = (f, M, φ) =>
                φ + f.matmul(M.narrow(1, 0, 2).narrow(2, 0, 2)).matmul(M.narrow(1, 0, 2).narrow(2, 2, 1)).squeeze(2),
        }),
        Input("y turned with the turned x", "rotation", $"{Unofficial}#1", "the variable is overwritten between the two lines",
            new()
        {
            Turn = (f, M) =>
            {
                Tensor x = f.narrow(2, 0, 1), y = f.narrow(2, 1, 1);
                Tensor Entry(int i, int j) => M.narrow(1, i, 1).narrow(2, j, 1);
                Tensor turned = x * Entry(0, 0) + y * Entry(1, 0);
                return cat([turned, turned * Entry(0, 1) + y * Entry(1, 1)], 2);
            },
        }),
        Input("turned the other way", "rotation", Classic, "M transposed: a column vector's convention", new()
        {
            Turn = (f, M) => f.matmul(M.narrow(1, 0, 2).narrow(2, 0, 2).transpose(1, 2)),
        }),
        Input("translation before rotation", "order of the transforms", Classic, "the image turns about a point that moves", new()
        {
            Compose = (rotation, translation, user) => translation.matmul(rotation).matmul(user),
        }),
        Input("the user's transform first", "order of the transforms", Classic,
            "a shift by the user goes where w has turned right to", new()
        {
            Compose = (rotation, translation, user) => user.matmul(rotation).matmul(translation),
        }),
        Input("a rotation that also scales", "normalisation of the transform", Classic, "(r_c, r_s) not divided by their length",
            new() { Unit = t => t }),
        Input("a translation that is not scaled", "normalisation of the transform", Classic,
            "only (r_c, r_s) divided by their length", new()
        {
            Unit = t => cat([t.narrow(1, 0, 2) / t.narrow(1, 0, 2).square().sum([1], true).sqrt(), t.narrow(1, 2, 2)], 1),
        }),
        Input("nothing fades out", "amplitudes", Classic, "frequencies beyond the bandwidth alias in every layer",
            new() { Amplitude = (radius, _) => ones_like(radius) }),
        Input("amplitudes of the stored frequencies", "amplitudes", Classic, "as if nothing had been transformed", new()
        {
            Amplitude = (radius, plan) => (radius < plan.Bandwidth * 1.2).to(radius.dtype),
        }),
        Input("no 1/√channels", "gain of the features", Classic, "the first layer's σ² would grow with the width",
            new() { FeatureGain = _ => 1 }),
        Input("radians for cycles", "phase of the sine", Classic, "2π left out", new() { Cycle = 1 }),

        Initial("frequencies on the unit circle", "distribution of the frequencies", WriteUp, "directions without radii",
            (name, value) =>
            name.EndsWith("freqs", StringComparison.Ordinal) ? value / value.square().sum([1], true).sqrt() : value),
        Initial("frequencies crowded at the centre", "distribution of the frequencies", Classic, "radius uniform, not area",
            (name, value) =>
            name.EndsWith("freqs", StringComparison.Ordinal) ? value * value.square().sum([1], true).sqrt() / 2 : value),
        Initial("phases in radians", "distribution of the phases", Classic, "uniform in [−π, π)", (name, value) =>
            name.EndsWith("phases", StringComparison.Ordinal) ? value * (2 * Math.PI) : value),
        Initial("affine bias 0", "initial biases", "rosinality/stylegan2-pytorch#235",
            "1 is added to the style elsewhere, or, as here, nowhere", (name, value) =>
            name.StartsWith("synthesis.L", StringComparison.Ordinal) && name.EndsWith(
                "affine.bias", StringComparison.Ordinal) ? value * 0 : value),
        Initial("He initialisation", "initial weights", "lucidrains/stylegan2-pytorch#112",
            "no equalised learning rate: scaled in the draw", (name, value) =>
            name.EndsWith(".weight", StringComparison.Ordinal) && value.dim() == 4 ? value * Math.Sqrt(
                2.0 / (value.shape[1] * value.shape[2] * value.shape[3])) : value),
        Initial("mapping weights of unit variance", "initial weights", "podgorskiy/ALAE#32",
            "the learning-rate multiplier in one place of the two", (name, value) =>
            name.StartsWith("mapping.fc", StringComparison.Ordinal) ? value / 100 : value),
        Initial("an input that is turned at the start", "initial transform", Classic,
            "the input's affine layer drawn as any other", (name, value) =>
            name == "synthesis.input.affine.weight" ? value + 1 : value),
    ];

    private static PlantedFault Input(string name, string mechanism, string source, string story, Rebuilt rebuilt) =>
        new(name, $"input: {mechanism}", source, story, "network.input", () => T with { Networks = rebuilt.Parts });

    private static PlantedFault Initial(
        string name, string mechanism, string source, string story, Func<string, Tensor, Tensor> change) =>
        new(name, mechanism, source, story, "network.initial", () => T with
        {
            Generator = (c, seed) =>
            {
                var generator = new Sg3x.Networks.Generator(c, seed);
                using IDisposable scope = NewDisposeScope();
                using IDisposable quiet = no_grad();
                foreach ((string key, Tensor value) in generator.state_dict())
                    value.copy_(change(key, value));
                return generator;
            },
        });
}
