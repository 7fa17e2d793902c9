using System.Numerics;

namespace Sg3x.Ops.Cpu;

/// <summary>
/// Arithmetic on a vector of samples, so that a kernel is written once and compiled for each width. Implementations are empty
/// structs: the JIT makes one body of the kernel for each and inlines these members. Loads and stores need no alignment.
/// </summary>
internal unsafe interface ILanes<TVec, T>
    where TVec : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples in a vector: 1, 4, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract TVec Load(T* source);

    static abstract void Store(TVec value, T* target);

    static abstract TVec Broadcast(T value);

    static abstract TVec Add(TVec a, TVec b);

    static abstract TVec Multiply(TVec a, TVec b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TVec MultiplyAdd(TVec a, TVec b, TVec c);

    /// <summary>limit(a above 0 ? a : slope·a), limit being no further from 0 than <paramref name="limit"/>; NaN stays NaN.</summary>
    static abstract TVec LeakyRelu(TVec a, TVec slope, TVec limit);

    /// <summary>
    /// The same, telling what happened: one bit a sample, lowest first, set where a is not above 0, and where the result met
    /// the limit. On those the derivative is the slope and zero.
    /// </summary>
    static abstract TVec LeakyRelu(TVec a, TVec slope, TVec limit, out uint sloped, out uint limited);

    /// <summary>The sample of <paramref name="ifSet"/> where its bit is set, else that of <paramref name="ifClear"/>.</summary>
    static abstract TVec Select(uint bits, TVec ifSet, TVec ifClear);

    /// <summary>The sum of the samples, in float64.</summary>
    static abstract double Sum(TVec a);
}
