using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

public class OpsTests
{
    private static readonly FilteredLeakyReluShape Plain = new(1, 1, default, 1, 0.2, null);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    public void ResamplingByMatricesIsResamplingByDepthwiseConvolutions(int down, int padding)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor x = FilterCase.Draw(generator, 2, 3, 8, 11);
        Tensor taps = tensor([1.0, 3, 2, 5]);
        Tensor separable = taps.unsqueeze(1) * tensor([2.0, 1, 4, 3]).unsqueeze(0) / 110;
        Tensor expected = DepthwiseFilter.Apply(x, separable, 1, down, new ImagePadding(padding, padding, padding, padding), 1);
        TensorAssert.Close(expected, FilteredResample.Apply(x, separable, down, padding), 1e-13);
        Tensor other = FilterCase.Draw(generator, 4, 4);
        expected = DepthwiseFilter.Apply(x, other, 1, down, new ImagePadding(padding, padding, padding, padding), 1);
        TensorAssert.Close(expected, FilteredResample.Apply(x, other, down, padding), 1e-13);
    }

    /// <summary>One matrix serves both axes only where they are alike from end to end.</summary>
    [Theory]
    [InlineData(9, 10, 1, 2, 4, 0)] // other lengths, as many outputs
    [InlineData(8, 8, 2, 2, 6, 1)] // the same lengths, padded otherwise
    [InlineData(8, 9, 2, 1, 4, 0)]
    public void MatricesOfAxesThatDifferAreTwo(int height, int width, int up, int down, int taps, int moved)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor x = FilterCase.Draw(generator, 1, 2, height, width), bias = FilterCase.Draw(generator, 2);
        Tensor filter = FilterCase.Draw(generator, taps);
        var shape = new FilteredLeakyReluShape(up, down, new ImagePadding(3 + moved, 3 - moved, 3, 3), 1, 0.2, null);
        Tensor expected = FilteredLeakyRelu.Composed.Forward(x, bias, filter, filter, shape);
        TensorAssert.Close(expected, FilteredLeakyRelu.Matrix.Forward(x, bias, filter, filter, shape), 1e-13);
    }

    [Fact]
    public void SelectTakesTheFusedPassOrElseMatricesWhileImagesAreSmall()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor filter = ones(12) / 12;
        var shape = new FilteredLeakyReluShape(2, 2, new ImagePadding(9, 8, 9, 8), Math.Sqrt(2), 0.2, 256);
        Assert.Same(FilteredLeakyRelu.Fused, FilteredLeakyRelu.Select(zeros(1, 1, 36, 36), filter, filter, shape));
        Assert.Same(FilteredLeakyRelu.Fused, FilteredLeakyRelu.Select(zeros(1, 1, 36, 36), null, null, Plain));
        Tensor small = zeros([1, 1, 36, 36], dtype: ScalarType.Float16), large = zeros([1, 1, 278, 278], dtype: ScalarType.Float16);
        Assert.Same(FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Select(small, filter, filter, shape));
        Assert.Same(FilteredLeakyRelu.Composed, FilteredLeakyRelu.Select(large, filter, filter, shape));
        Assert.Same(FilteredLeakyRelu.Composed, FilteredLeakyRelu.Select(small, null, null, Plain));
        Tensor tall = zeros([1, 1, 278, 36], dtype: ScalarType.Float16), wide = zeros([1, 1, 36, 278], dtype: ScalarType.Float16);
        Assert.Same(FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Select(tall, filter, filter, shape));
        Assert.Same(FilteredLeakyRelu.Composed, FilteredLeakyRelu.Select(wide, filter, filter, shape));
        Tensor widest = zeros([1, 1, 1, 192], dtype: ScalarType.Float16), wider = zeros([1, 1, 1, 385], dtype: ScalarType.Float16);
        Assert.Same(FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Select(widest, filter, filter, shape));
        Assert.Same(FilteredLeakyRelu.Composed, FilteredLeakyRelu.Select(wider, filter, filter, shape with { Up = 1 }));
    }

    [Fact]
    public void APixelAndItsPaddingAreRoomForAKernel()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = arange(25, ScalarType.Float64).reshape(1, 1, 5, 5), x = tensor([2.0]).reshape(1, 1, 1, 1);
        Tensor y = ModulatedConv.Apply(x, weight, tensor([3.0]).reshape(1, 1), false, 2);
        Assert.Equal([1, 1, 1, 1], y.shape);
        Assert.Equal(12 * 2 * 3, y.item<double>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.01)]
    [InlineData(0.5)]
    public void AGainIsAFactor(double gain)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([-2.0, 3]).reshape(1, 2, 1, 1), bias = tensor([0.5, -1]);
        foreach (IFilteredLeakyRelu implementation in (IFilteredLeakyRelu[])[FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Fused])
        {
            Tensor y = implementation.Forward(x, bias, null, null, Plain with { Gain = gain });
            TensorAssert.Close(tensor(new[] { -1.5 * gain * 0.2, 2 * gain }).reshape(1, 2, 1, 1), y, 1e-15);
        }
    }

    /// <summary>ε = 1e−8 stands beside Σ(s·w)² of styles and weights whose mean squares are one.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public void DemodulationCountsTheTapsOfAnyKernel(int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([1, 1, height, width], dtype: ScalarType.Float64), x = ones([1, 1, 3, 3], dtype: ScalarType.Float64);
        Tensor y = ModulatedConv.Apply(x, weight, tensor([0.1]).reshape(1, 1), true, 0);
        Assert.Equal([1, 1, 4 - height, 4 - width], y.shape);
        Assert.All(TensorAssert.Values(y), value => Assert.Equal(3 / Math.Sqrt(3 + 1e-8), value, 1e-12));
    }

    [Fact]
    public void OfNothingComesNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor filter = ones(12) / 12;
        var shape = new FilteredLeakyReluShape(2, 2, new ImagePadding(9, 8, 9, 8), Math.Sqrt(2), 0.2, 256);
        Tensor y = FilteredLeakyRelu.Fused.Forward(zeros(1, 2, 36, 36), zeros(2), filter, filter, shape);
        Assert.Equal(0, y.abs().max().item<float>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.01)]
    [InlineData(0)]
    public void ASlopeIsAFactorBelowZero(double slope)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([-2.0, 3]).reshape(1, 2, 1, 1), bias = zeros(2, ScalarType.Float64), one = ones(1, ScalarType.Float64);
        foreach (IFilteredLeakyRelu implementation in (IFilteredLeakyRelu[])[FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix, FilteredLeakyRelu.Fused])
        {
            // A filter of a single tap is one as well.
            Tensor y = implementation.Forward(x, bias, one, one, Plain with { Slope = slope });
            TensorAssert.Close(tensor(new[] { -2 * slope, 3 }).reshape(1, 2, 1, 1), y, 1e-15);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(2)]
    public void WithoutAFilterAGainIsLeft(double gain)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(9, ScalarType.Float64).reshape(1, 1, 3, 3);
        TensorAssert.Close(
            tensor(new[] { 0, 2.0, 6, 8 }).reshape(1, 1, 2, 2) * gain, DepthwiseFilter.Apply(x, null, 1, 2, default, gain), 1e-15);
    }

    [Fact]
    public void AGainBelowZeroComesBeforeTheSlope()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([-2.0, 3]).reshape(1, 2, 1, 1), bias = zeros(2, ScalarType.Float64);
        Tensor y = FilteredLeakyRelu.Composed.Forward(x, bias, null, null, Plain with { Gain = -1 });
        TensorAssert.Close(tensor([2.0, -0.6]).reshape(1, 2, 1, 1), y, 1e-15);
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 3, 4, 4), bias = zeros(3);
        Check("x", () => FilteredLeakyRelu.Composed.Forward(zeros(3, 4, 4), bias, null, null, Plain));
        Check("bias", () => FilteredLeakyRelu.Matrix.Forward(x, zeros(2), null, null, Plain));
        Check("bias", () => FilteredLeakyRelu.Matrix.Forward(x, bias.to(ScalarType.Float64), null, null, Plain));
        Check("upFilter", () => FilteredLeakyRelu.Matrix.Forward(x, bias, zeros(2, 3), null, Plain));
        Check("shape", () => FilteredLeakyRelu.Matrix.Forward(x, bias, null, ones(5), Plain));
        Check("shape", () => FilteredLeakyRelu.Matrix.Forward(zeros(2, 3, 4, 8), bias, null, ones(5), Plain));
        Check("shape", () => FilteredLeakyRelu.Matrix.Forward(zeros(2, 3, 8, 4), bias, null, ones(5), Plain));
        Check("shape", () => FilteredLeakyRelu.Matrix.Forward(x, bias, null, null, Plain with { Up = 0 }));
        Check("shape", () => FilteredLeakyRelu.Matrix.Forward(x, bias, null, null, Plain with { Down = 0 }));
        Check("downFilter", () => FilteredLeakyRelu.Matrix.Forward(x, bias, null, zeros(0), Plain));
        Check("weight", () => ModulatedConv.Apply(x, zeros(5, 4, 3, 3), zeros(2, 3), true, 1));
        Check("styles", () => ModulatedConv.Apply(x, zeros(5, 3, 3, 3), zeros(1, 3), true, 1));
        Check("weight", () => ModulatedConv.Apply(x, zeros(5, 3, 3, 3), zeros(2, 3, ScalarType.Float64), true, 1));
        Check("x", () => ModulatedConv.Apply(x, zeros(5, 3, 7, 7), zeros(2, 3), true, 1));
        Check("x", () => ModulatedConv.Apply(x, zeros(5, 3, 3, 7), zeros(2, 3), true, 1));
        Check("x", () => ModulatedConv.Apply(x, zeros(5, 3, 7, 3), zeros(2, 3), true, 1));
        Check("x", () => ModulatedConv.Apply(zeros(2, 3, 4, 8), zeros(5, 3, 7, 7), zeros(2, 3), true, 1));
        Check("x", () => ModulatedConv.Apply(zeros(2, 3, 8, 4), zeros(5, 3, 7, 7), zeros(2, 3), true, 1));
        Check("x", () => FilteredResample.Apply(x, zeros(7, 7), 1, 1));
        Check("x", () => FilteredResample.Apply(zeros(2, 3, 4, 8), zeros(7, 7), 1, 1));
        Check("x", () => FilteredResample.Apply(zeros(2, 3, 8, 4), zeros(7, 7), 1, 1));
        Check("x", () => FilteredResample.Apply(x, zeros(9, 9), 1, 2));
        Check("x", () => FilteredResample.Apply(x, zeros(1, 1), 1, -1));
        Check("x", () => FilteredResample.Apply(x, zeros(1, 1), 0, 0));
        Check("up", () => DepthwiseFilter.Apply(x, null, 0, 1, default, 1));
        Check("down", () => DepthwiseFilter.Apply(x, null, 1, 0, default, 1));
    }

    [Fact]
    public void ASeparableFilterIsSeenToBeOne()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor vertical = tensor([1.0, -3, 2, 5]), horizontal = tensor([0.2, 0.1, 0.4, 0.3]);
        Tensor filter = vertical.unsqueeze(1) * horizontal.unsqueeze(0);
        (Tensor first, Tensor second) = FilteredResample.Factor(filter)!.Value;
        TensorAssert.Close(vertical, first, 1e-15);
        TensorAssert.Close(horizontal, second, 1e-15);
        filter.select(0, 1).select(0, 2).add_(1e-8);
        Assert.Null(FilteredResample.Factor(filter));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(6, 1)]
    [InlineData(8, 2)]
    public void AFilterThatJustFitsLeavesAPixel(int taps, int padding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = FilteredResample.Apply(ones(1, 1, 4, 4), ones(taps, taps), 1, padding);
        Assert.Equal([1, 1, 1, 1], y.shape);
        Assert.Equal(16, y.item<float>());
    }

    private static void Check(string argument, Func<Tensor> call)
    {
        Assert.Equal(argument, Assert.ThrowsAny<ArgumentException>(call).ParamName);
    }
}
