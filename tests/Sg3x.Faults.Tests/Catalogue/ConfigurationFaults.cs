using Sg3x.Schedule;

namespace Sg3x.Faults.Tests;

/// <summary>Configurations that ask for less than the papers have. The build makes of them exactly what they ask for.</summary>
internal static class ConfigurationFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Fault("configured without a margin", "configured margin", PlantedFault.WriteUp,
            "the border shows inside the image, 24 dB, and every other check passes", c => c with { Margin = 0 }),
        Fault("configured with one pixel less", "configured margin", PlantedFault.Classic,
            "a margin rounded to a multiple of three", c => c with { Margin = 9 }),
        Fault("configured without lrelu upsampling", "configured lrelu upsampling", PlantedFault.WriteUp,
            "the nonlinearity runs at the signal's own rate, 49 dB, and every other check passes",
            c => c with { LreluUpsampling = 1 }),
        Fault("configured with filter size 2", "configured taps per factor", PlantedFault.Classic,
            "for speed: random weights do not see it", c => c with { FilterSize = 2 }),
        Fault("configured critically sampled", "configured critical layers", PlantedFault.Classic,
            "for the sharpest image: cutoff at Nyquist in every layer", c => c with { CriticalLayers = c.Layers - 1 }),
        Fault("configured with another first cutoff", "configured cutoff", PlantedFault.Classic,
            "the input may have more detail, and the first filters have no room: 53 dB",
            c => c with { FirstCutoff = 4, FirstStopband = 8 }),
        Fault("configured with a narrow first transition", "configured stopbands", PlantedFault.Classic,
            "f_t0 just above f_c0: 6 taps a factor cannot be that steep", c => c with { FirstStopband = 2.1 }),
        Fault("configured with a narrow last transition", "configured stopbands", PlantedFault.Classic,
            "f_tN/f_cN of almost 1, for detail", c => c with { LastStopbandRelative = 1.05 }),
        Fault("configured with kernels of 3 in config R", "configured kernels", PlantedFault.Classic,
            "radial filters behind convolutions that know left from right", c => c with { RadialFilters = true }),
    ];

    private static PlantedFault Fault(
        string name, string mechanism, string source, string story, Func<GeneratorConfig, GeneratorConfig> change) =>
        new(name, mechanism, source, story, "config.alias-free", () => Subjects.Healthy(change(Subjects.T)));
}
