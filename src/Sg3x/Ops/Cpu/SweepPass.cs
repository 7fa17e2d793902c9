using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// A pass over one plane for separable filters of six taps a phase, in bands of rows small enough for the nearest cache: rows are
/// filtered up along themselves, swept from top to bottom, and filtered down along themselves.
/// </summary>
internal readonly unsafe struct SweepPass<TLanes, TVec, T>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ResamplePlan<T> _plan;
    private readonly MaskLayout _mask;
    private readonly MidStage _stage;
    private readonly StorageFormat _format;
    private readonly TVec _slope;
    private readonly TVec _limit;
    private readonly T* _up;
    private readonly T* _down;
    private readonly T* _sums;
    private readonly T* _output;
    private readonly T* _input;

    /// <inheritdoc cref="PlanePass{TLanes,TVec,T}(ResamplePlan{T},MaskLayout,MidStage,double,double,StorageFormat,byte*)"/>
    public SweepPass(
        ResamplePlan<T> plan, MaskLayout mask, MidStage stage, double slope, double limit, StorageFormat format, byte* working)
    {
        (_plan, _mask, _stage, _format) = (plan, mask, stage, format);
        _slope = TLanes.Broadcast(T.CreateSaturating(slope));
        _limit = TLanes.Broadcast(T.CreateSaturating(limit));
        _up = (T*)working;
        _down = _up + ((nint)plan.BandInputs * plan.MidRow);
        _sums = _down + ((nint)plan.BandSteps * plan.MidRow);
        _output = _sums + ((SweepTables<T>.Taps - 1) * (nint)plan.MidRow);
        _input = _output + plan.OutputRow;
    }

    /// <summary>Runs the pass; an adjoint one returns the sum of its output, the bias's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Run(in PlaneData plane)
    {
        const int Behind = SweepTables<T>.Taps - 1;
        var vertical = _plan.Vertical;
        Unsafe.InitBlockUnaligned(_sums, 0, (uint)(Behind * _plan.MidRow * sizeof(T)));
        var (sum, first) = (0.0, vertical.FirstInput(0));
        var have = first;
        for (var step = 0; step < _plan.SweepSteps; step += _plan.BandSteps)
        {
            var band = _plan.Band(step);
            var (end, next, until) = (band.EndStep, band.FirstInput, band.FirstInput + band.InputCount);
            if (next > first)
            {
                // The last rows of a band are the first of the next.
                var kept = (have - next) * (long)_plan.MidRow * sizeof(T);
                Buffer.MemoryCopy(_up + ((next - first) * (nint)_plan.MidRow), _up, kept, kept);
            }
            first = next;
            for (have = Math.Max(have, first); have < until; have++)
                MakeInput(plane, have, _up + ((have - first) * (nint)_plan.MidRow));
            Sweep(plane, new SweepRange(step, end, vertical.FirstTap(step * vertical.Down), _plan.MidRow));
            var whole = Math.Max(0, step - Behind);
            for (var row = whole; row < end - Behind; row++)
                sum += MakeOutput(plane, row, _down + ((row - whole) * (nint)_plan.MidRow));
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeInput(in PlaneData plane, int row, T* slot)
    {
        if (row < 0 || row >= _plan.Vertical.Input)
        {
            Unsafe.InitBlockUnaligned(slot, 0, (uint)(_plan.MidRow * sizeof(T)));
            return;
        }
        RowTransfer<TLanes, TVec, T>.Load(plane.Input, (long)row * _plan.Horizontal.Input, _format, plane.Bias, _input, _plan);
        for (var i = 0; i < _plan.AcrossUp.Length; i++)
        {
            var target = slot + (2 * i * (nint)_plan.MidPitch);
            var fir = _plan.AcrossUp[i];
            if ((2 * i) + 1 < _plan.Phases)
                RowKernel<TLanes, TVec, T>.Two(fir, _input, target, target + _plan.MidPitch, _plan.MidLanes);
            else
                RowKernel<TLanes, TVec, T>.One(fir, _input, target, _plan.MidLanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sweep(in PlaneData plane, in SweepRange range)
    {
        for (var phase = 0; phase < _plan.Phases; phase++)
        {
            switch (_stage)
            {
                case MidStage.Activate:
                    SweepPhase(range, phase, new Activate<TLanes, TVec, T>(_slope, _limit));
                    break;
                case MidStage.ActivateAndRecord:
                    var record = _mask.Cursor(plane.Mask, 0, phase, false);
                    SweepPhase(range, phase, new ActivateAndRecord<TLanes, TVec, T>(_slope, _limit, &record));
                    break;
                default:
                    var replay = _mask.Cursor(plane.Mask, 0, phase, _stage == MidStage.ReplayAdjoint);
                    SweepPhase(range, phase, new Replay<TLanes, TVec, T>(_slope, &replay));
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SweepPhase<TEpilogue>(in SweepRange range, int phase, TEpilogue epilogue)
        where TEpilogue : struct, IEpilogue<TVec>
    {
        var offset = phase * (nint)_plan.MidPitch;
        nint lane = 0;
        for (; lane + TLanes.Count < _plan.MidLanes; lane += 2 * TLanes.Count)
        {
            var at = offset + lane;
            SweepKernel<TLanes, TVec, T>.Two(_plan.Sweep, range, _up + at, _down + at, _sums + at, lane, epilogue);
        }
        if (lane < _plan.MidLanes)
        {
            var at = offset + lane;
            SweepKernel<TLanes, TVec, T>.One(_plan.Sweep, range, _up + at, _down + at, _sums + at, lane, epilogue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double MakeOutput(in PlaneData plane, int row, T* source)
    {
        for (var phase = 0; phase < _plan.OutputPhases; phase++)
        {
            RowKernel<TLanes, TVec, T>.One(
                _plan.AcrossDown[phase], source, _output + (phase * (nint)_plan.OutputPitch), _plan.OutputPitch);
        }
        RowTransfer<TLanes, TVec, T>.Store(_output, plane.Output, (long)row * _plan.Horizontal.Output, _format, _plan);
        return _stage == MidStage.ReplayAdjoint ? RowTransfer<TLanes, TVec, T>.Sum(_output, _plan) : 0;
    }
}
