using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sg3x.Ops.Cpu;

/// <summary>How many bits of samples the CPU kernels work on at once.</summary>
public enum SimdWidth
{
    /// <summary>One sample at a time; runs anywhere.</summary>
    Scalar = 0,

    /// <summary>256 bits: 8 float32 or 4 float64.</summary>
    Bits256 = 256,

    /// <summary>512 bits: 16 float32 or 8 float64.</summary>
    Bits512 = 512,
}

/// <summary>What this processor has.</summary>
public static class SimdWidths
{
    /// <summary>The widest that this processor runs in hardware, with fused multiply-add. The others still run, emulated.</summary>
    public static SimdWidth Best { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512
        : Vector256.IsHardwareAccelerated && (Fma.IsSupported || !Sse.IsSupported) ? SimdWidth.Bits256
        : SimdWidth.Scalar;
}
