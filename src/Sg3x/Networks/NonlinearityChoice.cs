using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>Which implementation of the filtered leaky ReLU computes each layer of a generator.</summary>
/// <param name="Layers">Names of the layers with those of their implementations, in order.</param>
/// <param name="KernelWanted">A kernel of the device's own was asked for.</param>
/// <param name="KernelAbsence">Why there is none on the device; null where there is one.</param>
public sealed record NonlinearityChoice(
    IReadOnlyList<(string Layer, string Implementation)> Layers, bool KernelWanted, string? KernelAbsence)
{
    /// <summary>Chooses as the layers do when they compute; on a GPU what is chosen is compiled.</summary>
    /// <param name="config">The generator.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="dtype">In what its layers store and multiply; ToRGB does in float32.</param>
    /// <exception cref="UserException">A value of the configuration, or of the environment, is out of its range.</exception>
    public static NonlinearityChoice Of(GeneratorConfig config, Device device, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(device);
        (string, string)[] layers = [.. LayerSchedule.Create(config).Layers.Select(
            plan => (plan.Name, Select(plan, config.ConvClamp, device, plan.IsToRgb ? ScalarType.Float32 : dtype).Name))];
        return new(layers, FilteredLeakyRelu.KernelWanted(device), FilteredLeakyRelu.KernelAbsence(device));
    }

    /// <summary>What to warn of: a kernel that was asked for and does not compute all layers; null of nothing.</summary>
    public string? Warning
    {
        get
        {
            if (!KernelWanted)
                return null;
            if (KernelAbsence is not null)
                return $"the filtered nonlinearity runs step by step, without its kernel: {KernelAbsence}.";
            string[] others =
                [.. Layers.Where(one => one.Implementation != FilteredLeakyRelu.KernelName).Select(one => one.Layer)];
            return others.Length == 0 ? null
                : $"the filtered nonlinearity of {string.Join(", ", others)} runs step by step: its kernel does not compute these"
                    + " factors, filters or this precision.";
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Layers.GroupBy(one => one.Implementation).Select(
        group => $"{group.Key}: {string.Join(", ", group.Select(one => one.Layer))}"));

    private static IFilteredLeakyRelu Select(LayerPlan plan, double convClamp, Device device, ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? Taps(Filter? filter) => filter is null ? null : tensor(filter.ToSingle()).reshape(filter.Shape).to(device);
        int size = plan.InSize + plan.Kernel - 1;
        return FilteredLeakyRelu.Select(
            empty([1, 1, size, size], dtype, device), Taps(plan.UpFilter), Taps(plan.DownFilter),
            SynthesisLayer.ShapeOf(plan, convClamp));
    }
}
