using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Training.Monitors;

/// <summary>
/// The filters of a run's networks. They follow from the configuration and are what was checked before the run: nothing may change
/// them, neither the training nor a checkpoint of another build.
/// </summary>
public sealed class FilterGuard
{
    private readonly (string Name, Tensor Filter, byte[] Designed)[] _filters;

    /// <summary>Remembers the filters of networks that have just been made.</summary>
    /// <param name="state">The run.</param>
    public FilterGuard(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _filters =
        [
            .. new (string Name, nn.Module Module)[] { ("G", state.G), ("G_ema", state.Average), ("D", state.D) }
                .SelectMany(n => n.Module.named_buffers().Select(b => (Name: $"{n.Name}.{b.name}", Buffer: b.buffer)))
                .Where(b => b.Name.EndsWith("_filter", StringComparison.Ordinal))
                .Select(b => (b.Name, b.Buffer, Bytes(b.Buffer))),
        ];
    }

    /// <summary>Filters that are watched.</summary>
    public int Count => _filters.Length;

    /// <summary>Looks for a filter that is not what it was.</summary>
    /// <returns>Its name, or null.</returns>
    public string? FindChanged() =>
        _filters.FirstOrDefault(f => IsChanged(f.Filter, f.Designed)).Name;

    /// <summary>Puts back every filter that is not what it was.</summary>
    /// <returns>What was put back, and how far off it was; null where nothing was.</returns>
    public string? Repair()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        (string Name, float Difference)[] repaired = [.. _filters.Where(f => IsChanged(f.Filter, f.Designed)).Select(f =>
        {
            Tensor designed = empty(f.Filter.shape, dtype: f.Filter.dtype);
            f.Designed.CopyTo(designed.bytes);
            float difference = (f.Filter.cpu() - designed).abs().max().ToSingle();
            f.Filter.copy_(designed);
            return (f.Name, difference);
        })];
        return repaired.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{repaired.Length} of {Count} filters, \"{repaired[0].Name}\" the first, by up to {repaired.Max(r => r.Difference):0.##e+0}");
    }

    private static bool IsChanged(Tensor filter, byte[] designed) => !Bytes(filter).AsSpan().SequenceEqual(designed);

    private static byte[] Bytes(Tensor filter)
    {
        using IDisposable scope = NewDisposeScope();
        return filter.detach().cpu().contiguous().bytes.ToArray();
    }
}
