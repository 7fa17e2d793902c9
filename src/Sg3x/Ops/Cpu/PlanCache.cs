using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cpu;

/// <summary>The plans of the layers in use, found by what shapes them.</summary>
internal static class PlanCache
{
    private const int Limit = 256;
    private static readonly Dictionary<Key, List<FilteredLeakyReluPlan>> s_plans = [];
    private static readonly Lock s_lock = new();
    private static int s_count;

    public static FilteredLeakyReluPlan Find(int width, int height, FilterTaps up, FilterTaps down, in FilteredLeakyReluShape shape)
    {
        var key = new Key(width, height, shape);
        lock (s_lock)
        {
            if (!s_plans.TryGetValue(key, out var plans))
                s_plans.Add(key, plans = []);
            foreach (var plan in plans)
            {
                if (plan.UpFilter.SameAs(up) && plan.DownFilter.SameAs(down))
                    return plan;
            }
            if (s_count++ == Limit)
            {
                s_plans.Clear();
                s_plans.Add(key, plans = []);
                s_count = 1;
            }
            var pad = shape.Padding;
            var made = new FilteredLeakyReluPlan(
                ResampleAxis.Create(width, shape.Up, shape.Down, up.Width, down.Width, pad.X0, pad.X1),
                ResampleAxis.Create(height, shape.Up, shape.Down, up.VerticalCount, down.VerticalCount, pad.Y0, pad.Y1),
                up, down, shape.Gain, shape.Slope, shape.Clamp ?? double.PositiveInfinity);
            plans.Add(made);
            return made;
        }
    }

    /// <summary>The taps of a filter, [n] or [n, n]; of null the identity.</summary>
    public static FilterTaps Read(Tensor? filter)
    {
        if (filter is null)
            return FilterTaps.Identity;
        using var dense = filter.detach().to(ScalarType.Float64).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, double>(dense.bytes).ToArray();
        var separable = filter.dim() == 1;
        return new(values, separable ? 1 : (int)filter.shape[0], (int)filter.shape[^1], separable);
    }

    private readonly record struct Key(int Width, int Height, FilteredLeakyReluShape Shape);
}
