using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sg3x.Ops.Cpu;

/// <summary>256 bits of float32 or float64.</summary>
internal readonly unsafe struct Lanes256<T> : ILanes<Vector256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<T> value, T* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Broadcast(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Multiply(Vector256<T> a, Vector256<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    // The native minimum and maximum give their second operand where one is NaN, so a NaN stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LeakyRelu(Vector256<T> a, Vector256<T> slope, Vector256<T> limit)
    {
        var y = Vector256.ConditionalSelect(Vector256.GreaterThan(a, Vector256<T>.Zero), a, a * slope);
        return Vector256.MaxNative(-limit, Vector256.MinNative(limit, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LeakyRelu(Vector256<T> a, Vector256<T> slope, Vector256<T> limit, out uint sloped, out uint limited)
    {
        var above = Vector256.GreaterThan(a, Vector256<T>.Zero);
        var y = Vector256.ConditionalSelect(above, a, a * slope);
        sloped = ~(uint)Vector256.ExtractMostSignificantBits(above);
        limited = (uint)Vector256.ExtractMostSignificantBits(Vector256.GreaterThan(Vector256.Abs(y), limit));
        return Vector256.MaxNative(-limit, Vector256.MinNative(limit, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Select(uint bits, Vector256<T> ifSet, Vector256<T> ifClear) =>
        typeof(T) == typeof(float)
            ? Vector256.ConditionalSelect(
                Vector256.Equals(Vector256.Create(bits) & LaneBits32, Vector256<uint>.Zero).As<uint, T>(), ifClear, ifSet)
            : Vector256.ConditionalSelect(
                Vector256.Equals(Vector256.Create((ulong)bits) & LaneBits64, Vector256<ulong>.Zero).As<ulong, T>(), ifClear, ifSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<T> a)
    {
        if (typeof(T) == typeof(double))
            return Vector256.Sum(a.AsDouble());
        var (low, high) = Vector256.Widen(a.AsSingle());
        return Vector256.Sum(low + high);
    }

    private static Vector256<uint> LaneBits32
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
    }

    private static Vector256<ulong> LaneBits64
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(1ul, 2, 4, 8);
    }
}
