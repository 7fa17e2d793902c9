using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    public void A_row_between_the_filters_is_as_long_as_its_last_output_reaches()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            foreach (var adjoint in (bool[])[false, true])
            {
                var plan = c.Plan.Tables<double>(SimdWidth.Scalar, 1, adjoint);
                var last = (((plan.OutputPitch * plan.OutputPhases) - 1) * plan.Horizontal.Down) + plan.Horizontal.DownTaps - 1;
                Assert.True(last / plan.Phases < plan.MidPitch, $"case {seed}: {c}");
            }
        }
    }

    private static void StaysWithin<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            Check<ScalarLanes<T>, T, T>(c, SimdWidth.Scalar, seed);
            Check<Lanes256<T>, Vector256<T>, T>(c, SimdWidth.Bits256, seed);
            Check<Lanes512<T>, Vector512<T>, T>(c, SimdWidth.Bits512, seed);
        }
    }

    private static void Check<TLanes, TVec, T>(DrawnCase c, SimdWidth width, int seed)
        where TLanes : struct, ILanes<TVec, T>
        where TVec : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = c.Plan;
        using var x = new Guarded("input", c.InputSize * sizeof(T), sizeof(T));
        using var y = new Guarded("output", c.OutputSize * sizeof(T), sizeof(T));
        using var mask = new Guarded("mask", plan.Mask.BytesPerImagePlane, 1, MaskLayout.Slack);
        foreach (var stage in (MidStage[])[MidStage.Activate, MidStage.ActivateAndRecord, MidStage.Replay, MidStage.ReplayAdjoint])
        {
            var adjoint = stage == MidStage.ReplayAdjoint;
            var tables = plan.Tables<T>(width, TLanes.Count, adjoint);
            using var working = new Guarded("working memory", tables.WorkingBytes, CacheLine);
            var data = adjoint ? new PlaneData(y.Data, x.Data, mask.Data, 0) : new PlaneData(x.Data, y.Data, mask.Data, 1);
            if (tables.IsSweep)
                new SweepPass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, StorageFormat.Native, working.Data).Run(data);
            else
                new PlanePass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, StorageFormat.Native, working.Data).Run(data);
            foreach (var memory in (Guarded[])[x, y, mask, working])
                Assert.True(memory.IsWhole, $"{stage}, {width} bits: written outside the {memory.Name}; case {seed}: {c}");
        }
    }

    // Zeros between a pattern and a page that ends the process when it is read or written. The pattern comes once more between the
    // two where the zeros begin aligned and do not end so, or where a few bytes behind them may be read.
    private sealed partial class Guarded : IDisposable
    {
        private const byte Pattern = 0xA5;
        private const int ReadAndWrite = 3, PrivateAndAnonymous = 0x22;
        private readonly byte* _start;
        private readonly int _readable, _bytes;

        public Guarded(string name, long bytes, int alignment, int mayBeRead = 0)
        {
            (Name, _bytes) = (name, (int)bytes);
            int aligned = (_bytes + mayBeRead + alignment - 1) / alignment * alignment;
            int page = Environment.SystemPageSize;
            _readable = page + ((aligned + page - 1) / page * page);
            _start = (byte*)Map(0, _readable + page, ReadAndWrite, PrivateAndAnonymous, -1, 0);
            Assert.True((nint)_start != -1 && Protect((nint)_start + _readable, page, 0) == 0, "no memory to be had");
            Data = _start + _readable - aligned;
            new Span<byte>(_start, _readable).Fill(Pattern);
            new Span<byte>(Data, _bytes).Clear();
        }

        public string Name { get; }

        public byte* Data { get; }

        public bool IsWhole => IsPattern(_start, Data) && IsPattern(Data + _bytes, _start + _readable);

        public void Dispose() => _ = Unmap((nint)_start, _readable + Environment.SystemPageSize);

        private static bool IsPattern(byte* start, byte* end) => !new ReadOnlySpan<byte>(start, (int)(end - start)).ContainsAnyExcept(Pattern);

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int Protect(nint address, nint length, int protection);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int Unmap(nint address, nint length);
    }
}
