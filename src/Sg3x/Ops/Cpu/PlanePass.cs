using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>What stands between the two filters.</summary>
internal enum MidStage
{
    /// <summary>Leaky ReLU and clamp.</summary>
    Activate,

    /// <summary>Leaky ReLU and clamp; the branches taken are written to the mask.</summary>
    ActivateAndRecord,

    /// <summary>The derivative that a mask remembers, where the pass runs as the forward one did.</summary>
    Replay,

    /// <summary>The same in the adjoint pass.</summary>
    ReplayAdjoint,
}

/// <summary>One plane's data. Input and output are contiguous; Mask is null unless the stage has one.</summary>
internal readonly unsafe struct PlaneData(byte* input, byte* output, byte* mask, double bias)
{
    public byte* Input { get; } = input;

    public byte* Output { get; } = output;

    public byte* Mask { get; } = mask;

    public double Bias { get; } = bias;
}

/// <summary>
/// One pass over one plane: rows come in, are filtered up along the row, wait in a ring until a pair of rows between the filters
/// can be made from them, which waits in a second ring until a pair of output rows can. Rows are made when something needs them, so
/// the rings are a few rows high and stay in the nearest cache.
/// </summary>
internal readonly unsafe struct PlanePass<TLanes, TVec, T>
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
    private readonly T* _input;
    private readonly T* _up;
    private readonly T* _mid;
    private readonly T* _down;
    private readonly T* _output;

    /// <param name="plan">Tables and layout.</param>
    /// <param name="mask">Layout of the masks of the forward pass.</param>
    /// <param name="stage">What happens between the filters.</param>
    /// <param name="slope">The slope below 0.</param>
    /// <param name="limit">Bound on magnitudes; infinity for none.</param>
    /// <param name="format">How samples are stored.</param>
    /// <param name="working">Zeroed memory of the plan's size, aligned to a cache line. Padding in it is never written and stays 0.</param>
    public PlanePass(
        ResamplePlan<T> plan, MaskLayout mask, MidStage stage, double slope, double limit, StorageFormat format, byte* working)
    {
        (_plan, _mask, _stage, _format) = (plan, mask, stage, format);
        _slope = TLanes.Broadcast(T.CreateSaturating(slope));
        _limit = TLanes.Broadcast(T.CreateSaturating(limit));
        _up = (T*)working;
        _mid = _up + ((nint)plan.UpRing.Capacity * plan.UpRow);
        _down = _mid + ((nint)plan.MidRing.Capacity * plan.MidRow);
        _output = _down + (2 * (nint)plan.MidRow);
        _input = _output + (2 * (nint)plan.OutputRow);
    }

    /// <summary>Runs the pass; an adjoint one returns the sum of its output, the bias's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Run(in PlaneData plane)
    {
        var (nextInput, nextMid, sum) = (_plan.FirstInput, _plan.FirstMid, 0.0);
        var vertical = _plan.Vertical;
        for (var row = 0; row < vertical.Output; row += 2)
        {
            var rows = Math.Min(2, vertical.Output - row);
            for (var end = ((row + rows - 1) * vertical.Down) + vertical.DownTaps; nextMid < end; nextMid += 2)
                MakeMidPair(plane, nextMid, ref nextInput);
            sum += MakeOutputs(plane, row, rows);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeInput(in PlaneData plane, int row)
    {
        var slot = _up + *_plan.UpRing.From(row - _plan.FirstInput);
        if (row < 0 || row >= _plan.Vertical.Input)
        {
            Unsafe.InitBlockUnaligned(slot, 0, (uint)(_plan.UpRow * sizeof(T)));
            return;
        }
        var loaded = _plan.SeparableUp ? _input : slot;
        RowTransfer<TLanes, TVec, T>.Load(plane.Input, (long)row * _plan.Horizontal.Input, _format, plane.Bias, loaded, _plan);
        if (!_plan.SeparableUp)
            return;
        nint start = 0;
        for (var i = 0; i < _plan.AcrossUp.Length; i++)
        {
            var target = slot + (2 * i * (nint)_plan.MidPitch);
            if ((2 * i) + 1 < _plan.Phases)
            {
                FirKernel<TLanes, TVec, T>.Two(
                    _plan.AcrossUp[i], _input, &start, target, target + _plan.MidPitch, _plan.MidLanes, default(Keep<TVec>));
            }
            else
            {
                FirKernel<TLanes, TVec, T>.One(_plan.AcrossUp[i], _input, &start, target, _plan.MidLanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeMidPair(in PlaneData plane, int mid, ref int nextInput)
    {
        var pairs = _plan.MidPairs;
        var firs = pairs[(mid - _plan.FirstMid) / 2 % pairs.Length];
        var firstInput = _plan.Vertical.FirstInput(mid);
        while (nextInput < firstInput + firs[0].RowCount)
            MakeInput(plane, nextInput++);

        var rows = _plan.UpRing.From(firstInput - _plan.FirstInput);
        var ring = _plan.MidRing.From(mid - _plan.FirstMid);
        var target0 = _mid + ring[0];
        var target1 = _mid + ring[1];
        for (var phase = 0; phase < firs.Length; phase++)
        {
            var offset = phase * (nint)_plan.MidPitch;
            switch (_stage)
            {
                case MidStage.Activate:
                    FirKernel<TLanes, TVec, T>.Two(
                        firs[phase], _up, rows, target0 + offset, target1 + offset, _plan.MidLanes,
                        new Activate<TLanes, TVec, T>(_slope, _limit));
                    break;
                case MidStage.ActivateAndRecord:
                    var record = _mask.Cursor(plane.Mask, mid, phase, false);
                    FirKernel<TLanes, TVec, T>.Two(
                        firs[phase], _up, rows, target0 + offset, target1 + offset, _plan.MidLanes,
                        new ActivateAndRecord<TLanes, TVec, T>(_slope, _limit, &record));
                    break;
                default:
                    var replay = _mask.Cursor(plane.Mask, mid, phase, _stage == MidStage.ReplayAdjoint);
                    FirKernel<TLanes, TVec, T>.Two(
                        firs[phase], _up, rows, target0 + offset, target1 + offset, _plan.MidLanes,
                        new Replay<TLanes, TVec, T>(_slope, &replay));
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double MakeOutputs(in PlaneData plane, int row, int rows)
    {
        var window = _plan.MidRing.From((row * _plan.Vertical.Down) - _plan.FirstMid);
        var firs = rows == 2 ? _plan.DownTwo : _plan.DownOne;
        if (_plan.SeparableDown)
        {
            var length = ((_plan.Phases - 1) * (nint)_plan.MidPitch) + _plan.MidLanes;
            if (rows == 2)
                FirKernel<TLanes, TVec, T>.Two(firs[0], _mid, window, _down, _down + _plan.MidRow, length, default(Keep<TVec>));
            else
                FirKernel<TLanes, TVec, T>.One(firs[0], _mid, window, _down, length);
        }
        for (var phase = 0; phase < _plan.OutputPhases; phase++)
        {
            var target = _output + (phase * (nint)_plan.OutputPitch);
            if (_plan.SeparableDown)
            {
                nint start = 0;
                for (var r = 0; r < rows; r++, start += _plan.MidRow)
                {
                    FirKernel<TLanes, TVec, T>.One(
                        _plan.AcrossDown[phase], _down, &start, target + (r * _plan.OutputRow), _plan.OutputPitch);
                }
            }
            else if (rows == 2)
            {
                FirKernel<TLanes, TVec, T>.Two(
                    firs[phase], _mid, window, target, target + _plan.OutputRow, _plan.OutputPitch, default(Keep<TVec>));
            }
            else
            {
                FirKernel<TLanes, TVec, T>.One(firs[phase], _mid, window, target, _plan.OutputPitch);
            }
        }
        var sum = 0.0;
        for (var r = 0; r < rows; r++)
        {
            var made = _output + (r * _plan.OutputRow);
            RowTransfer<TLanes, TVec, T>.Store(made, plane.Output, (long)(row + r) * _plan.Horizontal.Output, _format, _plan);
            if (_stage == MidStage.ReplayAdjoint)
                sum += RowTransfer<TLanes, TVec, T>.Sum(made, _plan);
        }
        return sum;
    }
}
