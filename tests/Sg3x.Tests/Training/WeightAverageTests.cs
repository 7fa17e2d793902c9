using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class WeightAverageTests
{
    [Theory]
    [InlineData(0, 0)] // the first iteration: nothing of the random start stays
    [InlineData(32, 9.5367431640625e-07)] // half-life 1.6 images: 0.5^20
    [InlineData(20_000, 0.9780634734)] // half-life 1 000 images
    [InlineData(200_000, 0.9977843871)] // the ramp-up ends: 10 000 images
    [InlineData(9_000_000, 0.9977843871)]
    public void Beta_ramps_up_to_its_half_life(long images, double beta) =>
        Assert.Equal(beta, WeightAverage.Beta(32, 10_000, 0.05, images), 9);

    [Fact]
    public void Beta_without_ramp_up_is_constant()
    {
        Assert.Equal(WeightAverage.Beta(32, 10_000, null, 0), WeightAverage.Beta(32, 10_000, null, 1_000_000));
        Assert.Equal(0, WeightAverage.Beta(32, 0, null, 1000));
    }

    [Fact]
    public void Parameters_are_averaged_and_buffers_copied()
    {
        using IDisposable scope = NewDisposeScope();
        Net average = new(1, 10);
        Net source = new(5, 20);
        WeightAverage.Update(average, source, 0.75);
        Assert.Equal((2f, 20f), (average.Weight.item<float>(), average.Buffer.item<float>()));
        Assert.Equal((5f, 20f), (source.Weight.item<float>(), source.Buffer.item<float>()));
        WeightAverage.Update(average, source, 0);
        Assert.Equal(5f, average.Weight.item<float>());
        Assert.True(average.Weight.requires_grad);
    }

    [Fact]
    public void An_update_has_the_bits_of_its_formula_and_one_withheld_changes_none()
    {
        using IDisposable scope = NewDisposeScope();
        Net average = new(0.1f, float.NaN), source = new(0.7f, -0f);
        Tensor expected = average.Weight.detach().clone().mul_(0.3).add_(source.Weight.detach(), 1 - 0.3);
        WeightAverage.Update(average, source, 0.3, tensor(false));
        Assert.Equal(Bits(expected), Bits(average.Weight));
        Assert.Equal(Bits(source.Buffer), Bits(average.Buffer));

        Net other = new(-0f, 5), wrong = new(float.NaN, 6);
        WeightAverage.Update(other, wrong, 0.3, tensor(true));
        Assert.Equal((Bits(tensor(-0f)), 5f), (Bits(other.Weight), other.Buffer.item<float>()));

        static int Bits(Tensor value) => BitConverter.SingleToInt32Bits(value.item<float>());
    }

    private sealed class Net : nn.Module
    {
        internal Net(float weight, float buffer)
            : base(nameof(Net))
        {
            Weight = new Parameter(tensor(weight));
            Buffer = tensor(buffer);
            register_parameter("weight", Weight);
            register_buffer("buffer", Buffer);
        }

        internal Parameter Weight { get; }

        internal Tensor Buffer { get; }
    }
}
