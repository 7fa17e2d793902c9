using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Layers;

/// <summary>One sample, one channel, one row: where an index or a size that belongs to another axis shows.</summary>
public class SmallestShapeTests
{
    private static readonly double[,] Row = { { 3, 5 } };

    [Fact]
    public void One_feature_is_mixed_by_one_weight() =>
        Near.Relative(new double[,] { { 6, 10 } }, FourierFeatures.Mix([Row], new double[,] { { 2 } })[0], 1e-15);

    [Fact]
    public void Features_are_mixed_over_the_root_of_their_number()
    {
        double[][,] z = [Row, new double[,] { { 1, -1 } }, new double[,] { { 0, 2 } }, new double[,] { { 4, 4 } }];
        double[][,] y = FourierFeatures.Mix(z, new double[,] { { 1, 2, 3, 4 }, { 0, 0, -2, 0 } });
        Assert.Equal(2, y.Length);
        Near.Relative(new double[,] { { (3 + 2 + 0 + 16) / 2.0, (5 - 2 + 6 + 16) / 2.0 } }, y[0], 1e-15);
        Near.Relative(new double[,] { { 0, -2 } }, y[1], 1e-15);
    }

    [Fact]
    public void The_deviation_of_one_sample_is_that_of_rounding()
    {
        double[][][,] y = MinibatchDeviation.Forward([[Row]]);
        Assert.Equal(2, y[0].Length);
        Near.Relative(Row, y[0][0], 0);
        Near.Relative(new double[,] { { 1e-4, 1e-4 } }, y[0][1], 1e-12);
        double[][][,] dx = MinibatchDeviation.Gradient([[Row]], [[new double[,] { { 1, 2 } }, new double[,] { { 7, 8 } }]]);
        Near.Relative(new double[,] { { 1, 2 } }, dx[0][0], 1e-12);
    }

    [Fact]
    public void The_deviation_of_two_samples_is_half_their_difference()
    {
        double[][][,] x = [[new double[,] { { 1 }, { 2 }, { 3 } }], [new double[,] { { 3 }, { 8 }, { -7 } }]];
        double expected = (1 + 3 + 5) / 3.0;
        foreach (double[][,] image in MinibatchDeviation.Forward(x))
            Near.Relative(new double[,] { { expected }, { expected }, { expected } }, image[1], 1e-8);
        Assert.Throws<ArgumentException>(() => MinibatchDeviation.Forward([x[0], x[0], x[0], x[0], x[0]]));
        Assert.Equal(3, MinibatchDeviation.Forward([x[0], x[1], x[0]]).Length);
    }

    [Fact]
    public void A_weight_of_one_tap_scales()
    {
        double[,,,] w = { { { { 2.0 } } } };
        Near.Relative(new double[,] { { 6, 10 } }, ModulatedConvolution.Correlate([Row], w, 0)[0], 0);
        Near.Relative(new double[,] { { 6, 10 } }, ModulatedConvolution.CorrelateAdjoint([Row], w, 0)[0], 0);
        Near.Relative(new double[,] { { -4.5, -7.5 } }, ModulatedConvolution.Forward([[Row]], w, [[-3]], false, 0, 0.25)[0][0], 1e-15);

        // Demodulated, a single weight is its sign.
        Near.Relative(new double[,] { { -1.5, -2.5 } }, ModulatedConvolution.Forward([[Row]], w, [[-3]], true, 0, 0.5)[0][0], 1e-7);
    }

