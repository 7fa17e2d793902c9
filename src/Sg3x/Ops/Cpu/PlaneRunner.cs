using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sg3x.Ops.Cpu;

/// <summary>One call on all planes: where the data is and what to do. Everything is contiguous; sizes are the plan's.</summary>
internal readonly unsafe struct PlaneCall(
    int planes, int channels, byte* input, byte* output, byte* bias, byte* mask, double* sums, MidStage stage, StorageFormat format)
{
    /// <summary>N·C.</summary>
    public int Planes { get; } = planes;

    /// <summary>C, the length of the bias.</summary>
    public int Channels { get; } = channels;

    /// <summary>Input planes.</summary>
    public byte* Input { get; } = input;

    /// <summary>Output planes.</summary>
    public byte* Output { get; } = output;

    /// <summary>C values as the samples are stored, or null.</summary>
    public byte* Bias { get; } = bias;

    /// <summary>Branches taken, or null where the stage has none.</summary>
    public byte* Mask { get; } = mask;

    /// <summary>N·C sums of the output planes, of an adjoint pass, or null.</summary>
    public double* Sums { get; } = sums;

    /// <summary>What stands between the filters.</summary>
    public MidStage Stage { get; } = stage;

    /// <summary>How samples are stored.</summary>
    public StorageFormat Format { get; } = format;
}

/// <summary>Runs a pass over every plane on several threads. Planes are independent: the result's bits depend on neither their number nor order.</summary>
internal static unsafe class PlaneRunner
{
    [ThreadStatic]
    private static NativeBuffer? s_working;

    public static void Run<T>(FilteredLeakyReluPlan plan, in PlaneCall call, SimdWidth width, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (width)
        {
            case SimdWidth.Bits512:
                Run<Lanes512<T>, Vector512<T>, T>(plan, call, width, threads);
                break;
            case SimdWidth.Bits256:
                Run<Lanes256<T>, Vector256<T>, T>(plan, call, width, threads);
                break;
            default:
                Run<ScalarLanes<T>, T, T>(plan, call, width, threads);
                break;
        }
    }

    private static void Run<TLanes, TVec, T>(FilteredLeakyReluPlan plan, PlaneCall call, SimdWidth width, int threads)
        where TLanes : struct, ILanes<TVec, T>
        where TVec : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tables = plan.Tables<T>(width, TLanes.Count, call.Stage == MidStage.ReplayAdjoint);
        var chunks = Math.Min(threads, call.Planes);
        if (chunks <= 1)
        {
            RunPlanes<TLanes, TVec, T>(plan, tables, call, 0, call.Planes);
            return;
        }
        var next = 0;
        Parallel.For(0, chunks, _ =>
        {
            for (int plane; (plane = Interlocked.Increment(ref next) - 1) < call.Planes;)
                RunPlanes<TLanes, TVec, T>(plan, tables, call, plane, plane + 1);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPlanes<TLanes, TVec, T>(
        FilteredLeakyReluPlan plan, ResamplePlan<T> tables, in PlaneCall call, int first, int end)
        where TLanes : struct, ILanes<TVec, T>
        where TVec : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var working = (s_working ??= new NativeBuffer()).Zeroed(tables.WorkingBytes);
        var pass = new PlanePass<TLanes, TVec, T>(tables, plan.Mask, call.Stage, plan.Slope, plan.Limit, call.Format, working);
        var sweep = new SweepPass<TLanes, TVec, T>(tables, plan.Mask, call.Stage, plan.Slope, plan.Limit, call.Format, working);
        var sampleBytes = call.Format == StorageFormat.BFloat16 ? sizeof(ushort) : sizeof(T);
        var inputBytes = (long)tables.Horizontal.Input * tables.Vertical.Input * sampleBytes;
        var outputBytes = (long)tables.Horizontal.Output * tables.Vertical.Output * sampleBytes;
        for (var plane = first; plane < end; plane++)
        {
            var mask = call.Mask == null ? null : call.Mask + (plane * plan.Mask.BytesPerImagePlane);
            var data = new PlaneData(
                call.Input + (plane * inputBytes), call.Output + (plane * outputBytes), mask, Bias<T>(call, plane % call.Channels));
            var sum = tables.IsSweep ? sweep.Run(data) : pass.Run(data);
            if (call.Sums != null)
                call.Sums[plane] = sum;
        }
    }

    private static double Bias<T>(in PlaneCall call, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        call.Bias == null ? 0
        : call.Format == StorageFormat.BFloat16 ? BitConverter.UInt32BitsToSingle((uint)((ushort*)call.Bias)[channel] << 16)
        : double.CreateTruncating(((T*)call.Bias)[channel]);
}
