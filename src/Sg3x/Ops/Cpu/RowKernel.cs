using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// Filters along one row, target[n] = Σ_c taps[c]·source[columns[c] + n], for rows too short to hide a loop over taps: two vectors
/// at a time, and the commonest shapes without a loop.
/// </summary>
internal static unsafe class RowKernel<TLanes, TVec, T>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One output.</summary>
    internal static void One(in Fir<T> fir, T* source, T* target, nint length)
    {
        if (fir.Places == 2)
            SixAndSix(fir.Taps, source + fir.Columns[0], source + fir.Columns[1], target, length);
        else
            One(fir.Columns, fir.Taps, fir.ColumnCount, source, target, length);
    }

    /// <summary>Two outputs from the same samples; their taps stand side by side.</summary>
    internal static void Two(in Fir<T> fir, T* source, T* target0, T* target1, nint length)
    {
        if (fir.Places == 1)
            SixTwo(fir.Taps, source + fir.Columns[0], target0, target1, length);
        else
            Two(fir.Columns, fir.Taps, fir.ColumnCount, source, target0, target1, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(nint* columns, T* taps, int count, T* source, T* target, nint length)
    {
        nint width = TLanes.Count;
        nint n = 0;
        for (; n + width < length; n += 2 * width)
        {
            TVec a = default, b = default, a2 = default, b2 = default;
            var x = source + n;
            var c = 0;
            for (; c + 1 < count; c += 2)
            {
                var (f, g) = (TLanes.Broadcast(taps[c]), TLanes.Broadcast(taps[c + 1]));
                a = TLanes.MultiplyAdd(TLanes.Load(x + columns[c]), f, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + columns[c] + width), f, b);
                a2 = TLanes.MultiplyAdd(TLanes.Load(x + columns[c + 1]), g, a2);
                b2 = TLanes.MultiplyAdd(TLanes.Load(x + columns[c + 1] + width), g, b2);
            }
            if (c < count)
            {
                var f = TLanes.Broadcast(taps[c]);
                a = TLanes.MultiplyAdd(TLanes.Load(x + columns[c]), f, a);
                b = TLanes.MultiplyAdd(TLanes.Load(x + columns[c] + width), f, b);
            }
            TLanes.Store(TLanes.Add(a, a2), target + n);
            TLanes.Store(TLanes.Add(b, b2), target + n + width);
        }
        if (n < length)
        {
            TVec a = default, a2 = default;
            var x = source + n;
            var c = 0;
            for (; c + 1 < count; c += 2)
            {
                a = TLanes.MultiplyAdd(TLanes.Load(x + columns[c]), TLanes.Broadcast(taps[c]), a);
                a2 = TLanes.MultiplyAdd(TLanes.Load(x + columns[c + 1]), TLanes.Broadcast(taps[c + 1]), a2);
            }
            if (c < count)
                a = TLanes.MultiplyAdd(TLanes.Load(x + columns[c]), TLanes.Broadcast(taps[c]), a);
            TLanes.Store(TLanes.Add(a, a2), target + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(nint* columns, T* taps, int count, T* source, T* target0, T* target1, nint length)
    {
        nint width = TLanes.Count;
        nint n = 0;
        for (; n + width < length; n += 2 * width)
        {
            TVec a = default, b = default, d = default, e = default;
            var x = source + n;
            for (var c = 0; c < count; c++)
            {
                var (f, g) = (TLanes.Broadcast(taps[2 * c]), TLanes.Broadcast(taps[(2 * c) + 1]));
                var (x0, x1) = (TLanes.Load(x + columns[c]), TLanes.Load(x + columns[c] + width));
                a = TLanes.MultiplyAdd(x0, f, a);
                b = TLanes.MultiplyAdd(x1, f, b);
                d = TLanes.MultiplyAdd(x0, g, d);
                e = TLanes.MultiplyAdd(x1, g, e);
            }
            TLanes.Store(a, target0 + n);
            TLanes.Store(b, target0 + n + width);
            TLanes.Store(d, target1 + n);
            TLanes.Store(e, target1 + n + width);
        }
        if (n < length)
        {
            TVec a = default, d = default;
            var x = source + n;
            for (var c = 0; c < count; c++)
            {
                var x0 = TLanes.Load(x + columns[c]);
                a = TLanes.MultiplyAdd(x0, TLanes.Broadcast(taps[2 * c]), a);
                d = TLanes.MultiplyAdd(x0, TLanes.Broadcast(taps[(2 * c) + 1]), d);
            }
            TLanes.Store(a, target0 + n);
            TLanes.Store(d, target1 + n);
        }
    }

    // Two outputs from the same six neighbours; their taps stand side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixTwo(T* taps, T* source, T* target0, T* target1, nint length)
    {
        nint width = TLanes.Count;
        var (f0, g0) = (TLanes.Broadcast(taps[0]), TLanes.Broadcast(taps[1]));
        var (f1, g1) = (TLanes.Broadcast(taps[2]), TLanes.Broadcast(taps[3]));
        var (f2, g2) = (TLanes.Broadcast(taps[4]), TLanes.Broadcast(taps[5]));
        var (f3, g3) = (TLanes.Broadcast(taps[6]), TLanes.Broadcast(taps[7]));
        var (f4, g4) = (TLanes.Broadcast(taps[8]), TLanes.Broadcast(taps[9]));
        var (f5, g5) = (TLanes.Broadcast(taps[10]), TLanes.Broadcast(taps[11]));
        for (nint n = 0; n < length; n += width)
        {
            var s = source + n;
            var x = TLanes.Load(s);
            var a = TLanes.Multiply(x, f0);
            var b = TLanes.Multiply(x, g0);
            x = TLanes.Load(s + 1);
            a = TLanes.MultiplyAdd(x, f1, a);
            b = TLanes.MultiplyAdd(x, g1, b);
            x = TLanes.Load(s + 2);
            a = TLanes.MultiplyAdd(x, f2, a);
            b = TLanes.MultiplyAdd(x, g2, b);
            x = TLanes.Load(s + 3);
            a = TLanes.MultiplyAdd(x, f3, a);
            b = TLanes.MultiplyAdd(x, g3, b);
            x = TLanes.Load(s + 4);
            a = TLanes.MultiplyAdd(x, f4, a);
            b = TLanes.MultiplyAdd(x, g4, b);
            x = TLanes.Load(s + 5);
            a = TLanes.MultiplyAdd(x, f5, a);
            b = TLanes.MultiplyAdd(x, g5, b);
            TLanes.Store(a, target0 + n);
            TLanes.Store(b, target1 + n);
        }
    }

    // One output from six neighbours in each of two places; the taps take turns between them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixAndSix(T* taps, T* source0, T* source1, T* target, nint length)
    {
        nint width = TLanes.Count;
        var (f0, g0) = (TLanes.Broadcast(taps[0]), TLanes.Broadcast(taps[1]));
        var (f1, g1) = (TLanes.Broadcast(taps[2]), TLanes.Broadcast(taps[3]));
        var (f2, g2) = (TLanes.Broadcast(taps[4]), TLanes.Broadcast(taps[5]));
        var (f3, g3) = (TLanes.Broadcast(taps[6]), TLanes.Broadcast(taps[7]));
        var (f4, g4) = (TLanes.Broadcast(taps[8]), TLanes.Broadcast(taps[9]));
        var (f5, g5) = (TLanes.Broadcast(taps[10]), TLanes.Broadcast(taps[11]));
        for (nint n = 0; n < length; n += width)
        {
            var a = TLanes.Multiply(TLanes.Load(source0 + n), f0);
            var b = TLanes.Multiply(TLanes.Load(source1 + n), g0);
            a = TLanes.MultiplyAdd(TLanes.Load(source0 + n + 1), f1, a);
            b = TLanes.MultiplyAdd(TLanes.Load(source1 + n + 1), g1, b);
            a = TLanes.MultiplyAdd(TLanes.Load(source0 + n + 2), f2, a);
            b = TLanes.MultiplyAdd(TLanes.Load(source1 + n + 2), g2, b);
            a = TLanes.MultiplyAdd(TLanes.Load(source0 + n + 3), f3, a);
            b = TLanes.MultiplyAdd(TLanes.Load(source1 + n + 3), g3, b);
            a = TLanes.MultiplyAdd(TLanes.Load(source0 + n + 4), f4, a);
            b = TLanes.MultiplyAdd(TLanes.Load(source1 + n + 4), g4, b);
            a = TLanes.MultiplyAdd(TLanes.Load(source0 + n + 5), f5, a);
            b = TLanes.MultiplyAdd(TLanes.Load(source1 + n + 5), g5, b);
            TLanes.Store(TLanes.Add(a, b), target + n);
        }
    }
}
