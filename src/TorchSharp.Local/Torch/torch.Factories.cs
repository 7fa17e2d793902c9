using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The numbers start, start + step, … below stop.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false)
    {
        var whole = !start.IsFloat && !stop.IsFloat && !step.IsFloat;
        return Operator.CallLeaf(requires_grad, "arange.start_step", start, stop, step,
            dtype ?? (whole ? ScalarType.Int64 : get_default_dtype()), default, InitializeDevice(device));
    }

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Operator.CallLeaf(requires_grad, "linspace", (Scalar)start, (Scalar)end, steps, dtype ?? get_default_dtype(), default,
            InitializeDevice(device));

    public static Tensor eye(long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null)
    {
        NotNamed(names);
        return Operator.CallLeaf(requires_grad, "eye.m", rows, columns == -1 ? rows : columns, dtype ?? get_default_dtype(),
            default, InitializeDevice(device));
    }

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Like("zeros_like", input, dtype, device, requires_grad, names);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Like("ones_like", input, dtype, device, requires_grad, names);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Like("empty_like", input, dtype, device, requires_grad, names);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null)
    {
        NotNamed(names);
        return Operator.CallLeaf(requires_grad, "full_like", input, value, dtype ?? input.dtype, default, device ?? input.device);
    }

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Like("randn_like", input, dtype, device, requires_grad, null);

    /// <summary>Whole numbers, uniform from low (inclusive) to high (exclusive).</summary>
    public static Tensor randint(long low, long high, Size size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        NotNamed(names);
        return Operator.CallLeaf(requires_grad, "randint.low_generator", low, high, size.Shape, generator,
            dtype ?? ScalarType.Int64, default, InitializeDevice(device));
    }

    public static Tensor randint(long high, Size size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(low, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null) =>
        Operator.CallLeaf(requires_grad, "randperm.generator", n, generator, dtype ?? ScalarType.Int64, default,
            InitializeDevice(device));

    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randn(size, dtype, device, false, generator, names).mul_(std).add_(mean).requires_grad_(requires_grad);

    /// <summary>A tensor over the array's own memory, unless the element type or the device differ.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) =>
        from_array(rawArray, ToScalarType(rawArray.GetType().GetElementType()!), device ?? CPU);

    public static unsafe Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false,
        string[]? names = null)
    {
        NotNamed(names);
        autograd.FunctionCall.Register();
        device = InitializeDevice(device);
        var type = ToScalarType(rawArray.GetType().GetElementType()!);
        var shape = Shape(rawArray);
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        nint shared;
        int status;
        fixed (long* sizes = shape)
        {
            status = NativeMethods.ts_from_blob(pin.AddrOfPinnedObject(), sizes, shape.Length, (long)type,
                GCHandle.ToIntPtr(pin), &shared);
        }
        if (status != 0)
            pin.Free();
        NativeMethods.Check(status);
        var tensor = new Tensor(shared);
        if ((dtype ?? type) != type || device.type != DeviceType.CPU)
            tensor = tensor.to(dtype ?? type, device, disposeAfter: true);
        return tensor.requires_grad_(requires_grad);
    }

    private static Tensor New(string op, ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad,
        string[]? names)
    {
        NotNamed(names);
        return Operator.CallLeaf(requiresGrad, op + (op == "empty" ? ".memory_format" : ""), size, dtype ?? get_default_dtype(),
            default, InitializeDevice(device));
    }

    private static Tensor New(string op, ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad,
        Generator? generator, string[]? names)
    {
        NotNamed(names);
        return Operator.CallLeaf(requiresGrad, op + ".generator", size, generator, dtype ?? get_default_dtype(), default,
            InitializeDevice(device));
    }

    private static Tensor New(string op, ReadOnlySpan<long> size, Scalar value, ScalarType? dtype, Device? device,
        bool requiresGrad, string[]? names)
    {
        NotNamed(names);
        return Operator.CallLeaf(requiresGrad, op, size, value,
            dtype ?? (is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype()), default, InitializeDevice(device));
    }

    private static Tensor Like(string op, Tensor input, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        NotNamed(names);
        return Operator.CallLeaf(requiresGrad, op, input, dtype ?? input.dtype, default, device ?? input.device);
    }

    private static Tensor Number<T>(T scalar, ScalarType? dtype, Device? device, bool requiresGrad) where T : unmanaged =>
        Copy<T>([scalar], [], dtype, device, requiresGrad, null);

    private static unsafe Tensor Copy<T>(ReadOnlySpan<T> elements, ReadOnlySpan<long> dimensions, ScalarType? dtype,
        Device? device, bool requiresGrad, string[]? names) where T : unmanaged
    {
        NotNamed(names);
        device = InitializeDevice(device);
        var count = 1L;
        foreach (var size in dimensions)
            count *= size;
        if (count > elements.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {count} vs. {elements.Length}");
        var type = ToScalarType(typeof(T));
        var result = Operator.Call("empty.memory_format", dimensions, type, default, CPU);
        elements[..(int)count].CopyTo(new Span<T>((void*)result.DataPointer, (int)count));
        if ((dtype ?? type) != type || device.type != DeviceType.CPU)
            result = result.to(dtype ?? type, device, disposeAfter: true);
        return requiresGrad ? result.requires_grad_() : result;
    }

    private static long[] Shape(Array array)
    {
        var shape = new long[array.Rank];
        for (var i = 0; i < shape.Length; i++)
            shape[i] = array.GetLongLength(i);
        return shape;
    }

    private static ReadOnlySpan<T> Flat<T>(Array array) where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    private static void NotNamed(string[]? names)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("tensors with named dimensions");
    }
}
