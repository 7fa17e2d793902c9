using System.Collections;

namespace TorchSharp.Utils;

internal static class TensorAccessor
{
    public const string NotOnCpu =
        "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.";
}

/// <summary>The elements of a tensor on the CPU, in logical order whatever its strides; it holds on to the tensor.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly nint data;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException(TensorAccessor.NotOnCpu);
        this.tensor = tensor;
        data = tensor.DataPointer;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public unsafe T this[params long[] indices]
    {
        get => At(Offset(indices));
        set
        {
            ((T*)data)[Offset(indices)] = value;
            GC.KeepAlive(tensor);
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Math.Min(Count - tensorIndex, array.Length - arrayIndex);
        if (contiguous && count > 0)
            new ReadOnlySpan<T>((T*)data + tensorIndex, (int)count).CopyTo(array[arrayIndex..]);
        else
        {
            for (var i = 0L; i < count; i++)
                array[arrayIndex + (int)i] = ((T*)data)[Offset(tensorIndex + i)];
        }
        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Math.Min(Count - tensorIndex, array.Length - arrayIndex);
        if (contiguous && count > 0)
            array.Slice(arrayIndex, (int)count).CopyTo(new Span<T>((T*)data + tensorIndex, (int)count));
        else
        {
            for (var i = 0L; i < count; i++)
                ((T*)data)[Offset(tensorIndex + i)] = array[arrayIndex + (int)i];
        }
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0L; i < Count; i++)
            yield return At(Offset(i));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
    }

    // Whoever asks for a number may hold nothing but this: the memory is the tensor's until it has been read.
    private unsafe T At(long offset)
    {
        var value = ((T*)data)[offset];
        GC.KeepAlive(tensor);
        return value;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
            return Offset(indices[0]);
        var offset = 0L;
        for (var i = 0; i < shape.Length; i++)
        {
            if (indices[i] >= shape[i] || indices[i] < 0)
                throw new IndexOutOfRangeException($"{indices[i]} >= {shape[i]} in dimension {i}.");
            offset += indices[i] * strides[i];
        }
        return offset;
    }

    private long Offset(long index)
    {
        if (index >= Count)
            throw new IndexOutOfRangeException();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (contiguous)
            return index;
        var offset = 0L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            (index, var position) = Math.DivRem(index, shape[i]);
            offset += position * strides[i];
        }
        return offset;
    }
}
