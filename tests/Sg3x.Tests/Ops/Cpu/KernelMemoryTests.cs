using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>A pass writes nothing before or behind its output, its masks and the memory that it works in.</summary>
public sealed unsafe class KernelMemoryTests
{
    private const int Cases = 160;

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
        using var x = new Guarded(c.InputSize * sizeof(T), "input");
        using var y = new Guarded(c.OutputSize * sizeof(T), "output");
        using var mask = new Guarded(plan.Mask.BytesPerImagePlane, "mask");
        foreach (var stage in (MidStage[])[MidStage.Activate, MidStage.ActivateAndRecord, MidStage.Replay, MidStage.ReplayAdjoint])
        {
            var adjoint = stage == MidStage.ReplayAdjoint;
            var tables = plan.Tables<T>(width, TLanes.Count, adjoint);
            using var working = new Guarded(tables.WorkingBytes, "working memory");
            var data = adjoint ? new PlaneData(y.Data, x.Data, mask.Data, 0) : new PlaneData(x.Data, y.Data, mask.Data, 1);
            if (tables.IsSweep)
                new SweepPass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, StorageFormat.Native, working.Data).Run(data);
            else
                new PlanePass<TLanes, TVec, T>(tables, plan.Mask, stage, c.Slope, c.Limit, StorageFormat.Native, working.Data).Run(data);
            foreach (var memory in (Guarded[])[x, y, mask, working])
                Assert.True(memory.IsWhole, $"{stage}, {width} bits: written outside the {memory.Name}; case {seed}: {c}");
        }
    }

    // Zeros between two pages of a pattern, aligned as the kernels ask.
    private sealed class Guarded : IDisposable
    {
        private const int Guard = 4096;
        private const byte Pattern = 0xA5;
        private readonly byte* _start;
        private readonly long _bytes;

        public Guarded(long bytes, string name)
        {
            (_bytes, Name) = (bytes, name);
            _start = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + (2 * Guard)), 64);
            new Span<byte>(_start, (int)bytes + (2 * Guard)).Fill(Pattern);
            new Span<byte>(Data, (int)bytes).Clear();
        }

        public string Name { get; }

        public byte* Data => _start + Guard;

        public bool IsWhole =>
            !new ReadOnlySpan<byte>(_start, Guard).ContainsAnyExcept(Pattern)
            && !new ReadOnlySpan<byte>(Data + _bytes, Guard).ContainsAnyExcept(Pattern);

        public void Dispose() => NativeMemory.AlignedFree(_start);
    }
}
