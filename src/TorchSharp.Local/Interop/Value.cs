using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Kinds of <see cref="Value"/>, numbered as in <c>native/torchsharp_local.cpp</c>.</summary>
internal enum ValueKind : long
{
    None, Tensor, Int, Double, Bool, Ints, Doubles, Tensors, OptionalTensors, String, Device, Generator, Bools, Default,
}

/// <summary>One argument of an operator: whatever a schema accepts converts to it.</summary>
internal readonly struct Value
{
    public readonly ValueKind Kind;
    public readonly long Bits;
    public readonly object? Reference;

    private Value(ValueKind kind, long bits = 0, object? reference = null) => (Kind, Bits, Reference) = (kind, bits, reference);

    /// <summary>Whatever the schema says when the argument is not given.</summary>
    public static readonly Value Default = new(ValueKind.Default);

    public static implicit operator Value(Tensor? tensor) =>
        tensor is null ? default : new(ValueKind.Tensor, tensor.Handle, tensor);

    public static implicit operator Value(long value) => new(ValueKind.Int, value);

    public static implicit operator Value(int value) => new(ValueKind.Int, value);

    public static implicit operator Value(long? value) => value is { } v ? v : default(Value);

    public static implicit operator Value(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Value(double? value) => value is { } v ? v : default(Value);

    public static implicit operator Value(bool value) => new(ValueKind.Bool, value ? 1 : 0);

    public static implicit operator Value(Scalar? value) => value switch
    {
        null => default,
        { IsBool: true } => value.IntegerValue != 0,
        { IsFloat: true } => value.FloatValue,
        _ => value.IntegerValue,
    };

    public static implicit operator Value(ScalarType value) => new(ValueKind.Int, (long)value);

    public static implicit operator Value(ScalarType? value) => value is { } v ? v : default(Value);

    public static implicit operator Value(Device? device) =>
        device is null ? default : new(ValueKind.Device, (long)device.type, device);

    public static implicit operator Value(Generator? generator) =>
        generator is null ? default : new(ValueKind.Generator, generator.Handle, generator);

    public static implicit operator Value(string? text) => text is null ? default : new(ValueKind.String, 0, text);

    public static implicit operator Value(long[]? values) => values is null ? default : new(ValueKind.Ints, 0, values);

    public static implicit operator Value(ReadOnlySpan<long> values) => new(ValueKind.Ints, 0, values.ToArray());

    public static implicit operator Value(bool[]? values) => values is null ? default : new(ValueKind.Bools, 0, values);

    public static implicit operator Value(Tensor[] tensors) => new(ValueKind.Tensors, 0, tensors);

    /// <summary>A list of tensors in which null stands for "no tensor" (indices).</summary>
    public static Value Optional(Tensor?[] tensors) => new(ValueKind.OptionalTensors, 0, tensors);
}