    [Fact]
    public void A_correlation_grows_by_its_padding_on_each_axis()
    {
        // One row of three taps over two pixels, padded by two: height 1 + 4, width 2 + 4 − 2.
        double[,,,] w = { { { { 1, 10, 100 } } } };
        double[,] y = ModulatedConvolution.Correlate([Row], w, 2)[0];
        Near.Relative(
            new double[,] { { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, { 300, 530, 53, 5 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } }, y, 0);
        double[,] back = ModulatedConvolution.CorrelateAdjoint([y], w, 2)[0];
        Near.Relative(new double[,] { { 30_000 + 5_300 + 53, 53_000 + 530 + 5 } }, back, 1e-15);
    }

    [Fact]
    public void Each_weight_and_the_styles_are_normalised_by_their_own_RMS()
    {
        // Two outputs of two inputs; styles of two samples share one RMS: √((1 + 9 + 16 + 4) / 4).
        double[,,,] w = { { { { 3.0 } }, { { 4.0 } } }, { { { 1.0 } }, { { -1.0 } } } };
        double[][] s = [[1, 3], [4, -2]];
        double[][,,,] weights = ModulatedConvolution.Weights(w, s, true, 2);
        for (int n = 0; n < 2; n++)
            for (int o = 0; o < 2; o++)
            {
                double a = w[o, 0, 0, 0] * s[n][0], b = w[o, 1, 0, 0] * s[n][1], norm = Math.Sqrt(a * a + b * b);
                Near.Value(2 * a / norm, weights[n][o, 0, 0, 0], 1e-7);
                Near.Value(2 * b / norm, weights[n][o, 1, 0, 0], 1e-7);
            }
        double[,,,] hat = ModulatedConvolution.Normalized(w);
        Near.Value(3 / Math.Sqrt(12.5), hat[0, 0, 0, 0]);
        Near.Value(-1, hat[1, 1, 0, 0]);

        // 1e−8 keeps a weight of nothing at nothing: (1e−4)²-sized energies are halved by it.
        double[][,,,] small = ModulatedConvolution.Weights(new double[,,,] { { { { 1.0 } } } }, [[1e-4], [Math.Sqrt(2 - 1e-8)]], true, 1);
        Near.Value(1e-4 / Math.Sqrt(2e-8), small[0][0, 0, 0, 0], 1e-9);
    }

    [Fact]
    public void A_constant_clamp_and_slope_act_where_they_should()
    {
        var shape = new NonlinearityShape(1, 1, default, 2, 0.5, 4);
        Assert.Equal([-4, -4, -1, 0, 2, 4, 4], ((double[])[-9, -4, -1, 0, 1, 2, 3]).Select(u => FilteredNonlinearity.Activate(u, shape)));
        Assert.Equal([0, 1, 1, 2, 2, 2, 0], ((double[])[-9, -4, -1, 0, 1, 2, 3]).Select(u => FilteredNonlinearity.Slope(u, shape)));
    }

    [Fact]
    public void A_layer_has_the_papers_nonlinearity_and_ToRGB_none()
    {
        var schedule = new Spec.Schedule.LayerSchedule(Spec.Schedule.ScheduleConfig.T(32));
        foreach (Spec.Schedule.Layer layer in schedule.Layers)
        {
            NonlinearityShape expected = layer.IsToRgb
                ? new NonlinearityShape(1, 1, layer.Padding, 1, 1, 256)
                : new NonlinearityShape(layer.Up, layer.Down, layer.Padding, Math.Sqrt(2), 0.2, 256);
            Assert.Equal(expected, NonlinearityShape.Of(layer));
        }
    }

    [Fact]
    public void A_drawn_frequency_is_brought_onto_the_disc()
    {
        // r = 5: v / (5·e^(25/4)) · B.
        (double x, double y) = FourierFeatures.Frequency(3, -4, 2);
        Near.Value(1, x / (2 * 0.6 * Math.Exp(-6.25)), 1e-14);
        Near.Value(1, y / (2 * -0.8 * Math.Exp(-6.25)), 1e-14);
    }

    [Fact]
    public void The_mean_square_counts_every_pixel_once()
    {
        Near.Value((9 + 25 + 1 + 4) / 4.0, Plane.MeanSquare([[Row], [new double[,] { { 1 }, { 2 } }]]));
        Near.Value(34, Plane.Dot(Row, Row));
        Near.Relative(new double[,] { { 3 }, { 5 } }, Plane.Transpose(Row), 0);
        Assert.Equal(new double[0, 0], Plane.Rows(new double[0, 3], row => row));
    }
}
