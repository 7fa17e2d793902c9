using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>An argument or a result as it crosses the C boundary: a kind, 64 bits, and a length for what has one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeValue
{
    public long Kind;
    public long Bits;
    public long Length;

    public readonly double AsDouble => BitConverter.Int64BitsToDouble(Bits);
    public readonly nint* AsHandles => (nint*)Bits;
}

/// <summary>What a tensor is, in one call.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorInfo
{
    public long Dimensions, NumberOfElements, DType, DeviceType, DeviceIndex, ElementSize, StorageOffset;
    public long RequiresGrad, IsLeaf, IsContiguous, IsSparse;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FunctionCallbacks
{
    public delegate* unmanaged<nint, nint, NativeValue*, nint> Forward;
    public delegate* unmanaged<nint, nint, nint*, long, NativeValue*, nint> Backward;
    public delegate* unmanaged<nint, void> Free;
}

/// <summary>
/// The C functions of <c>native/torchsharp_local.cpp</c>. Those that return int give 0, or -1 with a message in ts_error.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "torchsharp_local";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        var file = Path.Combine(AppContext.BaseDirectory, "libtorchsharp_local.so");
        if (!File.Exists(file))
            file = Path.Combine(Path.GetDirectoryName(assembly.Location) ?? "", "libtorchsharp_local.so");
        return NativeLibrary.Load(file);
    }

    /// <summary>Throws what the last call complained of, if it did.</summary>
    public static void Check(int status)
    {
        if (status != 0)
            throw new ExternalException(LastError());
    }

    public static string LastError() => Marshal.PtrToStringUTF8((nint)ts_error()) ?? "unknown native error";

    [LibraryImport(Library)] private static partial byte* ts_error();
    [LibraryImport(Library)] public static partial byte* ts_version();
    [LibraryImport(Library)] public static partial nint ts_alloc(long bytes);
    [LibraryImport(Library)] public static partial void ts_free(nint p);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ts_find(string name, string overload, out nint op);
    [LibraryImport(Library)]
    public static partial int ts_call(nint op, NativeValue* args, long count, NativeValue* results, long capacity,
        long* returned);

    [LibraryImport(Library)] public static partial void ts_tensor_free(nint t);
    [LibraryImport(Library)] public static partial nint ts_tensor_copy(nint t);
    [LibraryImport(Library)] public static partial int ts_info(nint t, TensorInfo* info);
    [LibraryImport(Library), SuppressGCTransition] public static partial long ts_ndim(nint t);
    [LibraryImport(Library), SuppressGCTransition] public static partial long ts_dtype(nint t);
    [LibraryImport(Library)] public static partial int ts_shape(nint t, long* sizes, long* strides);
    [LibraryImport(Library)] public static partial int ts_data(nint t, nint* data);
    [LibraryImport(Library)]
    public static partial int ts_from_blob(nint data, long* sizes, long dimensions, long dtype, nint owner, nint* result);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ts_save(nint t, string path);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ts_load(string path, nint* result);
    [LibraryImport(Library)] public static partial int ts_set_requires_grad(nint t, int value);
    [LibraryImport(Library)] public static partial int ts_retain_grad(nint t);
    [LibraryImport(Library)] public static partial int ts_get_grad(nint t, nint* grad);
    [LibraryImport(Library)] public static partial int ts_set_grad(nint t, nint grad);

    [LibraryImport(Library)]
    public static partial int ts_grad(nint* outputs, long outputCount, nint* inputs, long inputCount, nint* grads, long gradCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)]
    public static partial int ts_backward(nint* roots, long rootCount, nint* grads, long gradCount, int retainGraph,
        int createGraph, nint* inputs, long inputCount);
    [LibraryImport(Library)] public static partial int ts_grad_mode();
    [LibraryImport(Library)] public static partial void ts_set_grad_mode(int enabled);
    [LibraryImport(Library)] public static partial int ts_inference_guard(int enabled, nint* guard);
    [LibraryImport(Library)] public static partial void ts_inference_guard_free(nint guard);

    [LibraryImport(Library)] public static partial void ts_function_callbacks(FunctionCallbacks callbacks);
    [LibraryImport(Library)]
    public static partial int ts_function_apply(nint call, nint* inputs, long count, NativeValue* result);
    [LibraryImport(Library)]
    public static partial int ts_context_set(nint context, nint* saved, long savedCount, nint* dirty, long dirtyCount,
        nint* fixedTensors, long fixedCount, int materialize);
    [LibraryImport(Library)] public static partial int ts_context_saved(nint context, NativeValue* result);

    [LibraryImport(Library)]
    public static partial int ts_script_load(byte* bytes, long length, long type, long index, nint* module);
    [LibraryImport(Library)] public static partial void ts_script_free(nint module);
    [LibraryImport(Library)] public static partial int ts_script_train(nint module, int on);
    [LibraryImport(Library)] public static partial int ts_script_is_training(nint module, long* on);
    [LibraryImport(Library)] public static partial int ts_script_inputs(nint module, long* count);
    [LibraryImport(Library)]
    public static partial int ts_script_forward(nint module, NativeValue* args, long count, NativeValue* result);

    [LibraryImport(Library)] public static partial int ts_generator_default(long type, long index, nint* generator);
    [LibraryImport(Library)] public static partial int ts_generator_new(long type, long index, long seed, nint* generator);
    [LibraryImport(Library)] public static partial int ts_generator_seed(nint generator, long seed);
    [LibraryImport(Library)] public static partial int ts_generator_initial_seed(nint generator, long* seed);
    [LibraryImport(Library)] public static partial int ts_generator_get_state(nint generator, nint* state);
    [LibraryImport(Library)] public static partial int ts_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] public static partial void ts_generator_free(nint generator);
    [LibraryImport(Library)] public static partial int ts_manual_seed(long seed);

    [LibraryImport(Library)] public static partial int ts_get_num_threads();
    [LibraryImport(Library)] public static partial int ts_set_num_threads(int count);
    [LibraryImport(Library)] public static partial int ts_get_num_interop_threads();
    [LibraryImport(Library)] public static partial int ts_set_num_interop_threads(int count);
    [LibraryImport(Library)] public static partial int ts_cublas_get_allow_tf32(int* allowed);
    [LibraryImport(Library)] public static partial int ts_cublas_set_allow_tf32(int allowed);
    [LibraryImport(Library)] public static partial int ts_cudnn_get_allow_tf32(int* allowed);
    [LibraryImport(Library)] public static partial int ts_cudnn_set_allow_tf32(int allowed);
    [LibraryImport(Library)] public static partial int ts_cuda_device_count(long* count);
    [LibraryImport(Library)] public static partial int ts_cuda_synchronize(long device);
    [LibraryImport(Library)] public static partial int ts_cuda_manual_seed(long seed, int all);
}
