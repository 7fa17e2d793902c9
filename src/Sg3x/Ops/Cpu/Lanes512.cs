using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sg3x.Ops.Cpu;

/// <summary>512 bits of float32 or float64.</summary>
internal readonly unsafe struct Lanes512<T> : ILanes<Vector512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<T> value, T* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Broadcast(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Multiply(Vector512<T> a, Vector512<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    // The native minimum and maximum give their second operand where one is NaN, so a NaN stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LeakyRelu(Vector512<T> a, Vector512<T> slope, Vector512<T> limit)
    {
        var y = Vector512.ConditionalSelect(Vector512.GreaterThan(a, Vector512<T>.Zero), a, a * slope);
        return Vector512.MaxNative(-limit, Vector512.MinNative(limit, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LeakyRelu(Vector512<T> a, Vector512<T> slope, Vector512<T> limit, out uint sloped, out uint limited)
    {
        var above = Vector512.GreaterThan(a, Vector512<T>.Zero);
        var y = Vector512.ConditionalSelect(above, a, a * slope);
        sloped = ~(uint)Vector512.ExtractMostSignificantBits(above);
        limited = (uint)Vector512.ExtractMostSignificantBits(Vector512.GreaterThan(Vector512.Abs(y), limit));
        return Vector512.MaxNative(-limit, Vector512.MinNative(limit, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Select(uint bits, Vector512<T> ifSet, Vector512<T> ifClear) =>
        typeof(T) == typeof(float)
            ? Vector512.ConditionalSelect(
                Vector512.Equals(Vector512.Create(bits) & LaneBits32, Vector512<uint>.Zero).As<uint, T>(), ifClear, ifSet)
            : Vector512.ConditionalSelect(
                Vector512.Equals(Vector512.Create((ulong)bits) & LaneBits64, Vector512<ulong>.Zero).As<ulong, T>(), ifClear, ifSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector512<T> a)
    {
        if (typeof(T) == typeof(double))
            return Vector512.Sum(a.AsDouble());
        var (low, high) = Vector512.Widen(a.AsSingle());
        return Vector512.Sum(low + high);
    }

    private static Vector512<uint> LaneBits32
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
    }

    private static Vector512<ulong> LaneBits64
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);
    }
}
