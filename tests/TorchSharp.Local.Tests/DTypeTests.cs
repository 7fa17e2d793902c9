using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class DTypeTests
{
    [Fact]
    public void Factories_make_what_they_are_asked_for()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, zeros(2, 3).dtype);
        Assert.Equal(ScalarType.Float64, ones(2, dtype: float64).dtype);
        Assert.Equal(ScalarType.Byte, empty([4], uint8).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(0, 1, 0.25).dtype);
        Assert.Equal(ScalarType.Float32, full([2], 3.0).dtype);
        Assert.Equal(ScalarType.Int64, full([2], 3).dtype);
        Assert.Equal(ScalarType.Int64, randint(0, 9, [3]).dtype);
        Assert.Equal(ScalarType.Float64, randn([3], dtype: float64).dtype);
        Assert.Equal(ScalarType.BFloat16, zeros_like(zeros(2), bfloat16).dtype);
        Assert.Equal([0.0, 0.25, 0.5, 0.75, 1.0], linspace(0, 1, 5, float64).data<double>().ToArray());
    }

    [Fact]
    public void A_number_has_the_type_it_has_in_CSharp()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, tensor(1f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(1.0).dtype);
        Assert.Equal(ScalarType.Int32, tensor(1).dtype);
        Assert.Equal(ScalarType.Int64, tensor(1L).dtype);
        Assert.Equal(ScalarType.Bool, tensor(true).dtype);
        Assert.Equal(ScalarType.Byte, tensor((byte)1).dtype);
        Assert.Empty(tensor(1.0).shape);
        Assert.Equal(ScalarType.Float32, tensor([1.0, 2.0], dtype: float32).dtype);
    }

    [Fact]
    public void An_array_is_copied_unless_it_is_taken_as_it_is()
    {
        using var scope = NewDisposeScope();
        float[] numbers = [1, 2, 3, 4];
        var copy = tensor(numbers, [2, 2]);
        var shared = from_array(numbers);
        numbers[0] = 9;
        Assert.Equal(1f, copy[0, 0].item<float>());
        Assert.Equal(9f, shared[0].item<float>());
        Assert.Equal([2L, 2L], copy.shape);
        Assert.Throws<ArgumentException>(() => tensor(numbers, [5]));
    }

    [Fact]
    public void A_rectangular_array_keeps_its_shape()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([2L, 3L], x.shape);
        Assert.Equal(6.0, x[1, 2].item<double>());
        Assert.Equal([2L, 1L], from_array(new[,] { { 1L }, { 2L } }).shape);
    }

    [Fact]
    public void Types_promote_as_in_PyTorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, (arange(3) * 1.5).dtype);
        Assert.Equal(ScalarType.Float32, (zeros(2) + 1.0).dtype);
        Assert.Equal(ScalarType.Float64, (zeros(2) + zeros(2, dtype: float64)).dtype);
        Assert.Equal(ScalarType.Int64, (arange(3) * 2).dtype);
        Assert.Equal(ScalarType.Float32, (arange(3) / 2).dtype);
        Assert.Equal(ScalarType.Bool, (arange(3) > 1).dtype);
        Assert.Equal(ScalarType.Int64, ones(3, dtype: @bool).sum().dtype);
    }

    [Fact]
    public void Conversion_rounds_towards_zero_and_back_is_exact()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-1.7f, 0.2f, 2.9f]);
        Assert.Equal([-1L, 0, 2], x.to(int64).data<long>().ToArray());
        Assert.Equal([-1L, 0, 2], x.@long().data<long>().ToArray());
        Assert.Equal(ScalarType.Float64, x.type_as(tensor(1.0)).dtype);
        Assert.Equal(x.data<float>().ToArray(), x.@double().@float().data<float>().ToArray());
        Assert.Equal(ScalarType.Float16, x.half().dtype);
    }

    [Fact]
    public void To_the_same_type_shares_and_a_copy_does_not()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2);
        x.to(float32).fill_(3);
        x.to(float32, copy: true).fill_(4);
        Assert.Equal([3f, 3f], x.data<float>().ToArray());
        var gone = zeros(1);
        gone.to(float64, disposeAfter: true);
        Assert.True(gone.IsInvalid);
    }

    [Fact]
    public void Elements_are_read_as_their_own_type_only()
    {
        using var scope = NewDisposeScope();
        var x = arange(6).reshape(2, 3);
        Assert.Throws<ArgumentException>(() => x.data<float>());
        Assert.Throws<ArgumentException>(() => x.item<long>());
        Assert.Equal(5L, x[1, 2].item<long>());
        Assert.Equal(5, x[1, 2].ToInt32());
        Assert.Equal(5.0, x[1, 2].ToDouble());
        Assert.Equal([0L, 3, 1, 4, 2, 5], x.t().data<long>().ToArray());
        Assert.Equal(4L, x.data<long>()[1, 1]);
    }

    [Fact]
    public void Bytes_are_the_memory_itself()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, dtype: int16);
        x.bytes = new byte[] { 1, 0, 2, 0 };
        Assert.Equal([(short)1, (short)2], x.data<short>().ToArray());
        x.bytes[2] = 7;
        Assert.Equal((short)7, x[1].item<short>());
        Assert.Throws<InvalidOperationException>(() => zeros(2, 2).t().bytes.Length);
    }

    [Fact]
    public void The_default_type_can_be_changed()
    {
        using var scope = NewDisposeScope();
        try
        {
            set_default_dtype(float64);
            Assert.Equal(ScalarType.Float64, zeros(1).dtype);
        }
        finally
        {
            set_default_dtype(float32);
        }
        Assert.Equal(ScalarType.Float32, zeros(1).dtype);
    }
}
