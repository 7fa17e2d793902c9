using System.Runtime.InteropServices;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// The few functions of NVIDIA's driver that run a kernel in the context that libtorch uses too, the primary one of a device.
/// </summary>
/// <remarks>Every method throws <see cref="NotSupportedException"/> with the driver's words where it fails.</remarks>
internal sealed unsafe class CudaDriver
{
    private const int SharedMemoryOfABlock = 97; // CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    private const int CapabilityMajor = 75;
    private const int CapabilityMinor = 76;
    private const int DynamicSharedBytes = 8; // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES

    private readonly nint _library;
    private readonly Dictionary<int, nint> _contexts = [];
    private readonly delegate* unmanaged<nint*, int> _getCurrent;
    private readonly delegate* unmanaged<nint, int> _setCurrent;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;

    /// <exception cref="NotSupportedException">There is no driver.</exception>
    public CudaDriver()
    {
        string name = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(name, out _library))
            throw new NotSupportedException($"{name} is not there");
        _getCurrent = (delegate* unmanaged<nint*, int>)Export("cuCtxGetCurrent");
        _setCurrent = (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");
        _launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel");
        Check("cuInit", ((delegate* unmanaged<uint, int>)Export("cuInit"))(0));
    }

    /// <summary>The compute capability of a device: 90 is 9.0.</summary>
    public int Architecture(int device) => (10 * Attribute(device, CapabilityMajor)) + Attribute(device, CapabilityMinor);

    /// <summary>Shared memory that a block may ask for, in bytes.</summary>
    public int SharedBytes(int device) => Attribute(device, SharedMemoryOfABlock);

    /// <summary>Memory of a device that is in use by all programs, in bytes.</summary>
    public long UsedMemory(int device)
    {
        nint before = Enter(device);
        try
        {
            nuint free, total;
            Check("cuMemGetInfo", ((delegate* unmanaged<nuint*, nuint*, int>)Export("cuMemGetInfo_v2"))(&free, &total));
            return (long)(total - free);
        }
        finally
        {
            Leave(before);
        }
    }

    /// <summary>Loads a kernel into a device's context.</summary>
    /// <param name="device">Index of the device.</param>
    /// <param name="image">A cubin, or PTX with a 0 at its end.</param>
    /// <param name="function">Name of the kernel.</param>
    /// <param name="sharedBytes">Dynamic shared memory that it is launched with.</param>
    /// <returns>The function, for <see cref="Launch"/>.</returns>
    public nint Load(int device, byte[] image, string function, int sharedBytes)
    {
        nint before = Enter(device);
        try
        {
            nint module, found;
            fixed (byte* bytes = image)
                Check("cuModuleLoadData", ((delegate* unmanaged<nint*, byte*, int>)Export("cuModuleLoadData"))(&module, bytes));
            fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(function + '\0'))
                Check("cuModuleGetFunction", ((delegate* unmanaged<nint*, nint, byte*, int>)Export("cuModuleGetFunction"))(&found, module, name));
            Check(
                "cuFuncSetAttribute",
                ((delegate* unmanaged<nint, int, int, int>)Export("cuFuncSetAttribute"))(found, DynamicSharedBytes, sharedBytes));
            return found;
        }
        finally
        {
            Leave(before);
        }
    }

    /// <summary>Runs a kernel on the legacy default stream, which is libtorch's where nobody changes it.</summary>
    /// <param name="device">Index of the device.</param>
    /// <param name="function">From <see cref="Load"/>.</param>
    /// <param name="blocks">Blocks, up to 2³¹ − 1.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="argument">The kernel's only argument, by value.</param>
    public void Launch(int device, nint function, long blocks, int threads, int sharedBytes, KernelCall* argument)
    {
        nint before = Enter(device);
        try
        {
            void* arguments = argument;
            Check("cuLaunchKernel", _launch(function, checked((uint)blocks), 1, 1, (uint)threads, 1, 1, (uint)sharedBytes, 0, &arguments, null));
        }
        finally
        {
            Leave(before);
        }
    }

    // A thread of libtorch's own backward pass may have no context yet, or another device's.
    private nint Enter(int device)
    {
        nint before, context = Context(device);
        Check("cuCtxGetCurrent", _getCurrent(&before));
        if (before != context)
            Check("cuCtxSetCurrent", _setCurrent(context));
        return before == context ? -1 : before;
    }

    private void Leave(nint before)
    {
        if (before != -1)
            Check("cuCtxSetCurrent", _setCurrent(before));
    }

    private nint Context(int device)
    {
        lock (_contexts)
        {
            if (!_contexts.TryGetValue(device, out nint context))
            {
                Check(
                    "cuDevicePrimaryCtxRetain",
                    ((delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain"))(&context, Handle(device)));
                _contexts.Add(device, context);
            }
            return context;
        }
    }

    private int Attribute(int device, int attribute)
    {
        int value;
        Check("cuDeviceGetAttribute", ((delegate* unmanaged<int*, int, int, int>)Export("cuDeviceGetAttribute"))(&value, attribute, Handle(device)));
        return value;
    }

    private int Handle(int device)
    {
        int handle;
        Check("cuDeviceGet", ((delegate* unmanaged<int*, int, int>)Export("cuDeviceGet"))(&handle, device));
        return handle;
    }

    private nint Export(string name) =>
        NativeLibrary.TryGetExport(_library, name, out nint function)
            ? function
            : throw new NotSupportedException($"NVIDIA's driver has no function {name}");

    private void Check(string function, int status)
    {
        if (status == 0)
            return;
        nint text = 0;
        if (NativeLibrary.TryGetExport(_library, "cuGetErrorString", out nint describe))
            ((delegate* unmanaged<int, nint*, int>)describe)(status, &text);
        throw new NotSupportedException($"{function}: {Marshal.PtrToStringUTF8(text) ?? $"error {status}"}");
    }
}
