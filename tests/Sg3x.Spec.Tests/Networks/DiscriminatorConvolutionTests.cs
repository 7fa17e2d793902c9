using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Networks;

public class DiscriminatorConvolutionTests
{
    /// <summary>Without a bias a layer is linear: ⟨A·x, y⟩ = ⟨x, Aᵀ·y⟩, on images that are not square.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void The_gradient_of_a_linear_layer_is_its_adjoint(int k, bool down)
    {
        var draw = new Draws(k);
        var layer = new DiscriminatorConvolution(draw.Kernel(3, k, k), null, down, 0.7);
        double[][,] x = draw.Image(k, 6, 10), y = layer.Forward(x), dy = draw.Image(3, y[0].Height(), y[0].Width());
        Assert.Equal(down ? (3, 5) : (6, 10), (y[0].Height(), y[0].Width()));
        double[][,] dx = layer.Gradient(x, dy);
        Near.Value(Plane.Dot(y, dy), Plane.Dot(x, dx), 1e-12);
    }

    /// <summary>
    /// y = clamp(g·√2·(t ≥ 0 ? t : 0.2·t), ±256·g) and its derivative, on both sides of each of its corners: √2·t is 256 at
    /// t = 181.02, √2·0.2·t is −256 at t = −905.1.
    /// </summary>
    [Theory]
    [InlineData(181.0, 1)]
    [InlineData(181.1, 0)]
    [InlineData(-905, 0.2)]
    [InlineData(-906, 0)]
    [InlineData(0, 1)]
    [InlineData(-1e-9, 0.2)]
    public void The_clamp_follows_the_activation(double t, double slope)
    {
        const double g = 0.5;
        double[,,,] one = { { { { 1 } } } };
        var layer = new DiscriminatorConvolution(one, [0], down: false, g);
        double[][,] x = [new[,] { { t } }];
        double expected = slope == 0 ? Math.CopySign(256 * g, t) : g * Math.Sqrt(2) * slope * t;
        Near.Value(expected, layer.Forward(x)[0][0, 0]);
        Near.Value(3 * g * Math.Sqrt(2) * slope, layer.Gradient(x, [new[,] { { 3.0 } }])[0][0, 0]);
    }
}
