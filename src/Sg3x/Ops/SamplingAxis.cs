using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// One axis of what <see cref="BilinearSampling"/> reads: positions 0…Length − 1, each found in some row of memory. Where an
/// image repeats itself, positions share a row.
/// </summary>
public sealed class SamplingAxis
{
    private readonly int[] _rows;
    private readonly ConcurrentDictionary<(DeviceType Type, int Index), Tensor> _rowsOn = new();

    /// <summary>An axis.</summary>
    /// <param name="rows">The row of each position.</param>
    public SamplingAxis(ReadOnlySpan<int> rows)
    {
        if (rows.Length == 0 || rows.ContainsAnyExceptInRange(0, int.MaxValue - 1))
            throw new ArgumentException("expected rows from 0 on, at least one.", nameof(rows));
        _rows = rows.ToArray();
        MemoryRows = _rows.Max() + 1;
    }

    /// <summary>Positions.</summary>
    public int Length => _rows.Length;

    /// <summary>Rows in memory.</summary>
    public int MemoryRows { get; }

    /// <summary>The row of each position.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary><see cref="Rows"/> on a device, int64 [Length]; belongs to the axis. It is sent there once, since sending waits for
    /// all that the device has yet to do.</summary>
    /// <param name="device">Where to.</param>
    internal Tensor RowsOn(Device device) => _rowsOn.GetOrAdd(
        (device.type, device.index),
        _ => tensor((long[])[.. _rows.Select(row => (long)row)], dtype: ScalarType.Int64, device: device).DetachFromDisposeScope());

    /// <summary>An axis of which every position has a row of its own.</summary>
    /// <param name="length">Positions.</param>
    public static SamplingAxis Plain(int length) => new([.. Enumerable.Range(0, length)]);
}
