using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>The filtered leaky ReLU as its definition reads, step by step.</summary>
public sealed class ComposedFilteredLeakyRelu : IFilteredLeakyRelu
{
    /// <inheritdoc/>
    public string Name => "composed";

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        FilteredLeakyRelu.CheckArguments(x, bias, upFilter, downFilter, shape);
        FilteredLeakyReluShape constants = shape;
        return ReducedPrecision.Sum(x, wide => Compute(wide, bias, upFilter, downFilter, constants));
    }

    private static Tensor Compute(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor biased = FilteredLeakyRelu.AddBias(x, bias.to(x.dtype));
        Tensor above = DepthwiseFilter.Apply(biased, upFilter, shape.Up, 1, shape.Padding, (double)shape.Up * shape.Up);
        Tensor active = FilteredLeakyRelu.Activate(shape.Gain == 1 ? above : above * shape.Gain, shape.Slope, shape.Clamp);
        return DepthwiseFilter.Apply(active, downFilter, 1, shape.Down, default, 1).MoveToOuterDisposeScope();
    }
}
