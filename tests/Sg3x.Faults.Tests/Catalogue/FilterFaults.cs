using Sg3x.Schedule;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Taps, and what a state brings with it.</summary>
internal static class FilterFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("three-tap delta filters", "deltas", WriteUp,
            "the half-width was not divided by the rate, so every filter had 3 taps; weeks of faces", "filter.taps", () =>
                T.WithFilters(_ => [0, 1, 0])),
        new("delta filters of full length", "deltas", Classic, "two centre taps of one half: 28 dB, and faces", "filter.delta",
            () => T.WithFilters(taps => [.. taps.Select((_, j) => j == taps.Length / 2 || j == taps.Length / 2 - 1 ? 0.5 : 0)])),
        new("delta filters in the state", "deltas", Classic, "what a checkpoint of a wrong implementation brings with it",
            "network.equivariance", () => T with
        {
            Generator = (c, seed) => WithFilters(new Sg3x.Networks.Generator(c, seed), taps =>
            {
                Tensor delta = zeros_like(taps);
                delta.narrow(0, taps.shape[0] / 2 - 1, 2).fill_(0.5);
                return delta;
            }),
        }),
        new("half-width 8 times too wide", "half-width of the taps", Classic, "63 dB: random weights do not see it",
            "filter.response",
            () => T.WithDown((l, taps) => LowPass.Separable(taps, l.OutCutoff, 8 * l.OutHalfWidth, l.TmpRate))),
        new("cutoff 1.5 times too high", "cutoff of the taps", Classic, "69 dB: random weights do not see it", "filter.response",
            () => T.WithUp((l, taps) => LowPass.Separable(taps, 1.5 * l.InCutoff, l.InHalfWidth, l.TmpRate))),
        new("up filter at the output's cutoff", "cutoff of the taps", Classic, "the input's images pass", "filter.response",
            () => T.WithUp((l, taps) => LowPass.Separable(taps, l.OutCutoff * 1.01, l.OutHalfWidth, l.TmpRate))),
        new("cutoff over Nyquist twice", "cutoff of the taps", Classic,
            "sinc(f_c x) for sinc(2f_c x): scipy's cutoff is in units of Nyquist", "filter.response",
            () => T.WithDown((l, taps) => LowPass.Separable(taps, l.OutCutoff / 2, l.OutHalfWidth, l.TmpRate))),
        new("filter at the wrong rate", "rate of the taps", Classic, "the signal's rate in the place of the temporary one",
            "filter.taps",
            () => T.WithUp((l, taps) => LowPass.Separable(taps, l.InCutoff, l.InHalfWidth, l.TmpRate / 2))),
        new("a box window", "window", Classic, "β = 0: 21 dB of stopband", "filter.response",
            () => T.WithDown((l, taps) => LowPass.Separable(taps, l.OutCutoff, 1e-9, l.TmpRate))),
        new("Kaiser with n taps for n − 1", "window", Classic, "A = 2.285·n·π·Δf", "filter.taps",
            () => T.WithDown((l, taps) => LowPass.Separable(taps, l.OutCutoff, l.OutHalfWidth * taps / (taps - 1), l.TmpRate))),
        new("a periodic window", "window", Classic,
            "numpy's and torch's kaiser_window differ in their default: asymmetric by a sample", "filter.symmetry",
            () => T.WithFilters(taps => [.. taps.Select((tap, j) => tap * (1 + 1e-6 * j))])),
        new("taps not normalised", "normalisation of the taps", Classic, "the level drifts by a percent a layer",
            "filter.symmetry",
            () => T.WithFilters(taps => [.. taps.Select(tap => 1.01 * tap)])),
        new("taps of unit energy", "normalisation of the taps", Classic, "Σh² = 1 where Σh = 1 is meant", "filter.symmetry", () =>
            T.WithFilters(taps =>
        {
            double norm = Math.Sqrt(taps.Sum(tap => tap * tap));
            return [.. taps.Select(tap => tap / norm)];
        })),
        new("filters rounded to bfloat16", "taps in low precision", WriteUp, "taps in the dtype of the activations",
            "network.generator", () => T with
        {
            Generator = (c, seed) =>
                WithFilters(new Sg3x.Networks.Generator(c, seed), taps => taps.to(ScalarType.BFloat16).to(ScalarType.Float32)),
        }),
        new("separable in the place of radial", "radial filters", Classic, "config R that turns like config T: 13 dB",
            "filter.taps",
            () => R.WithLayersOf(c => c with { RadialFilters = false })),
        new("jinc without its window", "radial filters", Classic, "a disc of the right cutoff and no stopband", "filter.taps",
            () => R.WithDown((l, taps) =>
                l.DownFilter!.IsRadial ? LowPass.Radial(taps, l.OutCutoff, 1e-9, l.TmpRate) : l.DownFilter)),
        new("a radial filter about a corner", "radial filters", Classic, "r measured from the first tap", "filter.symmetry",
            () => R.WithFilters(taps => taps.Length > 24 ? [.. taps.Skip(1), taps[0]] : taps)),
    ];

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
}
