using Sg3x.Schedule;
using static Sg3x.Faults.Tests.PlantedFault;

namespace Sg3x.Faults.Tests;

/// <summary>Layers, rates, sizes and padding.</summary>
internal static class ScheduleFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("no lrelu upsampling", "lrelu upsampling", WriteUp,
            "the nonlinearity runs at the signal's own rate and most layers have up = down = 1: 49 dB, and faces",
                "schedule.resampling",
            () => T.WithLayersOf(c => c with { LreluUpsampling = 1 })),
        new("no margin", "margin", WriteUp, "same-size padding: the border shows inside the image, 24 dB", "schedule.layers",
            () => T.WithLayersOf(c => c with { Margin = 0 })),
        new("margin of 3 pixels", "margin", Classic, "30 dB: the border shows inside the image", "schedule.layers",
            () => T.WithLayersOf(c => c with { Margin = 3 })),
        new("everything critically sampled", "critical layers", Classic, "cutoff at Nyquist in every layer: 45 dB",
            "schedule.layers",
            () => T.WithLayersOf(c => c with { CriticalLayers = c.Layers - 1 })),
        new("critical from the layer after", "critical layers", Classic, "i > N − N_crit where i ≥ is meant", "schedule.layers",
            () => T.WithLayers(l => l with { IsCritical = l.IsCritical && (l.IsToRgb || l.Index > 12) })),
        new("filter size 2", "taps per factor", Classic, "62 dB: random weights do not see it", "schedule.resampling",
            () => T.WithLayersOf(c => c with { FilterSize = 2 })),
        new("taps by the text", "taps per factor", WriteUp, "27 to 81 taps in its text, where n = 6 and m = 2 give 12 and 24",
            "schedule.resampling",
            () => T.WithLayers(l => l with { UpTaps = l.UpTaps == 1 ? 1 : 27 })),
        new("padding off by one", "padding", Classic, "every layer moves the image by half a sample", "schedule.resampling",
            () => T.WithLayers(l =>
                l with { Padding = new ImagePadding(l.Padding.X0 + 1, l.Padding.X1 - 1, l.Padding.Y0 + 1, l.Padding.Y1 - 1) })),
        new("lo without up", "padding", Classic, "lo = ⌊total/2⌋: corner-aligned where pixel centres are meant",
            "schedule.resampling",
            () => T.WithLayers(l =>
            {
                int total = l.Padding.X0 + l.Padding.X1, lo = total >> 1;
                return l with { Padding = new ImagePadding(lo, total - lo, lo, total - lo) };
            })),
        new("layer i reads entry i", "entries", WriteUp, "and writes i + 1", "schedule.layers", () =>
            T.WithLayers(l => l with { InCutoff = l.OutCutoff })),
        new("cutoffs in equal steps", "cutoffs", Classic, "arithmetic in the place of geometric progression", "schedule.layers",
            () => T.WithLayers(l => l with { OutCutoff = 2 + 14.0 * Math.Min(l.Index, 12) / 12 })),
        new("the cutoff of the sampling rate", "cutoffs", "rosinality/alias-free-gan-pytorch#2",
            "f_c = s/2 − f_h of the fixed configurations in the place of a cutoff of its own for each layer", "schedule.layers",
            () => T.WithLayers(l => l with { OutCutoff = l.OutRate / 2 / Math.Sqrt(2) })),
        new("half-width from the stopband alone", "half-widths", Classic,
            "max(f_t, s/2) left out: filters steeper than 6 taps a factor can be", "schedule.layers",
            () => T.WithLayers(l => l with { OutHalfWidth = Math.Min(l.OutHalfWidth, 0.3 * l.OutCutoff) })),
        new("rates rounded down", "rates", Classic, "⌊log2⌋: the stopband lies beyond Nyquist", "schedule.layers",
            () => T.WithLayers(l => l with { OutRate = l.IsToRgb ? l.OutRate : l.OutRate / 2 })),
        new("channels floored", "channels", Classic, "as the discriminator does it, where the generator rounds",
            "schedule.layers",
            () => T.WithLayers(l => l with { OutChannels = l.IsToRgb ? 3 : (int)Math.Min(512 / 2 / l.OutCutoff, 24) })),
        new("channels of the wide generator", "channels", Classic, "config R's doubling in config T", "schedule.layers",
            () => T.WithLayersOf(c => c with { ChannelBase = 2 * c.ChannelBase, ChannelMax = 2 * c.ChannelMax })),
        new("kernels of 3 in config R", "kernels", Classic, "radial filters behind convolutions that know left from right",
            "schedule.layers",
            () => R.WithLayersOf(c => c with { Kernel = 3 })),
        new("radial in critical layers too", "radial layers", Classic, "where the paper keeps the separable filter",
            "schedule.resampling",
            () => R.WithLayers(l => l.IsToRgb || l.DownFilter is null ? l : l with
            {
                DownFilter = LowPass.Radial(l.DownTaps, l.OutCutoff, l.OutHalfWidth, l.TmpRate),
            })),
        new("the last layer but one with its margin", "sizes", Classic, "only the last entry at the image's size",
            "schedule.layers",
            () => T.WithLayers(l => l.Index == 13 ? l with { OutSize = l.OutSize + 20 } : l)),
        new("the last layer left out", "number of layers", Classic, "N counted with ToRGB", "schedule.layers",
            () => T with { Layers = [.. T.Layers.Take(13), T.Layers[^1]] }),
        new("frequencies on the unit disc", "bandwidth of the input", WriteUp, "frequencies not scaled by f_c[0]",
            "schedule.input",
            () => T with { Input = T.Input with { Bandwidth = 1 } }),
        new("Fourier grid at another rate", "rate of the input", WriteUp, "the grid was not scaled by the rate", "schedule.input",
            () => T with { Input = T.Input with { Rate = 32 } }),
        new("input without its margin", "size of the input", "rosinality/alias-free-gan-pytorch#12", "16² where 36² is meant",
            "schedule.input",
            () => T with { Input = T.Input with { Size = 16 } }),
    ];
}
