using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace TorchSharpTests;

public class ConvolutionTests
{
    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator(3);
        return randn(shape, float64, generator: generator);
    }

    private static double[,,,] Direct(Tensor x, Tensor w, int stride, int pad, int groups)
    {
        var (n, c, h, v) = ((int)x.shape[0], (int)w.shape[1], (int)x.shape[2], (int)x.shape[3]);
        var (o, k) = ((int)w.shape[0], (int)w.shape[2]);
        var (oh, ow) = ((h + 2 * pad - k) / stride + 1, (v + 2 * pad - k) / stride + 1);
        var (xs, ws) = (x.data<double>(), w.data<double>());
        var y = new double[n, o, oh, ow];
        for (var b = 0; b < n; b++)
        for (var f = 0; f < o; f++)
        for (var i = 0; i < oh; i++)
        for (var j = 0; j < ow; j++)
        for (var q = 0; q < c; q++)
        for (var r = 0; r < k; r++)
        for (var s = 0; s < k; s++)
        {
            var (p, t) = (i * stride + r - pad, j * stride + s - pad);
            if (p >= 0 && p < h && t >= 0 && t < v)
                y[b, f, i, j] += xs[b, f / (o / groups) * c + q, p, t] * ws[f, q, r, s];
        }
        return y;
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 1, 2)]
    [InlineData(2, 0, 4)]
    public void Conv2d_is_a_cross_correlation(int stride, int pad, int groups)
    {
        using var scope = NewDisposeScope();
        var x = Random(2, 4, 7, 9);
        var w = Random(8, 4 / groups, 3, 3);
        var y = conv2d(x, w, strides: [stride, stride], padding: [pad, pad], groups: groups);
        var expected = Direct(x, w, stride, pad, groups);
        Assert.Equal(Enumerable.Range(0, 4).Select(expected.GetLongLength), y.shape);
        Assert.True(y.allclose(tensor(expected), 1e-10, 1e-10));
        Assert.True(conv2d(x, w, ones([8], float64), [stride, stride], [pad, pad], groups: groups).allclose(y + 1, 1e-10, 1e-10));
    }

    [Fact]
    public void The_transposed_convolution_is_the_gradient()
    {
        using var scope = NewDisposeScope();
        var x = Random(1, 3, 6, 6).requires_grad_();
        var w = Random(5, 3, 4, 4);
        var y = conv2d(x, w, strides: [2, 2], padding: [1, 1]);
        var probe = Random(y.shape);
        var grad = autograd.grad([y], [x], [probe])[0];
        Assert.True(grad.allclose(conv_transpose2d(probe, w, strides: [2, 2], padding: [1, 1]), 1e-10, 1e-10));
    }

    [Fact]
    public void Linear_is_a_product_with_the_transpose()
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (Random(3, 4), Random(5, 4), Random(5));
        Assert.True(linear(x, w, b).allclose(x.matmul(w.t()) + b, 1e-12, 1e-12));
        Assert.True(linear(x, w).allclose(einsum("nc,oc->no", x, w), 1e-12, 1e-12));
    }

    [Fact]
    public void Padding_adds_and_crops()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, dtype: float64).reshape(1, 1, 2, 3);
        Assert.Equal([0.0, 0, 1, 2, 0, 3, 4, 5], pad(x, [1, 0, 0, 0]).flatten().data<double>().ToArray());
        Assert.Equal([1L, 1L, 4L, 4L], pad(x, [0, 1, 1, 1]).shape);
        Assert.Equal([1.0, 4], pad(x, [-1, -1]).flatten().data<double>().ToArray());
        Assert.Equal([7.0, 7, 0], pad(x, [2, 0], value: 7)[0, 0, 0][..3].data<double>().ToArray());
        Assert.Equal([2.0, 1, 0, 1], pad(x, (2, 0, 0, 0), PaddingModes.Reflect)[0, 0, 0][..4].data<double>().ToArray());
        Assert.Equal([0.0, 0, 0, 1], pad(x, [2, 0, 0, 0], PaddingModes.Replicate)[0, 0, 0][..4].data<double>().ToArray());
    }

    [Fact]
    public void Activations_and_losses()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-1.0, 2.0]);
        Assert.Equal([-0.2, 2], leaky_relu(x, 0.2).data<double>().ToArray());
        Assert.Equal([0.0, 2], relu(x).data<double>().ToArray());
        Assert.Equal(Math.Log(1 + Math.E * Math.E), softplus(x)[1].item<double>(), 12);
        Assert.Equal(1.0, softmax(x, 0).sum().item<double>(), 12);
        Assert.Equal(2.5, mse_loss(x, zeros([2], float64)).item<double>(), 12);
        Assert.Equal([3.0], avg_pool2d(arange(4, dtype: float64).reshape(1, 1, 2, 2) * 2, 2).flatten().data<double>().ToArray());
    }
}
