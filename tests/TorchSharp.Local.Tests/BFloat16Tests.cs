using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class BFloat16Tests
{
    [Theory]
    [InlineData(1.0f, 1.0f)]
    [InlineData(1.00390625f, 1.0f)]       // halfway, to the even neighbour
    [InlineData(1.01171875f, 1.015625f)]  // halfway, to the even neighbour above
    [InlineData(3.1415927f, 3.140625f)]
    [InlineData(-65504f, -65536f)]
    public void Rounding_is_to_nearest_even(float value, float rounded)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(rounded, new BFloat16(value).ToSingle());
        Assert.Equal(rounded, tensor(value).bfloat16().item<BFloat16>().ToSingle());
        Assert.Equal(rounded, tensor(value).to(bfloat16).to(float32).item<float>());
    }

    [Fact]
    public void Arithmetic_stays_in_it()
    {
        using var scope = NewDisposeScope();
        var x = ones([4], bfloat16);
        Assert.Equal(ScalarType.BFloat16, (x * 1.5).dtype);
        Assert.Equal(ScalarType.Float32, (x + ones(4)).dtype);
        Assert.Equal(2L, x.element_size());
        Assert.Equal(4.0, x.sum().ToDouble());
        Assert.Equal([1f, 1, 1, 1], x.data<BFloat16>().ToArray().Select(b => (float)b));
    }

    [Fact]
    public void Not_a_number_and_infinity_survive()
    {
        using var scope = NewDisposeScope();
        Assert.True(float.IsNaN(new BFloat16(float.NaN).ToSingle()));
        Assert.Equal(float.PositiveInfinity, new BFloat16(float.MaxValue).ToSingle());
        Assert.True(tensor(float.NaN).bfloat16().isnan().item<bool>());
        Assert.Equal(1.5f, BFloat16.FromRawValue(0x3FC0).ToSingle());
    }

    [Fact]
    public void Gradients_pass_through_the_conversion()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.003f], requires_grad: true);
        (x.bfloat16().@float() * 3).sum().backward();
        Assert.Equal(3f, x.grad!.item<float>());
        Assert.Equal(ScalarType.Float32, x.grad!.dtype);
    }
}
