using System.Runtime.InteropServices;

namespace Sg3x.Ops.Cuda;

/// <summary>One axis of a call: the fields of <c>Axis</c> in <c>filtered_lrelu.cu</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelAxis
{
    public int In;
    public int Out;
    public int Low;
    public int Mid;
    public int Shift;
    public int Tiles;
}

/// <summary>The argument of the kernel: the fields of <c>Call</c> in <c>filtered_lrelu.cu</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelCall
{
    public nint In;
    public nint Out;
    public nint Bias;
    public nint Up;
    public nint Down;
    public nint Branches;
    public nint Sums;
    public KernelAxis X;
    public KernelAxis Y;
    public int Channels;
    public int RecordPhase;
    public int Flip;
    public float Scale;
    public float Gain;
    public float Slope;
    public float Limit;
}

/// <summary>What runs the kernel.</summary>
internal interface IKernelLauncher
{
    /// <summary>Shared memory that a block may have on a device, in bytes.</summary>
    /// <param name="device">Index of the device.</param>
    int SharedBytes(int device);

    /// <summary>Compiles the kernel, if it is not yet.</summary>
    /// <param name="variant">For what.</param>
    /// <param name="device">Index of the device.</param>
    /// <exception cref="NotSupportedException">It cannot be compiled or loaded.</exception>
    void Prepare(in KernelVariant variant, int device);

    /// <summary>Runs the kernel after what the device was given before.</summary>
    /// <param name="variant">What to compile it for.</param>
    /// <param name="call">Its argument; what it points to stays until the kernel has run or is freed by the device's own allocator.</param>
    /// <param name="blocks">How many blocks.</param>
    /// <param name="device">Index of the device.</param>
    void Launch(in KernelVariant variant, in KernelCall call, long blocks, int device);
}
