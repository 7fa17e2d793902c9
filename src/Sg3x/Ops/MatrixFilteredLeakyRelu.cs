using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// The filtered leaky ReLU with each separable filter as two dense matrix products, one an axis. With the rows of all images in
/// front,
/// [H, N, C, W], either product is a single large one; the filters' zeros are multiplied too, so it pays while images are small.
/// </summary>
public sealed class MatrixFilteredLeakyRelu : IFilteredLeakyRelu
{
    /// <inheritdoc/>
    public string Name => "matrix";

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
        long batch = x.shape[0], channels = x.shape[1];
        (Tensor active, int height, int width) = UpAndActivate(FilteredLeakyRelu.AddBias(x, bias.to(x.dtype)), upFilter, shape);
        if (downFilter is { } radial && radial.dim() == 2)
        {
            Tensor images = AxisMatrix.RowsBack(active, batch, channels, height, width);
            return DepthwiseFilter.Apply(images, radial, 1, shape.Down, default, 1).MoveToOuterDisposeScope();
        }
        int taps = FilteredLeakyRelu.Taps(downFilter);
        int tall = AxisMatrix.Outputs(height, 1, shape.Down, 0, 0, taps),
            wide = AxisMatrix.Outputs(width, 1, shape.Down, 0, 0, taps);
        Tensor vertical = AxisMatrix.Build(downFilter, height, tall, 1, shape.Down, 0, 1, x);
        Tensor horizontal = tall == wide && height == width
            ? vertical
            : AxisMatrix.Build(downFilter, width, wide, 1, shape.Down, 0, 1, x);
        Tensor rows = vertical.matmul(active.reshape(height, -1)).reshape(-1, width);
        return AxisMatrix.RowsBack(rows.matmul(horizontal.t()), batch, channels, tall, wide).MoveToOuterDisposeScope();
    }

    // Up² and the gain are folded into the matrices: leaky ReLU commutes with a positive factor.
    private static (Tensor Rows, int Height, int Width) UpAndActivate(Tensor x, Tensor? filter, in FilteredLeakyReluShape shape)
    {
        if (shape.Gain <= 0)
            throw new ArgumentException($"shape: expected a positive gain, found {shape.Gain}.", nameof(shape));
        if (filter is { } radial && radial.dim() == 2)
        {
            Tensor images = DepthwiseFilter.Apply(x, filter, shape.Up, 1, shape.Padding, shape.Up * shape.Up * shape.Gain);
            Tensor active = FilteredLeakyRelu.Activate(images, shape.Slope, shape.Clamp);
            return (AxisMatrix.RowsFirst(active), (int)images.shape[2], (int)images.shape[3]);
        }
        int inHeight = (int)x.shape[2], inWidth = (int)x.shape[3], taps = FilteredLeakyRelu.Taps(filter);
        int height = AxisMatrix.Outputs(inHeight, shape.Up, 1, shape.Padding.Y0, shape.Padding.Y1, taps);
        int width = AxisMatrix.Outputs(inWidth, shape.Up, 1, shape.Padding.X0, shape.Padding.X1, taps);
        double gain = shape.Up * Math.Sqrt(shape.Gain);
        Tensor vertical = AxisMatrix.Build(filter, inHeight, height, shape.Up, 1, shape.Padding.Y0, gain, x);
        bool square = inHeight == inWidth && height == width && shape.Padding.X0 == shape.Padding.Y0;
        Tensor horizontal = square ? vertical : AxisMatrix.Build(filter, inWidth, width, shape.Up, 1, shape.Padding.X0, gain, x);
        Tensor rows = AxisMatrix.RowsFirst(x).matmul(horizontal.t()).reshape(inHeight, -1);
        return (FilteredLeakyRelu.Activate(vertical.matmul(rows), shape.Slope, shape.Clamp), height, width);
    }
}
