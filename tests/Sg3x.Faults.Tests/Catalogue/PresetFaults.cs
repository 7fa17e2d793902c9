using Sg3x.Configuration;
using Sg3x.Schedule;
using static Sg3x.Faults.Tests.PlantedFault;

namespace Sg3x.Faults.Tests;

/// <summary>What costs a preset its 60 dB. The generator is another than its configuration says.</summary>
internal static class PresetFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Fault("a preset with a margin of 3", WriteUp, "a border in every image: 30 dB", c => c with { Margin = 3 }),
        Fault("a preset without lrelu upsampling", WriteUp, "the nonlinearity aliases in every layer: 50 dB",
            c => c with { LreluUpsampling = 1 }),
    ];

    private static PlantedFault Fault(
        string name, string source, string story, Func<GeneratorConfig, GeneratorConfig> change) =>
        new(name, "equivariance of a preset", source, story, "preset.equivariance",
            () => Subjects.Healthy(Presets.Get("demo").Generator) with
            {
                Generator = (config, seed) => new Sg3x.Networks.Generator(change(config), seed),
            });
}
