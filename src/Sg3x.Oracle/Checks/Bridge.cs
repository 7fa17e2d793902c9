using Sg3x.Schedule;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecFilter = Sg3x.Spec.Signals.Filter;

namespace Sg3x.Oracle.Checks;

/// <summary>The one passage between production's tensors and the spec's arrays.</summary>
internal static class Bridge
{
    public static Spec.Schedule.ScheduleConfig Config(GeneratorConfig config) => new()
    {
        Resolution = config.Resolution,
        N = config.Layers,
        NCrit = config.CriticalLayers,
        ChannelBase = config.ChannelBase,
        ChannelMax = config.ChannelMax,
        ImageChannels = config.ImageChannels,
        FirstCutoff = config.FirstCutoff,
        FirstStopband = config.FirstStopband,
        LastStopbandOverCutoff = config.LastStopbandRelative,
        Margin = config.Margin,
        Kernel = config.Kernel,
        FilterSize = config.FilterSize,
        LreluUpsampling = config.LreluUpsampling,
        Radial = config.RadialFilters,
    };

    public static Spec.Schedule.LayerSchedule Schedule(GeneratorConfig config) => new(Config(config));

    /// <summary>Production's taps as the spec's filter.</summary>
    public static SpecFilter Filter(Schedule.Filter? filter)
    {
        if (filter is null)
            return SpecFilter.Identity;
        if (!filter.IsRadial)
            return SpecFilter.Separable([.. filter.Taps]);
        var grid = new double[filter.Size, filter.Size];
        for (int j = 0; j < filter.Size; j++)
            for (int k = 0; k < filter.Size; k++)
                grid[j, k] = filter.Taps[j * filter.Size + k];
        return SpecFilter.Radial(grid);
    }

    /// <summary>All taps, a grid's row by row.</summary>
    public static double[] Taps(SpecFilter filter) => filter.Taps ?? [.. filter.Grid!.Cast<double>()];

    /// <summary>The spec's filter as a tensor; null for the identity.</summary>
    public static Tensor? Filter(SpecFilter filter, ScalarType dtype) => filter.IsIdentity ? null
        : Tensor(Taps(filter), filter.Grid == null ? [filter.Count] : [filter.Count, filter.Count], dtype);

    public static Tensor Tensor(double[] values, long[] shape, ScalarType dtype) => tensor(values).reshape(shape).to(dtype);

    /// <summary>Labels for a batch where any will do: class i mod C of sample i; null where there are no classes.</summary>
    public static double[][]? Labels(int n, int classes) => classes == 0 ? null
        : [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, classes).Select(k => k == i % classes ? 1.0 : 0).ToArray())];

    /// <summary>Rows as [N, columns]; null of none.</summary>
    public static Tensor? Rows(double[][]? rows, ScalarType dtype) =>
        rows is null ? null : Tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length], dtype);

    /// <summary>[N, C, H, W].</summary>
    public static Tensor Tensor(double[][][,] batch, ScalarType dtype) => Tensor(Values(batch), Shape(batch), dtype);

    /// <summary>[N, C, H, W] of images of planes.</summary>
    public static long[] Shape(double[][][,] batch) =>
        [batch.Length, batch[0].Length, batch[0][0].Height(), batch[0][0].Width()];

    /// <summary>All numbers of images of planes, row by row.</summary>
    public static double[] Values(double[][][,] batch) =>
        [.. batch.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];

    /// <summary>On the device that is checked.</summary>
    public static Tensor Tensor(this Subject subject, double[] values, long[] shape, ScalarType dtype) =>
        Tensor(values, shape, dtype).to(subject.Device);

    /// <summary>[N, C, H, W] on the device that is checked.</summary>
    public static Tensor Tensor(this Subject subject, double[][][,] batch, ScalarType dtype) =>
        Tensor(batch, dtype).to(subject.Device);

    public static double[] Values(Tensor x) => x.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    /// <summary>The planes of [N, C, H, W].</summary>
    public static double[][][,] Planes(Tensor x) => State([("x", x)]).Images("x");

    /// <summary>Tensors by name as the spec's state.</summary>
    public static NetworkState State(IEnumerable<(string Name, Tensor Value)> tensors) => new(tensors.ToDictionary(
        t => t.Name, t => new NamedArray([.. t.Value.shape.Select(side => (int)side)], Values(t.Value))));
}
