using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>Stores sums as they are.</summary>
internal readonly struct Keep<TVec> : IEpilogue<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Apply(TVec sum, int row, nint lane) => sum;
}

/// <summary>Leaky ReLU and clamp. The gain is in the taps already.</summary>
internal readonly struct Activate<TLanes, TVec, T>(TVec slope, TVec limit) : IEpilogue<TVec>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Apply(TVec sum, int row, nint lane) => TLanes.LeakyRelu(sum, slope, limit);
}

/// <summary>Where the bits of one phase lie.</summary>
/// <param name="row0">The slope bits of row 0, from the byte of the layout's first lane.</param>
/// <param name="rowBytes">From one row to the next.</param>
/// <param name="limitOffset">From a slope byte to its limit byte.</param>
/// <param name="laneOffset">From a kernel's lane to the bit.</param>
internal readonly unsafe struct MaskCursor(byte* row0, nint rowBytes, nint limitOffset, nint laneOffset)
{
    public nint LimitOffset { get; } = limitOffset;

    public nint LaneOffset { get; } = laneOffset;

    public byte* Row(int row) => row0 + (row * rowBytes);
}

/// <summary>Leaky ReLU and clamp, remembering in two bits a sample what happened.</summary>
internal readonly unsafe struct ActivateAndRecord<TLanes, TVec, T>(TVec slope, TVec limit, MaskCursor* cursor) : IEpilogue<TVec>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Apply(TVec sum, int row, nint lane)
    {
        var result = TLanes.LeakyRelu(sum, slope, limit, out var sloped, out var limited);
        var bit = lane + cursor->LaneOffset;
        var target = cursor->Row(row) + (bit >> 3);
        Put(target, sloped, (int)bit & 7);
        Put(target + cursor->LimitOffset, limited, (int)bit & 7);
        return result;
    }

    // Lanes come in order, so the first ones of a byte set it and the others add to it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(byte* target, uint bits, int shift)
    {
        if (TLanes.Count >= 16)
            *(ushort*)target = (ushort)bits;
        else if (TLanes.Count == 8)
            *target = (byte)bits;
        else
            *target = (byte)((shift == 0 ? 0u : *target) | ((bits & ((1u << TLanes.Count) - 1)) << shift));
    }
}

/// <summary>Multiplies by the activation's derivative as remembered: 1, the slope, or 0.</summary>
internal readonly unsafe struct Replay<TLanes, TVec, T>(TVec slope, MaskCursor* cursor) : IEpilogue<TVec>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Apply(TVec sum, int row, nint lane)
    {
        var bit = lane + cursor->LaneOffset;
        var source = cursor->Row(row) + (bit >> 3);
        var shift = (int)bit & 7;
        var sloped = Get(source, shift);
        var limited = Get(source + cursor->LimitOffset, shift);
        return TLanes.Select(limited, default, TLanes.Select(sloped, TLanes.Multiply(sum, slope), sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Get(byte* source, int shift) => (*(uint*)source >> shift) & ((1u << TLanes.Count) - 1);
}
