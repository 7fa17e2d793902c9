using FsCheck.Xunit;
using Sg3x.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

/// <summary>The implementations of the filtered leaky ReLU against the definition and each other, in float64.</summary>
[Properties(Arbitrary = [typeof(DrawnOps)], MaxTest = 100)]
public class FilteredLeakyReluProperties
{
    // Of the sum of the absolute values of all that is added up. A chain of sums of n terms in all is off by at most n·u of that, u =
    // 1.1e−16 (Higham, Accuracy and Stability, 3.1); with nine taps an axis, five passes and 2·3·9·9 pixels in a bias' sum n < 2000.
    private const double Tolerance = 5e-13;

    [Property]
    public void ComposedIsTheDefinition(FilterCase drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor bias, Tensor? up, Tensor? down) = drawn.Tensors();
        (Tensor X, Tensor Bias, Tensor? Up, Tensor? Down, FilteredLeakyReluShape Shape) m = drawn.Magnitudes();
        TensorAssert.Within(
            Definition(x, bias, up, down, drawn.Shape), FilteredLeakyRelu.Composed.Forward(x, bias, up, down, drawn.Shape),
            Definition(m.X, m.Bias, m.Up, m.Down, m.Shape), Tolerance, "y");
    }

    [Property]
    public void MatrixIsComposed(FilterCase drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor bias, Tensor? up, Tensor? down) = drawn.Tensors();
        (Tensor X, Tensor Bias, Tensor? Up, Tensor? Down, FilteredLeakyReluShape Shape) m = drawn.Magnitudes();
        Tensor[] expected = Derivatives(FilteredLeakyRelu.Composed, x, bias, up, down, drawn.Shape);
        Tensor[] found = Derivatives(FilteredLeakyRelu.Matrix, x, bias, up, down, drawn.Shape);
        Tensor[] magnitudes = Derivatives(FilteredLeakyRelu.Composed, m.X, m.Bias, m.Up, m.Down, m.Shape);
        string[] names = ["y", "dx", "dbias", "second dx", "second dbias"];
        for (int i = 0; i < names.Length; i++)
            TensorAssert.Within(expected[i], found[i], magnitudes[i], Tolerance, names[i]);
    }

    [Property(MaxTest = 30)]
    public void NothingIsLeftBehind(FilterCase drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor bias, Tensor? up, Tensor? down) = drawn.Tensors();
        foreach (IFilteredLeakyRelu implementation in (IFilteredLeakyRelu[])[FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix])
        {
            int before = scope.DisposablesCount;
            implementation.Forward(x, bias, up, down, drawn.Shape);
            Assert.Equal(before + 1, scope.DisposablesCount);
        }
    }

    // The value, its gradient, and the gradient of a combination of that: the loss is quadratic, so none of them vanishes. Every step
    // adds and multiplies what is positive where all of the input is: of magnitudes the result is the magnitude.
    private static Tensor[] Derivatives(
        IFilteredLeakyRelu implementation, Tensor x, Tensor bias, Tensor? up, Tensor? down, FilteredLeakyReluShape shape)
    {
        (x, bias) = (x.detach().requires_grad_(true), bias.detach().requires_grad_(true));
        Tensor y = implementation.Forward(x, bias, up, down, shape);
        Tensor probe = (arange(y.numel(), ScalarType.Float64).reshape(y.shape) * 0.7).cos();
        IList<Tensor> first = autograd.grad([(y.square() * (probe + 2)).sum()], [x, bias], null, true, true);
        Tensor loss = (first[0] * (first[0].detach() + 1)).sum() + first[1].square().sum();
        IList<Tensor> second = autograd.grad([loss], [x, bias], null, true, false);
        return [y, .. first, .. second];
    }

    private static Tensor Definition(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, FilteredLeakyReluShape shape)
    {
        double[] pixels = TensorAssert.Values(x), offsets = TensorAssert.Values(bias);
        int height = (int)x.shape[2], width = (int)x.shape[3], planes = (int)(x.shape[0] * x.shape[1]);
        double[,] up = Taps(upFilter), down = Taps(downFilter);
        (int outHeight, int outWidth) = shape.OutputSize(height, width, up.GetLength(0), down.GetLength(0));
        var result = new List<double>();
        for (int plane = 0; plane < planes; plane++)
        {
            double[,] padded = new double[height * shape.Up + shape.Padding.Y0 + shape.Padding.Y1, width * shape.Up + shape.Padding.X0 + shape.Padding.X1];
            for (int i = 0; i < height * width; i++)
            {
                int row = i / width * shape.Up + shape.Padding.Y0, column = i % width * shape.Up + shape.Padding.X0;
                if (row >= 0 && row < padded.GetLength(0) && column >= 0 && column < padded.GetLength(1))
                    padded[row, column] = pixels[plane * height * width + i] + offsets[plane % offsets.Length];
            }
            double[,] active = Convolve(padded, up, shape.Up * shape.Up);
            for (int i = 0; i < active.Length; i++)
                active[i / active.GetLength(1), i % active.GetLength(1)] = Activate(
                    active[i / active.GetLength(1), i % active.GetLength(1)], shape);
            double[,] filtered = Convolve(active, down, 1);
            for (int i = 0; i < outHeight * outWidth; i++)
                result.Add(filtered[i / outWidth * shape.Down, i % outWidth * shape.Down]);
        }
        return tensor(result.ToArray(), dtype: ScalarType.Float64).reshape(x.shape[0], x.shape[1], outHeight, outWidth);
    }

    private static double Activate(double value, FilteredLeakyReluShape shape)
    {
        double y = (value < 0 ? value * shape.Slope : value) * shape.Gain;
        return shape.Clamp is double clamp ? Math.Clamp(y, -clamp, clamp) : y;
    }

    private static double[,] Taps(Tensor? filter)
    {
        if (filter is null)
            return new double[,] { { 1 } };
        int n = (int)filter.shape[0];
        double[] values = TensorAssert.Values(filter);
        var taps = new double[n, n];
        for (int i = 0; i < n * n; i++)
            taps[i / n, i % n] = filter.dim() == 2 ? values[i] : values[i / n] * values[i % n];
        return taps;
    }

    private static double[,] Convolve(double[,] x, double[,] taps, double gain)
    {
        int n = taps.GetLength(0);
        var y = new double[x.GetLength(0) - n + 1, x.GetLength(1) - n + 1];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / y.GetLength(1), column = i % y.GetLength(1);
            for (int t = 0; t < n * n; t++)
                y[row, column] += gain * taps[n - 1 - t / n, n - 1 - t % n] * x[row + t / n, column + t % n];
        }
        return y;
    }
}
