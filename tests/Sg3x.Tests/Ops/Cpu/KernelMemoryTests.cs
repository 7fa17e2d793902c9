using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sg3x.Ops;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>A pass touches nothing before or behind its input, its output, its masks and the memory that it works in.</summary>
public sealed unsafe partial class KernelMemoryTests
{
    private const int Cases = 160;
    private const int CacheLine = 64;

    [Fact]
    public void Float32_stays_within_its_memory() => StaysWithin<float>();

    [Fact]
    public void Float64_stays_within_its_memory() => StaysWithin<double>();

    [Fact]
    public void BFloat16_stays_within_its_memory() => StaysWithin<float>(StorageFormat.BFloat16);

    [Fact]
    public void A_row_is_as_long_as_what_is_read_of_it()
    {
        foreach ((string name, int lanes, ResamplePlan<double> plan) in Plans(1, 4, 8))
        {
            // Of the second filter: out[o] = Σ_k d[k]·mid[o·down + k], of a row between the filters.
            ResampleAxis axis = plan.Horizontal;
            int lastOutput = (plan.OutputPitch * plan.OutputPhases) - 1;
            int lastMid = (lastOutput * axis.Down) + axis.DownTaps - 1;
            AssertRow(plan.MidPitch, Math.Max(plan.MidLanes, (lastMid / plan.Phases) + 1), name);

            // Of the first: mid[j] = Σ_k u[k]·stuffed[j + k − low], of an input row.
            int[] read = [.. Inputs(axis, 0, plan.MidLanes * plan.Phases).Select(i => (int)Math.Floor((double)i / plan.InputPhases))];
            Assert.Equal(plan.FirstLane, read.Min());
            AssertRow(plan.InputPitch, read.Max() - read.Min() + 1, name);

            // To whole vectors, and no further.
            void AssertRow(int row, int needed, string of) => Assert.True(row >= needed && row < needed + lanes && row % lanes == 0, of);
        }
    }

    /// <summary>A pass makes whole vectors of up to 16 lanes, and rows in pairs that may begin one before and end one behind.</summary>
    [Fact]
    public void A_mask_has_room_for_what_is_written_and_read_and_no_more()
    {
        const int Widest = 16;
        for (int seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            MaskLayout mask = c.Plan.Mask;
            var (lanes, rows) = (new List<int>(), new List<int>());
            foreach (bool adjoint in (bool[])[false, true])
            {
                ResampleAxis horizontal = adjoint ? c.Horizontal.Adjoint() : c.Horizontal, vertical = adjoint ? c.Vertical.Adjoint() : c.Vertical;
                int made = (int)Math.Ceiling(Math.Ceiling((double)horizontal.Mid / mask.Phases) / Widest) * Widest;
                for (int phase = 0; phase < mask.Phases; phase++)
                {
                    int first = (int)Math.Floor((phase - (adjoint ? c.Horizontal.AdjointShift : 0)) / (double)mask.Phases);
                    lanes.AddRange([first, first + made - 1]);
                }
                int up = adjoint ? c.Vertical.AdjointShift : 0;
                rows.AddRange([-1 - up, vertical.Mid - up]);
            }
            int start = (int)Math.Floor(lanes.Min() / (double)Widest) * Widest;
            Assert.Equal((start, (int)Math.Ceiling((lanes.Max() + 1 - start) / 8.0)), (mask.FirstLane, mask.PlaneBytes));
            Assert.Equal((rows.Min(), rows.Max() + 1 - rows.Min()), (mask.FirstRow, mask.Rows));
        }
    }

    [Fact]
    public void Pairs_of_rows_begin_where_both_read_from_the_same_input_row_on()
    {
        foreach ((string name, _, ResamplePlan<double> plan) in Plans(1, 4, 8))
        {
            // As many pairs as there are phases, so that all phases come.
            bool areAlike = Enumerable.Range(0, plan.Vertical.Up)
                .All(i => plan.Vertical.FirstInput((2 * i) - 1) == plan.Vertical.FirstInput(2 * i));
            Assert.True(plan.FirstMid == (areAlike ? -1 : 0), name);
            Assert.Equal(plan.Vertical.FirstInput(plan.FirstMid), plan.FirstInput);
            Assert.Equal(Enumerable.Range(1, plan.Vertical.Up).First(n => 2 * n % plan.Vertical.Up == 0), plan.MidPairs.Length);
        }
    }

