using System.Numerics;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// Where everything of a pass over one plane lies, and with which taps. A row is kept in phases so that every filter, whatever
/// its factors, reads and writes whole vectors of neighbours: with L the least common multiple of up and down, position c of a
/// row between the filters is lane c / L of phase c mod L; an input row has L / up phases, an output row L / down.
/// </summary>
internal sealed unsafe class ResamplePlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int CacheLine = 64;

    private const int LeastBand = 8;
    private readonly List<Array> _pinned = [];
    private readonly int _lanes;

    /// <param name="horizontal">The axis along a row.</param>
    /// <param name="vertical">The axis across rows.</param>
    /// <param name="up">The first filter as it is applied (flipped already).</param>
    /// <param name="upScale">Factor on its coefficients (both axes together).</param>
    /// <param name="down">The second filter as it is applied.</param>
    /// <param name="downScale">Factor on its coefficients.</param>
    /// <param name="lanes">Samples in a vector.</param>
    /// <param name="bandBytes">Size of the rows that a sweep leaves before they are taken further.</param>
    public ResamplePlan(
        ResampleAxis horizontal, ResampleAxis vertical, FilterTaps up, double upScale, FilterTaps down, double downScale, int lanes,
        int bandBytes)
    {
        (Horizontal, Vertical, SeparableUp, SeparableDown, _lanes) = (horizontal, vertical, up.Separable, down.Separable, lanes);
        Phases = (int)(horizontal.Up / BigInteger.GreatestCommonDivisor(horizontal.Up, horizontal.Down) * horizontal.Down);
        InputPhases = Phases / horizontal.Up;
        OutputPhases = Phases / horizontal.Down;

        var outputLanes = RoundUp(CeilingDivide(horizontal.Output, OutputPhases));
        MidLanes = RoundUp(CeilingDivide(horizontal.Mid, Phases));
        var reach = (((OutputPhases - 1) * horizontal.Down) + horizontal.DownTaps - 1) / Phases;
        MidPitch = Math.Max(MidLanes, RoundUp(outputLanes + reach));
        MidRow = ApartInCache(Phases * MidPitch);
        OutputPitch = outputLanes;
        OutputRow = OutputPhases * OutputPitch;

        var last = Phases - 1;
        var highest = horizontal.FirstInput(last) + horizontal.InputCount(last) - 1;
        FirstLane = ResampleAxis.FloorDivide(horizontal.FirstInput(0), InputPhases);
        InputPitch = RoundUp(MidLanes + ResampleAxis.FloorDivide(highest, InputPhases) - FirstLane);
        InputRow = ApartInCache(InputPhases * InputPitch);

        // Rows between the filters are made two at a time; where the pair starts right, both read the same input rows.
        FirstMid = vertical.Up % 2 == 0 && ResampleAxis.Modulo(vertical.Low, 2) == 0 ? -1 : 0;
        FirstInput = vertical.FirstInput(FirstMid);
        UpRow = SeparableUp ? MidRow : InputRow;
        AcrossUp = SeparableUp ? BuildAcrossUp(up) : [];
        MidPairs = BuildMidPairs(up, upScale);
        UpRing = new RowRing(MidPairs.Max(pair => pair[0].RowCount), UpRow, _pinned);

        // What two output rows read, and one more row where its pair ends behind them.
        MidRing = new RowRing(vertical.DownTaps + vertical.Down + 1, MidRow, _pinned);
        (DownOne, DownTwo) = BuildDown(down, downScale);
        AcrossDown = SeparableDown ? BuildAcrossDown(down) : [];
        IsSweep = SeparableUp && SeparableDown
            && vertical.UpTaps == SweepTables<T>.Taps * vertical.Up && vertical.DownTaps == SweepTables<T>.Taps * vertical.Down;
        if (IsSweep)
        {
            Sweep = BuildSweep(up, upScale, down, downScale);
            BandSteps = Math.Min(SweepSteps, Math.Max(LeastBand, bandBytes / (MidRow * sizeof(T))));
            for (var step = 0; step < SweepSteps; step += BandSteps)
                BandInputs = Math.Max(BandInputs, Band(step).InputCount);
            WorkingBytes = sizeof(T)
                * (nint)(((BandInputs + BandSteps + SweepTables<T>.Taps - 1) * MidRow) + OutputRow + InputRow);
            return;
        }
        WorkingBytes = sizeof(T)
            * (nint)((UpRing.Capacity * UpRow) + ((MidRing.Capacity + 2) * MidRow) + (2 * OutputRow) + InputRow);
    }

    public ResampleAxis Horizontal { get; }

    public ResampleAxis Vertical { get; }

    public bool SeparableUp { get; }

    public bool SeparableDown { get; }

    /// <summary>Phases of a row between the filters, L.</summary>
    public int Phases { get; }

    public int InputPhases { get; }

    public int OutputPhases { get; }

    /// <summary>Lanes computed in each phase between the filters, whole vectors.</summary>
    public int MidLanes { get; }

    /// <summary>Samples from one phase to the next in a row between the filters.</summary>
    public int MidPitch { get; }

    public int MidRow { get; }

    /// <summary>The lane that an input row's buffer begins with; negative where the padding is.</summary>
    public int FirstLane { get; }

    public int InputPitch { get; }

    public int InputRow { get; }

    public int OutputPitch { get; }

    public int OutputRow { get; }

    /// <summary>Samples of a row in <see cref="UpRing"/>: filtered along the row, or as loaded when the filter is a rectangle.</summary>
    public int UpRow { get; }

    /// <summary>The first row made between the filters: 0, or −1 where pairs start better there.</summary>
    public int FirstMid { get; }

    /// <summary>The input row that it reads first; outside the plane rows are zero.</summary>
    public int FirstInput { get; }

    public RowRing UpRing { get; }

    public RowRing MidRing { get; }

    /// <summary>Along a row, up: phases 2i and 2i + 1 from an input row (the last alone where their number is odd).</summary>
    public Fir<T>[] AcrossUp { get; }

    /// <summary>Across rows, up: a pair of rows between the filters, by the pair's place in the cycle of phases, then by column phase.</summary>
    public Fir<T>[][] MidPairs { get; }

    /// <summary>Across rows, down, one output row: the only entry when separable, else by output phase.</summary>
    public Fir<T>[] DownOne { get; }

    /// <summary>The same for two output rows.</summary>
    public Fir<T>[] DownTwo { get; }

    /// <summary>Along a row, down: one output phase each.</summary>
    public Fir<T>[] AcrossDown { get; }

    /// <summary>Both filters are separable with six taps a phase, which a <see cref="SweepPass{TLanes,TVec,T}"/> is made for.</summary>
    public bool IsSweep { get; }

    /// <summary>Taps across rows of a sweep.</summary>
    public SweepTables<T> Sweep { get; }

    /// <summary>Steps of a sweep: one for each output row, and those before the first is whole.</summary>
    public int SweepSteps => Vertical.Output + SweepTables<T>.Taps - 1;

    /// <summary>Steps of a sweep from one band to the next.</summary>
    public int BandSteps { get; }

    /// <summary>The most input rows that a band is made from.</summary>
    public int BandInputs { get; }

    /// <summary>Memory that a pass works in.</summary>
    public nint WorkingBytes { get; }

    /// <summary>The band of a sweep that begins with a step.</summary>
    public SweepBand Band(int step)
    {
        var end = Math.Min(SweepSteps, step + BandSteps);
        var first = Vertical.FirstInput(step * Vertical.Down);
        return new(end, first, Vertical.FirstInput((end * Vertical.Down) - 1) + SweepTables<T>.Taps - first);
    }

    private Fir<T>[] BuildAcrossUp(FilterTaps up)
    {
        var firs = new Fir<T>[CeilingDivide(Phases, 2)];
        for (var i = 0; i < firs.Length; i++)
        {
            var pair = (2 * i) + 1 < Phases;
            var (first, count) = InputWindow(Horizontal, 2 * i, pair ? 2 : 1);
            firs[i] = Make(
                1, count, c => InputOffset(first + c), pair ? 2 : 1,
                (_, c, output) => Tap(Horizontal, (2 * i) + output, first + c) is { } k ? up.Values[k] : 0);
        }
        return firs;
    }

    private Fir<T>[][] BuildMidPairs(FilterTaps up, double scale)
    {
        var cycle = Vertical.Up % 2 == 0 ? Vertical.Up / 2 : Vertical.Up;
        var pairs = new Fir<T>[cycle][];
        for (var i = 0; i < cycle; i++)
        {
            var mid = FirstMid + (2 * i);
            var (first, rows) = InputWindow(Vertical, mid, 2);
            pairs[i] = new Fir<T>[Phases];
            for (var phase = 0; phase < Phases; phase++)
            {
                var p = phase;
                if (SeparableUp)
                {
                    pairs[i][p] = Make(
                        rows, 1, _ => p * MidPitch, 2,
                        (r, _, output) => Tap(Vertical, mid + output, first + r) is { } k ? up.Values[k] * scale : 0);
                    continue;
                }
                var (left, columns) = InputWindow(Horizontal, p, 1);
                pairs[i][p] = Make(
                    rows, columns, c => InputOffset(left + c), 2,
                    (r, c, output) => Tap(Vertical, mid + output, first + r) is { } ky && Tap(Horizontal, p, left + c) is { } kx
                        ? up.Values[(ky * up.Width) + kx] * scale : 0);
            }
        }
        return pairs;
    }

    private (Fir<T>[] One, Fir<T>[] Two) BuildDown(FilterTaps down, double scale)
    {
        var height = Vertical.DownTaps;
        double Value(int row, int column, int output)
        {
            var ky = row - (output * Vertical.Down);
            return ky < 0 || ky >= height ? 0 : down.Values[down.Separable ? ky : (ky * down.Width) + column] * scale;
        }
        if (SeparableDown)
        {
            return ([Make(height, 1, _ => 0, 1, Value)], [Make(height + Vertical.Down, 1, _ => 0, 2, Value)]);
        }
        var phases = Enumerable.Range(0, OutputPhases).ToArray();
        return (
            [.. phases.Select(p => Make(height, down.Width, c => MidOffset((p * Horizontal.Down) + c), 1, Value))],
            [.. phases.Select(p => Make(height + Vertical.Down, down.Width, c => MidOffset((p * Horizontal.Down) + c), 2, Value))]);
    }

    private SweepTables<T> BuildSweep(FilterTaps up, double upScale, FilterTaps down, double downScale)
    {
        const int Taps = SweepTables<T>.Taps;
        T[] upTaps = new T[Vertical.UpTaps], downTaps = new T[Vertical.DownTaps];
        for (var k = 0; k < upTaps.Length; k++)
            upTaps[(k % Vertical.Up * Taps) + (k / Vertical.Up)] = T.CreateSaturating(up.Values[k] * upScale);
        for (var k = 0; k < downTaps.Length; k++)
            downTaps[(k % Vertical.Down * Taps) + (k / Vertical.Down)] = T.CreateSaturating(down.Values[k] * downScale);
        return new(Vertical.Up, Vertical.Down, Pin(upTaps), Pin(downTaps));
    }

    private Fir<T>[] BuildAcrossDown(FilterTaps down) =>
    [
        .. Enumerable.Range(0, OutputPhases).Select(p =>
            Make(1, down.Width, c => MidOffset((p * Horizontal.Down) + c), 1, (_, c, _) => down.Values[c])),
    ];

    /// <summary>The input samples that <paramref name="outputs"/> neighbours from <paramref name="mid"/> on read together.</summary>
    private static (int First, int Count) InputWindow(ResampleAxis axis, int mid, int outputs)
    {
        var first = axis.FirstInput(mid);
        var end = first;
        for (var j = mid; j < mid + outputs; j++)
            end = Math.Max(end, axis.FirstInput(j) + axis.InputCount(j));
        return (first, end - first);
    }

    private static int? Tap(ResampleAxis axis, int mid, int input)
    {
        var k = axis.FirstTap(mid) + ((input - axis.FirstInput(mid)) * axis.Up);
        return k >= 0 && k < axis.UpTaps ? k : null;
    }

    private nint InputOffset(int input)
    {
        var lane = ResampleAxis.FloorDivide(input, InputPhases);
        return (ResampleAxis.Modulo(input, InputPhases) * InputPitch) + lane - FirstLane;
    }

    private nint MidOffset(int position) => (position % Phases * MidPitch) + (position / Phases);

    private Fir<T> Make(int rows, int columns, Func<int, nint> offset, int outputs, Func<int, int, int, double> tap)
    {
        nint[] offsets = [.. Enumerable.Range(0, columns).Select(offset)];
        T[] taps =
        [
            .. Enumerable.Range(0, rows * columns * outputs)
                .Select(i => T.CreateSaturating(tap(i / (columns * outputs), i / outputs % columns, i % outputs))),
        ];
        return new(rows, columns, Pin(offsets), Pin(taps));
    }

    private TItem* Pin<TItem>(TItem[] values)
        where TItem : unmanaged
    {
        var pinned = GC.AllocateUninitializedArray<TItem>(Math.Max(values.Length, 1), pinned: true);
        values.CopyTo(pinned, 0);
        _pinned.Add(pinned);
        return (TItem*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[0]);
    }

    // Rows a whole number of pages apart would share the same few lines of the cache. No vector is longer than a line.
    private static int ApartInCache(int row)
    {
        var line = CacheLine / sizeof(T);
        return (CeilingDivide(row, line) | 1) * line;
    }

    private int RoundUp(int count) => CeilingDivide(count, _lanes) * _lanes;

    private static int CeilingDivide(int a, int b) => (a + b - 1) / b;
}
