using System.Numerics;

namespace Sg3x.Ops.Cpu;

/// <summary>A vector of one sample: the plain meaning of what the wider ones do.</summary>
internal readonly unsafe struct ScalarLanes<T> : ILanes<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => 1;

    public static T Load(T* source) => *source;

    public static void Store(T value, T* target) => *target = value;

    public static T Broadcast(T value) => value;

    public static T Add(T a, T b) => a + b;

    public static T Multiply(T a, T b) => a * b;

    public static T MultiplyAdd(T a, T b, T c) => T.FusedMultiplyAdd(a, b, c);

    public static T LeakyRelu(T a, T slope, T limit)
    {
        var y = a > T.Zero ? a : slope * a;
        return y > limit ? limit : y < -limit ? -limit : y;
    }

    public static T LeakyRelu(T a, T slope, T limit, out uint sloped, out uint limited)
    {
        sloped = a > T.Zero ? 0u : 1u;
        var y = a > T.Zero ? a : slope * a;
        limited = T.Abs(y) > limit ? 1u : 0u;
        return y > limit ? limit : y < -limit ? -limit : y;
    }

    public static T Select(uint bits, T ifSet, T ifClear) => bits != 0 ? ifSet : ifClear;

    public static double Sum(T a) => double.CreateTruncating(a);
}