    [Fact]
    public void A_band_is_made_from_the_rows_that_it_reads()
    {
        foreach ((string name, _, ResamplePlan<double> plan) in Plans(1).Where(p => p.Plan.IsSweep))
        {
            int most = 0, outputs = 0;
            for (int step = 0; step < plan.SweepSteps; step += plan.BandSteps)
            {
                SweepBand band = plan.Band(step);
                int[] rows = [.. Inputs(plan.Vertical, step * plan.Vertical.Down, band.EndStep * plan.Vertical.Down)];
                Assert.True((rows.Min(), rows.Max() - rows.Min() + 1) == (band.FirstInput, band.InputCount), name);
                most = Math.Max(most, band.InputCount);
                outputs += band.EndStep - step;
            }
            Assert.Equal((most, plan.Vertical.Output), (plan.BandInputs, outputs - SweepTables<double>.Taps + 1));
        }
    }

    [Fact]
    public void Rows_are_the_next_odd_number_of_cache_lines_apart()
    {
        const int Line = CacheLine / sizeof(double);
        foreach ((string name, _, ResamplePlan<double> plan) in Plans(1, 4, 8))
        {
            foreach ((int row, int needed) in new[]
            {
                (plan.MidRow, plan.Phases * plan.MidPitch), (plan.InputRow, plan.InputPhases * plan.InputPitch),
            })
            {
                Assert.True(row >= needed && row < needed + (2 * Line) && row % Line == 0 && row / Line % 2 == 1, name);
            }
        }
    }

    [Fact]
    public void The_memory_that_a_pass_works_in_is_that_of_its_rows()
    {
        foreach ((string name, _, ResamplePlan<double> plan) in Plans(1, 4, 8))
        {
            // In a sweep five rows of sums. Else two output rows are made at a time, each from a row of sums; between the filters are
            // the rows that both read, and one more where the pair that the last of these is of ends behind it.
            Assert.Equal(plan.Vertical.DownTaps + plan.Vertical.Down + 1, plan.MidRing.Capacity);
            long samples = plan.IsSweep
                ? (((long)plan.BandInputs + plan.BandSteps + 5) * plan.MidRow) + plan.OutputRow + plan.InputRow
                : ((long)plan.UpRing.Capacity * plan.UpRow) + (((long)plan.MidRing.Capacity + 2) * plan.MidRow)
                    + (2 * plan.OutputRow) + plan.InputRow;
            Assert.True(samples * sizeof(double) == plan.WorkingBytes, name);
        }
    }

    [Fact]
    public void A_filter_begins_and_ends_with_what_it_weighs()
    {
        foreach ((string name, _, ResamplePlan<double> plan) in Plans(1).Where(p => HasTaps(p.Plan.Horizontal) && HasTaps(p.Plan.Vertical)))
        {
            bool odd = plan.Phases % 2 != 0;
            Assert.All(plan.AcrossUp, (fir, i) => AssertTight(fir, odd && i == plan.AcrossUp.Length - 1 ? 1 : 2, name));
            Assert.All(plan.MidPairs.SelectMany(pair => pair), fir => AssertTight(fir, 2, name));
            Assert.All(plan.DownOne.Concat(plan.AcrossDown), fir => AssertTight(fir, 1, name));
            Assert.All(plan.DownTwo, fir => AssertTight(fir, 2, name));
        }
    }

    private static void AssertTight(Fir<double> fir, int outputs, string name)
    {
        bool Weighs(int row, int column) =>
            Enumerable.Range(0, outputs).Any(o => fir.Taps[(((row * fir.ColumnCount) + column) * outputs) + o] != 0);
        IEnumerable<int> rows = Enumerable.Range(0, fir.RowCount), columns = Enumerable.Range(0, fir.ColumnCount);
        Assert.True(rows.Any(r => Weighs(r, 0)) && rows.Any(r => Weighs(r, fir.ColumnCount - 1)), name);
        Assert.True(columns.Any(c => Weighs(0, c)) && columns.Any(c => Weighs(fir.RowCount - 1, c)), name);
    }

    // The plans of drawn cases and of their adjoints, for vectors of so many samples.
    private static IEnumerable<(string Name, int Lanes, ResamplePlan<double> Plan)> Plans(params int[] lanes) =>
        from seed in Enumerable.Range(0, Cases)
        let c = DrawnCase.Draw(seed, x => x)
        from adjoint in new[] { false, true }
        from count in lanes
        let width = count == 1 ? SimdWidth.Scalar : count == 4 ? SimdWidth.Bits256 : SimdWidth.Bits512
        select ($"case {seed}, {(adjoint ? "adjoint" : "forward")}, {count} lanes: {c}", count, c.Plan.Tables<double>(width, count, adjoint));

