using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>The tables of a sweep: both filters across rows, each phase with exactly six taps (AFG's filter size n = 6).</summary>
/// <param name="up">Upsampling factor.</param>
/// <param name="down">Downsampling factor.</param>
/// <param name="upTaps">[up][6]: the taps of each first tap.</param>
/// <param name="downTaps">[down][6]: taps r, r + down, … of each remainder r.</param>
internal readonly unsafe struct SweepTables<T>(int up, int down, T* upTaps, T* downTaps)
    where T : unmanaged
{
    /// <summary>Taps of a phase.</summary>
    public const int Taps = 6;

    public int Up { get; } = up;

    public int Down { get; } = down;

    public T* UpTaps { get; } = upTaps;

    public T* DownTaps { get; } = downTaps;
}

/// <summary>Some steps of a sweep, made one after another from input rows that lie in the nearest cache.</summary>
/// <param name="EndStep">The step to stop before.</param>
/// <param name="FirstInput">The first input row that they read; outside the plane rows are zero.</param>
/// <param name="InputCount">How many they read.</param>
internal readonly record struct SweepBand(int EndStep, int FirstInput, int InputCount);

/// <summary>Where a sweep stands.</summary>
/// <param name="firstStep">The first step; a step is down rows between the filters, after which an output row is whole.</param>
/// <param name="endStep">The step to stop before.</param>
/// <param name="firstTap">The first filter's tap that the first row begins with.</param>
/// <param name="pitch">Samples from one row to the next.</param>
internal readonly struct SweepRange(int firstStep, int endStep, int firstTap, nint pitch)
{
    public int FirstStep { get; } = firstStep;

    public int EndStep { get; } = endStep;

    public int FirstTap { get; } = firstTap;

    public nint Pitch { get; } = pitch;
}

/// <summary>
/// Both filters across rows and the activation between, a few columns at a time from top to bottom: the six output rows that a row
/// between the filters adds to are held in registers, so no such row is ever in memory.
/// </summary>
internal static unsafe class SweepKernel<TLanes, TVec, T>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Two vectors of columns.</summary>
    /// <param name="tables">Taps.</param>
    /// <param name="range">Steps to make.</param>
    /// <param name="source">The input row that the first row between the filters begins with.</param>
    /// <param name="target">Where the first output row that becomes whole goes.</param>
    /// <param name="sums">Five rows of sums, of the output rows begun and not yet whole, from one range to the next; zeros at first.</param>
    /// <param name="lane">The columns' place in their phase.</param>
    /// <param name="epilogue">The activation.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Two<TEpilogue>(
        in SweepTables<T> tables, in SweepRange range, T* source, T* target, T* sums, nint lane, TEpilogue epilogue)
        where TEpilogue : struct, IEpilogue<TVec>
    {
        nint width = TLanes.Count;
        var pitch = range.Pitch;
        TVec a0 = default, b0 = default;
        TVec a1 = TLanes.Load(sums), b1 = TLanes.Load(sums + width);
        TVec a2 = TLanes.Load(sums + pitch), b2 = TLanes.Load(sums + pitch + width);
        TVec a3 = TLanes.Load(sums + (2 * pitch)), b3 = TLanes.Load(sums + (2 * pitch) + width);
        TVec a4 = TLanes.Load(sums + (3 * pitch)), b4 = TLanes.Load(sums + (3 * pitch) + width);
        TVec a5 = TLanes.Load(sums + (4 * pitch)), b5 = TLanes.Load(sums + (4 * pitch) + width);
        var (up, down, phase) = (tables.Up, tables.Down, range.FirstTap);
        var row = range.FirstStep * down;
        for (var step = range.FirstStep; step < range.EndStep; step++)
        {
            var g = tables.DownTaps;
            for (var r = 0; r < down; r++, row++, g += SweepTables<T>.Taps)
            {
                var f = tables.UpTaps + (phase * SweepTables<T>.Taps);
                var x = source;
                var tap = TLanes.Broadcast(f[0]);
                var a = TLanes.Multiply(TLanes.Load(x), tap);
                var b = TLanes.Multiply(TLanes.Load(x + width), tap);
                x += pitch;
                tap = TLanes.Broadcast(f[1]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + width), tap, b);
                x += pitch;
                tap = TLanes.Broadcast(f[2]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + width), tap, b);
                x += pitch;
                tap = TLanes.Broadcast(f[3]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + width), tap, b);
                x += pitch;
                tap = TLanes.Broadcast(f[4]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + width), tap, b);
                x += pitch;
                tap = TLanes.Broadcast(f[5]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + width), tap, b);

                a = epilogue.Apply(a, row, lane);
                b = epilogue.Apply(b, row, lane + width);

                tap = TLanes.Broadcast(g[0]);
                a0 = TLanes.MultiplyAdd(a, tap, a0);
                b0 = TLanes.MultiplyAdd(b, tap, b0);
                tap = TLanes.Broadcast(g[1]);
                a1 = TLanes.MultiplyAdd(a, tap, a1);
                b1 = TLanes.MultiplyAdd(b, tap, b1);
                tap = TLanes.Broadcast(g[2]);
                a2 = TLanes.MultiplyAdd(a, tap, a2);
                b2 = TLanes.MultiplyAdd(b, tap, b2);
                tap = TLanes.Broadcast(g[3]);
                a3 = TLanes.MultiplyAdd(a, tap, a3);
                b3 = TLanes.MultiplyAdd(b, tap, b3);
                tap = TLanes.Broadcast(g[4]);
                a4 = TLanes.MultiplyAdd(a, tap, a4);
                b4 = TLanes.MultiplyAdd(b, tap, b4);
                tap = TLanes.Broadcast(g[5]);
                a5 = TLanes.MultiplyAdd(a, tap, a5);
                b5 = TLanes.MultiplyAdd(b, tap, b5);

                if (phase-- == 0)
                {
                    phase = up - 1;
                    source += pitch;
                }
            }
            if (step >= SweepTables<T>.Taps - 1)
            {
                TLanes.Store(a5, target);
                TLanes.Store(b5, target + width);
                target += pitch;
            }
            (a5, a4, a3, a2, a1, a0) = (a4, a3, a2, a1, a0, default);
            (b5, b4, b3, b2, b1, b0) = (b4, b3, b2, b1, b0, default);
        }
        TLanes.Store(a1, sums);
        TLanes.Store(b1, sums + width);
        TLanes.Store(a2, sums + pitch);
        TLanes.Store(b2, sums + pitch + width);
        TLanes.Store(a3, sums + (2 * pitch));
        TLanes.Store(b3, sums + (2 * pitch) + width);
        TLanes.Store(a4, sums + (3 * pitch));
        TLanes.Store(b4, sums + (3 * pitch) + width);
        TLanes.Store(a5, sums + (4 * pitch));
        TLanes.Store(b5, sums + (4 * pitch) + width);
    }

    /// <summary>One vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void One<TEpilogue>(
        in SweepTables<T> tables, in SweepRange range, T* source, T* target, T* sums, nint lane, TEpilogue epilogue)
        where TEpilogue : struct, IEpilogue<TVec>
    {
        var pitch = range.Pitch;
        TVec a0 = default;
        TVec a1 = TLanes.Load(sums);
        TVec a2 = TLanes.Load(sums + pitch);
        TVec a3 = TLanes.Load(sums + (2 * pitch));
        TVec a4 = TLanes.Load(sums + (3 * pitch));
        TVec a5 = TLanes.Load(sums + (4 * pitch));
        var (up, down, phase) = (tables.Up, tables.Down, range.FirstTap);
        var row = range.FirstStep * down;
        for (var step = range.FirstStep; step < range.EndStep; step++)
        {
            var g = tables.DownTaps;
            for (var r = 0; r < down; r++, row++, g += SweepTables<T>.Taps)
            {
                var f = tables.UpTaps + (phase * SweepTables<T>.Taps);
                var x = source;
                var tap = TLanes.Broadcast(f[0]);
                var a = TLanes.Multiply(TLanes.Load(x), tap);
                x += pitch;
                tap = TLanes.Broadcast(f[1]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                x += pitch;
                tap = TLanes.Broadcast(f[2]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                x += pitch;
                tap = TLanes.Broadcast(f[3]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                x += pitch;
                tap = TLanes.Broadcast(f[4]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);
                x += pitch;
                tap = TLanes.Broadcast(f[5]);
                a = TLanes.MultiplyAdd(TLanes.Load(x), tap, a);

                a = epilogue.Apply(a, row, lane);

                tap = TLanes.Broadcast(g[0]);
                a0 = TLanes.MultiplyAdd(a, tap, a0);
                tap = TLanes.Broadcast(g[1]);
                a1 = TLanes.MultiplyAdd(a, tap, a1);
                tap = TLanes.Broadcast(g[2]);
                a2 = TLanes.MultiplyAdd(a, tap, a2);
                tap = TLanes.Broadcast(g[3]);
                a3 = TLanes.MultiplyAdd(a, tap, a3);
                tap = TLanes.Broadcast(g[4]);
                a4 = TLanes.MultiplyAdd(a, tap, a4);
                tap = TLanes.Broadcast(g[5]);
                a5 = TLanes.MultiplyAdd(a, tap, a5);

                if (phase-- == 0)
                {
                    phase = up - 1;
                    source += pitch;
                }
            }
            if (step >= SweepTables<T>.Taps - 1)
            {
                TLanes.Store(a5, target);
                target += pitch;
            }
            (a5, a4, a3, a2, a1, a0) = (a4, a3, a2, a1, a0, default);
        }
        TLanes.Store(a1, sums);
        TLanes.Store(a2, sums + pitch);
        TLanes.Store(a3, sums + (2 * pitch));
        TLanes.Store(a4, sums + (3 * pitch));
        TLanes.Store(a5, sums + (4 * pitch));
    }
}
