using Sg3x.Oracle.Checks;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>Small configurations to check, and ways to spoil them.</summary>
internal static class Subjects
{
    public static GeneratorConfig T { get; } = new()
    {
        Resolution = 32,
        ChannelBase = 512,
        ChannelMax = 24,
        ZDim = 16,
        WDim = 16,
    };

    public static GeneratorConfig R { get; } = T with { Kernel = 1, RadialFilters = true };

    public static Subject Healthy(GeneratorConfig config) => Subject.Production(config);

    /// <summary>The layers of another configuration in the place of this one's.</summary>
    public static Subject WithLayersOf(this Subject subject, Func<GeneratorConfig, GeneratorConfig> change)
    {
        LayerSchedule other = LayerSchedule.Create(change(subject.Config));
        return subject with { Layers = other.Layers, Input = other.Input };
    }

    /// <summary>Every layer changed.</summary>
    public static Subject WithLayers(this Subject subject, Func<LayerPlan, LayerPlan> change) =>
        subject with { Layers = [.. subject.Layers.Select(change)] };

    /// <summary>Every upsampling filter designed in another way, from the layer and the number of taps.</summary>
    public static Subject WithUp(this Subject subject, Func<LayerPlan, int, Filter> design) =>
        subject.WithLayers(l => l with { UpFilter = l.UpFilter is null ? null : design(l, l.UpTaps) });

    /// <summary>Every downsampling filter designed in another way.</summary>
    public static Subject WithDown(this Subject subject, Func<LayerPlan, int, Filter> design) =>
        subject.WithLayers(l => l with { DownFilter = l.DownFilter is null ? null : design(l, l.DownTaps) });

    /// <summary>Every filter changed, taps in the order of the grid where it is one.</summary>
    public static Subject WithFilters(this Subject subject, Func<double[], double[]> change) =>
        subject.WithLayers(layer => layer with
    {
        UpFilter = Changed(layer.UpFilter, change),
        DownFilter = Changed(layer.DownFilter, change),
    });

    private static Filter? Changed(Filter? filter, Func<double[], double[]> change) => filter is null ? null
        : filter.IsRadial ? Filter.Radial(filter.Size, change([.. filter.Taps]))
        : Filter.Separable(change([.. filter.Taps]));
}