    // Each sample between the filters reads one at least.
    private static bool HasTaps(ResampleAxis axis) => axis.UpTaps >= axis.Up;

    // The input samples that samples between the filters read.
    private static IEnumerable<int> Inputs(ResampleAxis axis, int firstMid, int endMid) =>
        from mid in Enumerable.Range(firstMid, endMid - firstMid)
        from k in Enumerable.Range(0, axis.UpTaps)
        where (mid + k - axis.Low) % axis.Up == 0
        select (mid + k - axis.Low) / axis.Up;

    private static void StaysWithin<T>(StorageFormat format = StorageFormat.Native)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            Check<ScalarLanes<T>, T, T>(c, SimdWidth.Scalar, format, seed);
            Check<Lanes256<T>, Vector256<T>, T>(c, SimdWidth.Bits256, format, seed);
            Check<Lanes512<T>, Vector512<T>, T>(c, SimdWidth.Bits512, format, seed);
        }
    }

    private static void Check<TLanes, TVec, T>(DrawnCase c, SimdWidth width, StorageFormat format, int seed)
        where TLanes : struct, ILanes<TVec, T>
        where TVec : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = c.Plan;
        int sample = format == StorageFormat.BFloat16 ? sizeof(ushort) : sizeof(T);
        foreach (bool end in (bool[])[false, true])
        {
            using var x = new Guarded("input", c.InputSize * sample, sample, end);
            using var y = new Guarded("output", c.OutputSize * sample, sample, end);
            using var mask = new Guarded("mask", plan.Mask.BytesPerImagePlane, 1, end, MaskLayout.Slack);
            foreach (var stage in (MidStage[])[MidStage.Activate, MidStage.ActivateAndRecord, MidStage.Replay, MidStage.ReplayAdjoint])
            {
                var adjoint = stage == MidStage.ReplayAdjoint;
                var tables = plan.Tables<T>(width, TLanes.Count, adjoint);
                using var working = new Guarded("working memory", tables.WorkingBytes, CacheLine, end);
                var data = adjoint ? new PlaneData(y.Data, x.Data, mask.Data, 0) : new PlaneData(x.Data, y.Data, mask.Data, 1);
                if (tables.IsSweep)
                    new SweepPass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, format, working.Data).Run(data);
                else
                    new PlanePass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, format, working.Data).Run(data);
                foreach (var memory in (Guarded[])[x, y, mask, working])
                    Assert.True(memory.IsWhole, $"{stage}, {width} bits: written outside the {memory.Name}; case {seed}: {c}");
            }
        }
    }

    /// <summary>
    /// Zeros between two pages that end the process when they are read or written: against the one or the other. What is left of
    /// their own pages is a pattern: of that, it shows what is written to, and the few bytes behind a mask that may be read are of it.
    /// On Linux alone, as the numbers are.
    /// </summary>
    private sealed partial class Guarded : IDisposable
    {
        private const byte Pattern = 0xA5;
        private const int ReadAndWrite = 3, PrivateAndAnonymous = 0x22;
        private static readonly int s_page = Environment.SystemPageSize;
        private readonly byte* _start;
        private readonly int _readable, _bytes;

        public Guarded(string name, long bytes, int alignment, bool end, int mayBeRead = 0)
        {
            (Name, _bytes) = (name, (int)bytes);
            int aligned = (_bytes + mayBeRead + alignment - 1) / alignment * alignment;
            _readable = (aligned + s_page - 1) / s_page * s_page;
            nint start = Map(0, _readable + (2 * s_page), 0, PrivateAndAnonymous, -1, 0);
            if (start == -1 || Protect(start + s_page, _readable, ReadAndWrite) != 0)
                throw new InvalidOperationException($"No memory for {name}: {Marshal.GetLastPInvokeErrorMessage()}");
            _start = (byte*)start + s_page;
            Data = end ? _start + _readable - aligned : _start;
            new Span<byte>(_start, _readable).Fill(Pattern);
            new Span<byte>(Data, _bytes).Clear();
        }

        public string Name { get; }

        public byte* Data { get; }

        public bool IsWhole => IsPattern(_start, Data) && IsPattern(Data + _bytes, _start + _readable);

        public void Dispose() => _ = Unmap((nint)_start - s_page, _readable + (2 * s_page));

        private static bool IsPattern(byte* start, byte* end) => !new ReadOnlySpan<byte>(start, (int)(end - start)).ContainsAnyExcept(Pattern);

        [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
        private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
        private static partial int Protect(nint address, nint length, int protection);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int Unmap(nint address, nint length);
    }
}
