namespace TorchSharp;

/// <summary>A number of any element type, as an operator's argument.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(torch.ScalarType type, long value) => (Type, IntegerValue) = (type, value);

    internal Scalar(torch.ScalarType type, double value) => (Type, FloatValue) = (type, value);

    public torch.ScalarType Type { get; }

    internal long IntegerValue { get; }

    internal double FloatValue { get; }

    internal bool IsBool => Type == torch.ScalarType.Bool;

    internal bool IsFloat => torch.is_floating_point(Type);

    internal double AsDouble => IsFloat ? FloatValue : IntegerValue;

    internal long AsLong => IsFloat ? (long)FloatValue : IntegerValue;

    public void Dispose()
    {
    }

    public static implicit operator Scalar(byte value) => value.ToScalar();

    public static implicit operator Scalar(sbyte value) => value.ToScalar();

    public static implicit operator Scalar(short value) => value.ToScalar();

    public static implicit operator Scalar(int value) => value.ToScalar();

    public static implicit operator Scalar(long value) => value.ToScalar();

    public static implicit operator Scalar(Half value) => value.ToScalar();

    public static implicit operator Scalar(BFloat16 value) => value.ToScalar();

    public static implicit operator Scalar(float value) => value.ToScalar();

    public static implicit operator Scalar(double value) => value.ToScalar();

    public static implicit operator Scalar(bool value) => value.ToScalar();
}

/// <summary>Numbers to <see cref="Scalar"/> and back.</summary>
public static class ScalarExtensionMethods
{
    // libtorch's Scalar knows one integer, one floating-point type and bool; the .NET types say no more than that either.
    public static Scalar ToScalar(this byte value) => new(torch.ScalarType.Int64, (long)value);

    public static Scalar ToScalar(this sbyte value) => new(torch.ScalarType.Int64, (long)value);

    public static Scalar ToScalar(this short value) => new(torch.ScalarType.Int64, (long)value);

    public static Scalar ToScalar(this int value) => new(torch.ScalarType.Int64, (long)value);

    public static Scalar ToScalar(this long value) => new(torch.ScalarType.Int64, value);

    public static Scalar ToScalar(this Half value) => new(torch.ScalarType.Float64, (double)value);

    public static Scalar ToScalar(this BFloat16 value) => new(torch.ScalarType.Float64, value.ToSingle());

    public static Scalar ToScalar(this float value) => new(torch.ScalarType.Float64, (double)value);

    public static Scalar ToScalar(this double value) => new(torch.ScalarType.Float64, value);

    public static Scalar ToScalar(this bool value) => new(torch.ScalarType.Bool, value ? 1L : 0L);

    public static float ToSingle(this Scalar value) => (float)value.AsDouble;

    public static double ToDouble(this Scalar value) => value.AsDouble;

    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsLong);

    public static byte ToByte(this Scalar value) => checked((byte)value.AsLong);

    public static short ToInt16(this Scalar value) => checked((short)value.AsLong);

    public static int ToInt32(this Scalar value) => checked((int)value.AsLong);

    public static long ToInt64(this Scalar value) => value.AsLong;

    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}
