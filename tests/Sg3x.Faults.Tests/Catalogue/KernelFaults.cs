using Sg3x.Ops.Cuda;
using Sg3x.Oracle.Checks;
using Sg3x.Tests.Ops.Cuda;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>A GPU's kernel for the filtered nonlinearity, its source changed at one place and compiled as C++.</summary>
internal static class KernelFaults
{
    // What a block of a GPU gets: tiles of up to 32 outputs along an axis.
    private const int SharedBytes = 64 * 1024;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Edited("phases counted the wrong way round", "polyphase indexing of a kernel",
            "a phase and its negative are the same modulo 2: only the layers upsampled by 4 show it",
            "#define FIRST_TAP(r) ((UP - (r) % UP) % UP)", "#define FIRST_TAP(r) ((r) % UP)"),
        Edited("a tile begins on any phase", "polyphase indexing of a kernel",
            "right while the padding is a multiple of the factor, as in a test without padding",
            "s.phase = ((s.mid - axis.low) % UP + UP) % UP;", "s.phase = 0;"),
        Edited("reach of a tile too short", "halo of a tile",
            "the last rows that the filter reaches for are taken for the black outside: a seam at every tile, and none in a test "
                + "of one tile",
            "bool inside = y >= 0 && y < call.y.in &&",
            "bool inside = y >= 0 && y < call.y.in && row < TILE * DOWN / UP + REACH &&"),
        Edited("branches of the last tile's reach not recorded", "halo of a tile",
            "memory that nobody wrote says which branch they took: often zeros, so that the border's gradients are nearly right",
            "(x < b.x.mid + TILE * DOWN || b.last_x)", "x < b.x.mid + TILE * DOWN"),
        Edited("sign not replayed", "sign bit of a sample", "the backward pass of a network that is linear: it trains, and worse",
            "branch & 1 ? call.gain * call.slope : call.gain", "call.gain"),
        Edited("clamp not recorded", "clamp bit of a sample",
            "gradients push on where the result cannot follow: seen when activations explode",
            "branches |= (sloped | (over | under) << 1) << 2 * r;", "branches |= sloped << 2 * r;"),
        Edited("branches read a row off", "place of a sample's branches",
            "four rows share a byte, counted from the first that a tile computes and not from the first that is needed",
            "at = y + call.record_phase;", "at = y;"),
        Edited("bias gradient of the last tile alone", "sum over tiles",
            "right on images of one tile, as in the first layers: the others' biases stay near 0",
            "call.sums[b.index] = sum;", "call.sums[b.index] = b.last_x && b.last_y ? sum : 0;"),
        Edited("upsampling filter not flipped in the transpose", "filter orientation in a kernel",
            "the designed filters are symmetric and hide it until somebody takes others",
            "call.up[call.flip ? UP_COUNT - 1 - i : i]", "call.up[UP_COUNT - 1 - i]"),
        Edited("bias of the image in the place of the channel", "planes of a batch",
            "a test of one image of one channel cannot tell them apart",
            "b.channel = (int)(b.plane % call.channels);", "b.channel = (int)(b.plane / call.channels);"),
        Edited("NaN clamped to a number", "NaN in a kernel", "minimum and maximum drop it: the run that should stop goes on",
            "v[r] = over ? call.limit : under ? -call.limit : after;",
            "v[r] = after < call.limit ? (after > -call.limit ? after : -call.limit) : call.limit;"),
        Edited("bfloat16 cut and not rounded", "rounding of what is stored",
            "every stored value is too near to 0 by half a unit, layer by layer",
            "return (storage)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);", "return (storage)(bits >> 16);",
            ScalarType.BFloat16),
        Edited("float16 cut and not rounded", "rounding of what is stored",
            "the other half precision, of other bits: what holds for one says nothing of the other",
            "DEVICE storage narrow(float x) { return (storage)x; }",
            "DEVICE storage narrow(float x) { storage y = (storage)x; float d = (float)y; "
                + "return d * d > x * x ? (storage)(d * (1 - 1 / 2048.0f)) : y; }",
            ScalarType.Float16),
        new("a kernel that was asked for and is not there", "kernel that is missing", Classic,
            "the driver is older than the compiler: everything is right, computed by something else, and taken for the kernel's",
            "op.flrelu.device", () => T with { DeviceNonlinearity = Missing("NVRTC is not there") }),
    ];

    /// <summary>A kernel that was asked for and cannot be had.</summary>
    /// <param name="reason">Why.</param>
    public static DeviceNonlinearity Missing(string reason) =>
        new() { Find = (_, _, _, _) => null, Absence = () => reason, Wanted = () => true };

    /// <summary>A kernel of some source on a processor, for some dtypes; none named: for all that it stores.</summary>
    public static DeviceNonlinearity Compiled(string source, params ScalarType[] types)
    {
        var kernel = new CudaFilteredLeakyRelu(new HostLauncher(SharedBytes, source));
        return new()
        {
            Find = (x, up, down, shape) =>
                (types.Length == 0 || types.Contains(x.dtype)) && kernel.Supports(x, up, down, shape) ? kernel : null,
            Absence = () => null,
            Wanted = () => true,
        };
    }

    // A compiler takes half a second a variant: those of one dtype, float32 unless the fault is another's.
    private static PlantedFault Edited(
        string name, string mechanism, string story, string right, string wrong, ScalarType type = ScalarType.Float32) =>
        new(name, mechanism, Classic, story, "op.flrelu.device",
            () => T with { DeviceNonlinearity = Compiled(Edit(right, wrong), type) });

    private static string Edit(string right, string wrong)
    {
        string[] parts = KernelSource.Text.Split(right);
        return parts.Length == 2 ? string.Join(wrong, parts)
            : throw new InvalidOperationException($"the kernel's source has \"{right}\" {parts.Length - 1} times.");
    }
}
