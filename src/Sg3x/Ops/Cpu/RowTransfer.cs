using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.Ops.Cpu;

/// <summary>How a tensor stores the samples that a pass computes with.</summary>
internal enum StorageFormat
{
    /// <summary>As they are computed with: float32 or float64.</summary>
    Native,

    /// <summary>The upper half of float32, rounded to nearest even.</summary>
    BFloat16,
}

/// <summary>Rows of a plane into the phases of a working row and back.</summary>
internal static unsafe class RowTransfer<TLanes, TVec, T>
    where TLanes : struct, ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Loads the row that begins at sample <paramref name="start"/>, adds the bias, and leaves the padding as it is (zero).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load(byte* plane, long start, StorageFormat format, double bias, T* target, ResamplePlan<T> plan)
    {
        var add = T.CreateSaturating(bias);
        var phases = plan.InputPhases;
        for (var phase = 0; phase < phases; phase++)
        {
            var first = Math.Max(0, plan.FirstLane);
            var end = Math.Min(plan.FirstLane + plan.InputPitch, (plan.Horizontal.Input - phase + phases - 1) / phases);
            var to = target + (phase * (nint)plan.InputPitch) + (first - plan.FirstLane);
            var index = start + ((long)first * phases) + phase;
            if (format == StorageFormat.BFloat16)
            {
                var from = (ushort*)plane + index;
                for (var lane = first; lane < end; lane++, from += phases)
                    *to++ = T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)*from << 16)) + add;
            }
            else if (phases == 1)
            {
                AddTo((T*)plane + index, add, to, end - first);
            }
            else
            {
                var from = (T*)plane + index;
                for (var lane = first; lane < end; lane++, from += phases)
                    *to++ = *from + add;
            }
        }
    }

    /// <summary>Stores an output row at sample <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(T* source, byte* plane, long start, StorageFormat format, ResamplePlan<T> plan)
    {
        var (count, phases) = (plan.Horizontal.Output, plan.OutputPhases);
        if (format == StorageFormat.Native && phases == 1)
        {
            Unsafe.CopyBlockUnaligned((T*)plane + start, source, (uint)(count * sizeof(T)));
            return;
        }
        for (var phase = 0; phase < phases; phase++)
        {
            var from = source + (phase * (nint)plan.OutputPitch);
            if (format == StorageFormat.BFloat16)
            {
                for (var i = phase; i < count; i += phases)
                    ((ushort*)plane)[start + i] = RoundToBFloat16(float.CreateTruncating(*from++));
            }
            else
            {
                var to = (T*)plane + start;
                for (var i = phase; i < count; i += phases)
                    to[i] = *from++;
            }
        }
    }

    /// <summary>The sum of an output row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(T* source, ResamplePlan<T> plan)
    {
        var (count, phases) = (plan.Horizontal.Output, plan.OutputPhases);
        var sum = 0.0;
        for (var phase = 0; phase < phases; phase++)
            sum += Sum(source + (phase * (nint)plan.OutputPitch), (count - phase + phases - 1) / phases);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTo(T* source, T value, T* target, nint count)
    {
        nint width = TLanes.Count;
        var add = TLanes.Broadcast(value);
        nint i = 0;
        for (; i + width <= count; i += width)
            TLanes.Store(TLanes.Add(TLanes.Load(source + i), add), target + i);
        for (; i < count; i++)
            target[i] = source[i] + value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(T* source, nint count)
    {
        nint width = TLanes.Count;
        TVec vector = default;
        nint i = 0;
        for (; i + width <= count; i += width)
            vector = TLanes.Add(vector, TLanes.Load(source + i));
        var sum = TLanes.Sum(vector);
        for (; i < count; i++)
            sum += double.CreateTruncating(source[i]);
        return sum;
    }

    private static ushort RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
