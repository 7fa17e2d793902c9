using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>What becomes of a sum of taps before it is stored.</summary>
internal interface IEpilogue<TVec>
{
    /// <summary>The value to store in row <paramref name="row"/> from sample <paramref name="lane"/> on.</summary>
    TVec Apply(TVec sum, int row, nint lane);
}

/// <summary>A finite impulse response over a rectangle of taps; offsets are in samples.</summary>
internal readonly unsafe struct Fir<T>(int rowCount, int columnCount, nint* columns, T* taps)
    where T : unmanaged
{
    /// <summary>Rows of taps.</summary>
    public int RowCount { get; } = rowCount;

    /// <summary>Taps in a row.</summary>
    public int ColumnCount { get; } = columnCount;

    /// <summary>Offset of each column of taps.</summary>
    public nint* Columns { get; } = columns;

    /// <summary>Coefficients, row by row; for a kernel with two outputs, each tap's two coefficients side by side.</summary>
    public T* Taps { get; } = taps;

    /// <summary>Where this is one row of six neighbours in each of so many places, taking turns: their number, else 0.</summary>
    public int Places { get; } = CountPlaces(rowCount, columnCount, columns);

    private static int CountPlaces(int rowCount, int columnCount, nint* columns)
    {
        const int Neighbours = 6;
        var places = columnCount / Neighbours;
        if (rowCount != 1 || places == 0 || columnCount % Neighbours != 0)
            return 0;
        for (var c = places; c < columnCount; c++)
        {
            if (columns[c] != columns[c - places] + 1)
                return 0;
        }
        return places;
    }
}

/// <summary>
/// The one inner loop of every stage: target[n] = Σ taps[r, c]·source[rows[r] + columns[c] + n] for all n below a length.
/// Vertical filters have one column, horizontal ones one row; an output phase of a polyphase filter is a set of taps. Two
/// outputs are made at a time where they read the same samples, and four vectors of each, which keeps eight sums in flight.
/// Whole vectors are read and written, so buffers are padded to them.
/// </summary>
internal static unsafe class FirKernel<TLanes, TVec, T>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void One(in Fir<T> fir, T* source, nint* rows, T* target, nint length)
    {
        nint width = TLanes.Count;
        nint n = 0;
        for (; n + (3 * width) < length; n += 4 * width)
        {
            TVec a0 = default, a1 = default, a2 = default, a3 = default;
            var taps = fir.Taps;
            for (var r = 0; r < fir.RowCount; r++)
            {
                var row = source + rows[r] + n;
                for (var c = 0; c < fir.ColumnCount; c++)
                {
                    var x = row + fir.Columns[c];
                    var f = TLanes.Broadcast(*taps++);
                    a0 = TLanes.MultiplyAdd(TLanes.Load(x), f, a0);
                    a1 = TLanes.MultiplyAdd(TLanes.Load(x + width), f, a1);
                    a2 = TLanes.MultiplyAdd(TLanes.Load(x + (2 * width)), f, a2);
                    a3 = TLanes.MultiplyAdd(TLanes.Load(x + (3 * width)), f, a3);
                }
            }
            var y = target + n;
            TLanes.Store(a0, y);
            TLanes.Store(a1, y + width);
            TLanes.Store(a2, y + (2 * width));
            TLanes.Store(a3, y + (3 * width));
        }
        for (; n < length; n += width)
        {
            TVec a = default;
            var taps = fir.Taps;
            for (var r = 0; r < fir.RowCount; r++)
            {
                var row = source + rows[r] + n;
                for (var c = 0; c < fir.ColumnCount; c++)
                    a = TLanes.MultiplyAdd(TLanes.Load(row + fir.Columns[c]), TLanes.Broadcast(*taps++), a);
            }
            TLanes.Store(a, target + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Two<TEpilogue>(
        in Fir<T> fir, T* source, nint* rows, T* target0, T* target1, nint length, TEpilogue epilogue)
        where TEpilogue : struct, IEpilogue<TVec>
    {
        nint width = TLanes.Count;
        nint n = 0;
        for (; n + (3 * width) < length; n += 4 * width)
        {
            TVec a0 = default, a1 = default, a2 = default, a3 = default;
            TVec b0 = default, b1 = default, b2 = default, b3 = default;
            var taps = fir.Taps;
            for (var r = 0; r < fir.RowCount; r++)
            {
                var row = source + rows[r] + n;
                for (var c = 0; c < fir.ColumnCount; c++, taps += 2)
                {
                    var x = row + fir.Columns[c];
                    var f = TLanes.Broadcast(taps[0]);
                    var g = TLanes.Broadcast(taps[1]);
                    var x0 = TLanes.Load(x);
                    var x1 = TLanes.Load(x + width);
                    var x2 = TLanes.Load(x + (2 * width));
                    var x3 = TLanes.Load(x + (3 * width));
                    a0 = TLanes.MultiplyAdd(x0, f, a0);
                    a1 = TLanes.MultiplyAdd(x1, f, a1);
                    a2 = TLanes.MultiplyAdd(x2, f, a2);
                    a3 = TLanes.MultiplyAdd(x3, f, a3);
                    b0 = TLanes.MultiplyAdd(x0, g, b0);
                    b1 = TLanes.MultiplyAdd(x1, g, b1);
                    b2 = TLanes.MultiplyAdd(x2, g, b2);
                    b3 = TLanes.MultiplyAdd(x3, g, b3);
                }
            }
            var y = target0 + n;
            TLanes.Store(epilogue.Apply(a0, 0, n), y);
            TLanes.Store(epilogue.Apply(a1, 0, n + width), y + width);
            TLanes.Store(epilogue.Apply(a2, 0, n + (2 * width)), y + (2 * width));
            TLanes.Store(epilogue.Apply(a3, 0, n + (3 * width)), y + (3 * width));
            var z = target1 + n;
            TLanes.Store(epilogue.Apply(b0, 1, n), z);
            TLanes.Store(epilogue.Apply(b1, 1, n + width), z + width);
            TLanes.Store(epilogue.Apply(b2, 1, n + (2 * width)), z + (2 * width));
            TLanes.Store(epilogue.Apply(b3, 1, n + (3 * width)), z + (3 * width));
        }
        for (; n < length; n += width)
        {
            TVec a = default, b = default;
            var taps = fir.Taps;
            for (var r = 0; r < fir.RowCount; r++)
            {
                var row = source + rows[r] + n;
                for (var c = 0; c < fir.ColumnCount; c++, taps += 2)
                {
                    var x = TLanes.Load(row + fir.Columns[c]);
                    a = TLanes.MultiplyAdd(x, TLanes.Broadcast(taps[0]), a);
                    b = TLanes.MultiplyAdd(x, TLanes.Broadcast(taps[1]), b);
                }
            }
            TLanes.Store(epilogue.Apply(a, 0, n), target0 + n);
            TLanes.Store(epilogue.Apply(b, 1, n), target1 + n);
        }
    }
}
