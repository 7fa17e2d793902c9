using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>
/// Calls libtorch's operators by schema name ("add.Tensor"), with the arguments in the schema's order; those left out take the
/// schema's defaults.
/// </summary>
internal static unsafe class Operator
{
    private static readonly ConcurrentDictionary<string, nint> Known = new(StringComparer.Ordinal);

    /// <summary>The only result, a tensor.</summary>
    public static Tensor Call(string name, params ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return AsTensor(result);
    }

    /// <summary>
    /// The only result, a new tensor, on which the gradient may be recorded from here on. Where there is no memory for it, it is
    /// tried again after the garbage collector has let go of what nobody holds.
    /// </summary>
    public static Tensor CallLeaf(bool requiresGrad, string name, params ReadOnlySpan<Value> args)
    {
        Tensor tensor;
        try
        {
            tensor = Call(name, args);
        }
        catch (ExternalException)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            tensor = Call(name, args);
        }
        return requiresGrad ? tensor.requires_grad_() : tensor;
    }

    public static (Tensor, Tensor) Call2(string name, params ReadOnlySpan<Value> args)
    {
        var results = stackalloc NativeValue[2];
        Invoke(name, args, results, 2);
        return (AsTensor(results[0]), AsTensor(results[1]));
    }

    public static (Tensor, Tensor, Tensor) Call3(string name, params ReadOnlySpan<Value> args)
    {
        var results = stackalloc NativeValue[3];
        Invoke(name, args, results, 3);
        return (AsTensor(results[0]), AsTensor(results[1]), AsTensor(results[2]));
    }

    /// <summary>The only result, a list of tensors.</summary>
    public static Tensor[] CallList(string name, params ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return AsTensors(result);
    }

    public static bool CallBool(string name, params ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return result.Bits != 0;
    }

    /// <summary>The only result, a number: an <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>.</summary>
    public static Scalar CallScalar(string name, params ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return (ValueKind)result.Kind switch
        {
            ValueKind.Double => result.AsDouble,
            ValueKind.Bool => result.Bits != 0,
            _ => result.Bits,
        };
    }

    /// <summary>An operator that works on its first argument, which is what it gives back.</summary>
    public static Tensor InPlace(string name, params ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        NativeMethods.ts_tensor_free((nint)result.Bits);
        return (Tensor)args[0].Reference!;
    }

    public static Tensor AsTensor(in NativeValue value) => Tensor.FromHandle((nint)value.Bits)!;

    /// <summary>Takes over a native list of tensors; an undefined one is null.</summary>
    public static Tensor[] AsTensors(in NativeValue value)
    {
        var list = new Tensor[value.Length];
        for (var i = 0; i < list.Length; i++)
            list[i] = Tensor.FromHandle(value.AsHandles[i])!;
        NativeMethods.ts_free((nint)value.Bits);
        return list;
    }

    private static void Invoke(string name, ReadOnlySpan<Value> args, NativeValue* results, int capacity)
    {
        var op = Known.TryGetValue(name, out var known) ? known : Find(name);
        var words = 0;
        foreach (ref readonly var arg in args)
            words += Words(arg);

        // Lists are a few numbers long, except a concatenation of very many tensors.
        var buffer = words <= 512 ? stackalloc long[words] : new long[words];
        var native = stackalloc NativeValue[args.Length + 1];
        fixed (long* scratch = buffer)
        {
            var next = scratch;
            for (var i = 0; i < args.Length; i++)
                next = Lay(args[i], native + i, next);
            long returned;
            var status = NativeMethods.ts_call(op, native, args.Length, results, capacity, &returned);
            foreach (ref readonly var arg in args)
                GC.KeepAlive(arg.Reference);
            NativeMethods.Check(status);
            for (var i = (int)returned; i < capacity; i++)
                results[i] = default;
        }
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (stem, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        NativeMethods.Check(NativeMethods.ts_find("aten::" + stem, overload, out var op));
        return Known.GetOrAdd(name, op);
    }

    private static int Words(in Value value) => value.Reference switch
    {
        long[] ints => ints.Length,
        Tensor?[] tensors => tensors.Length,
        bool[] flags => flags.Length / 8 + 1,
        string text => text.Length * 3 / 8 + 1,
        _ => 0,
    };

    private static long* Lay(in Value value, NativeValue* native, long* next)
    {
        *native = new NativeValue { Kind = (long)value.Kind, Bits = value.Bits };
        switch (value.Reference)
        {
            case long[] ints:
                native->Bits = (nint)next;
                native->Length = ints.Length;
                ints.CopyTo(new Span<long>(next, ints.Length));
                return next + ints.Length;
            case Tensor?[] tensors:
                native->Bits = (nint)next;
                native->Length = tensors.Length;
                for (var i = 0; i < tensors.Length; i++)
                    next[i] = tensors[i]?.Handle ?? 0;
                return next + tensors.Length;
            case bool[] flags:
                native->Bits = (nint)next;
                native->Length = flags.Length;
                for (var i = 0; i < flags.Length; i++)
                    ((byte*)next)[i] = flags[i] ? (byte)1 : (byte)0;
                return next + flags.Length / 8 + 1;
            case string text:
                native->Bits = (nint)next;
                native->Length = System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(next, text.Length * 3));
                return next + text.Length * 3 / 8 + 1;
            case Device device:
                native->Length = device.index;
                return next;
            default:
                return next;
        }
    }
}
