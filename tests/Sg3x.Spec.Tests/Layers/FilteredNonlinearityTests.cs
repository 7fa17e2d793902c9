using FsCheck.Xunit;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Layers;

public class FilteredNonlinearityTests
{
    private static (double[,] X, Filter Fu, Filter Fd, NonlinearityShape Shape) Case(Draws draw)
    {
        int up = draw.Int(1, 4), down = draw.Int(1, 4), n = 2 * draw.Int(1, 3);
        Filter fu = up == 1 ? Filter.Identity : Filter.Separable(draw.Row(n * up));
        Filter fd = down == 1 ? Filter.Identity
            : draw.Int(0, 1) == 0 ? Filter.Separable(draw.Row(n * down))
            : Filter.Radial(draw.Plane(n * down, n * down));
        int size = draw.Int(5, 8), need = fu.Count + fd.Count + 2;

        // The two sides of an axis together leave room for both filters; either alone may crop.
        int x0 = draw.Int(-1, need + 1), y0 = draw.Int(-1, need + 1);
        var padding = new Spec.Schedule.Padding(x0, need - x0 + draw.Int(0, 3), y0, need - y0 + draw.Int(0, 3));
        double? clamp = draw.Int(0, 1) == 0 ? null : draw.Uniform(0.5, 3);
        return (draw.Plane(size, size + 1), fu, fd, new NonlinearityShape(up, down, padding, draw.Uniform(0.5, 2), draw.Uniform(0, 0.5), clamp));
    }

    /// <summary>⟨J·dx, dy⟩ = ⟨dx, Jᵀ·dy⟩, and J·dx is the derivative of the forward pass.</summary>
    [Property(MaxTest = 40)]
    public void The_gradient_is_the_adjoint_of_the_derivative(int seed)
    {
        var draw = new Draws(seed);
        (double[,] x, Filter fu, Filter fd, NonlinearityShape shape) = Case(draw);
        double b = draw.Normal(), db = draw.Normal();
        double[,] dx = draw.Plane(x.Height(), x.Width());
        double[,] tangent = FilteredNonlinearity.Tangent(x, b, fu, fd, shape, dx, db);
        double[,] dy = draw.Plane(tangent.Height(), tangent.Width());
        double[,] gradient = FilteredNonlinearity.Gradient(x, b, fu, fd, shape, dy);
        double dbGradient = gradient.Cast<double>().Sum();
        double left = Plane.Dot(tangent, dy), right = Plane.Dot(gradient, dx) + dbGradient * db;
        double scale = Math.Sqrt(Plane.Dot(tangent, tangent) * Plane.Dot(dy, dy)) + 1e-300;
        Assert.InRange((left - right) / scale, -1e-12, 1e-12);

        // The pass is linear between kinks: a small enough step meets none but by chance, and then only a few samples' worth.
        const double h = 1e-9;
        double[,] ahead = FilteredNonlinearity.Forward(Plane.Map(x, dx, (p, q) => p + h * q), b + h * db, fu, fd, shape);
        double[,] behind = FilteredNonlinearity.Forward(Plane.Map(x, dx, (p, q) => p - h * q), b - h * db, fu, fd, shape);
        Near.Relative(tangent, Plane.Map(ahead, behind, (p, q) => (p - q) / (2 * h)), 1e-4);
    }

    /// <summary>With slope 1 and no clamp it is linear: filtering a constant gives gain · constant inside.</summary>
    [Fact]
    public void A_constant_keeps_its_level()
    {
        var schedule = new Spec.Schedule.LayerSchedule(Spec.Schedule.ScheduleConfig.T(32));
        foreach (Spec.Schedule.Layer layer in schedule.Layers)
        {
            NonlinearityShape shape = NonlinearityShape.Of(layer);
            int side = layer.In.Size + layer.Kernel - 1;
            double[,] y = FilteredNonlinearity.Forward(
                Plane.Map(new double[side, side], _ => 2), 1, layer.UpFilter, layer.DownFilter, shape);
            Assert.Equal(layer.Out.Size, y.Height());

            // An upsampling filter has unit gain at DC summed over its phases; each phase's own sum is off by its stopband leak.
            Assert.Equal(3 * shape.Gain, y[layer.Out.Size / 2, layer.Out.Size / 2], 0.02);
        }
    }

    /// <summary>
    /// A sine below the cutoff, through the linear version, comes out where it went in: the padding keeps positions, and the level
    /// is the product of the two filters' responses.
    /// </summary>
    [Fact]
    public void Positions_are_kept()
    {
        var schedule = new Spec.Schedule.LayerSchedule(Spec.Schedule.ScheduleConfig.T(64));
        foreach (Spec.Schedule.Layer layer in schedule.Layers.SkipLast(1))
        {
            NonlinearityShape shape = NonlinearityShape.Of(layer) with { Slope = 1, Gain = 1 };
            int side = layer.In.Size + layer.Kernel - 1;
            const double f = 1;
            double[] inCentres = FourierFeatures.Centres(side, layer.In.Rate), outCentres = FourierFeatures.Centres(layer.Out.Size, layer.Out.Rate);
            var x = new double[side, side];
            for (int v = 0; v < side; v++)
                for (int u = 0; u < side; u++)
                    x[v, u] = Math.Sin(2 * Math.PI * f * (inCentres[u] + 0.5 * inCentres[v]) + 0.3);
            double[,] y = FilteredNonlinearity.Forward(x, 0, layer.UpFilter, layer.DownFilter, shape);
            double H = FrequencyResponse.At(layer.UpFilter, layer.TmpRate, f, f / 2).Real
                * FrequencyResponse.At(layer.DownFilter, layer.TmpRate, f, f / 2).Real;
            int from = layer.Out.Size / 2 - 4, to = layer.Out.Size / 2 + 4;
            for (int v = from; v < to; v++)
                for (int u = from; u < to; u++)
                    Assert.Equal(
                        H * Math.Sin(2 * Math.PI * f * (outCentres[u] + 0.5 * outCentres[v]) + 0.3), y[v, u], 0.01);
        }
    }
}
