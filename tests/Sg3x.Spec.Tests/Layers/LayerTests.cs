using FsCheck.Xunit;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Layers;

public class LayerTests
{
    [Property(MaxTest = 20)]
    public void Demodulated_weights_have_unit_norm(int seed)
    {
        var draw = new Draws(seed);
        int ins = draw.Int(1, 6), outs = draw.Int(1, 5), k = draw.Int(0, 1) == 0 ? 1 : 3, n = draw.Int(1, 4);
        double[][] s = [.. Enumerable.Range(0, n).Select(_ => draw.Row(ins))];
        double[,,,] w = draw.Kernel(outs, ins, k);
        double g = draw.Uniform(0.1, 3);
        double rms = Math.Sqrt(s.Average(row => row.Average(value => value * value)));
        double[,,,] normalised = ModulatedConvolution.Normalized(w);
        double[][,,,] weights = ModulatedConvolution.Weights(w, s, demodulate: true, g);
        for (int sample = 0; sample < n; sample++)
            for (int o = 0; o < outs; o++)
            {
                double before = 0, after = 0;
                for (int i = 0; i < ins; i++)
                    for (int j = 0; j < k; j++)
                        for (int l = 0; l < k; l++)
                        {
                            before += Math.Pow(normalised[o, i, j, l] * s[sample][i] / rms, 2);
                            after += Math.Pow(weights[sample][o, i, j, l] / g, 2);
                        }

                // Σ w''² = E / (E + 1e−8), E = Σ w'²: 1, but for a sample whose styles are next to nothing beside the batch's.
                Near.Value(before / (before + 1e-8), after, 1e-12);
            }

        // A common factor of all weights of an output, or of all styles, changes nothing.
        double[,,,] twice = (double[,,,])w.Clone();
        for (int i = 0; i < ins; i++)
            for (int j = 0; j < k; j++)
                for (int l = 0; l < k; l++)
                    twice[0, i, j, l] *= 7;
        double[][] scaled = [.. s.Select(row => row.Select(value => 0.01 * value).ToArray())];
        double[][][,] x = draw.Batch(n, ins, 5, 6);
        Near.Relative(
            ModulatedConvolution.Forward(x, w, s, true, k - 1, g), ModulatedConvolution.Forward(x, twice, scaled, true, k - 1, g), 1e-9);
    }

    /// <summary>Scaling input channels by the style and output channels by the demodulation is the same with one weight.</summary>
    [Property(MaxTest = 20)]
    public void A_shared_weight_gives_the_same(int seed)
    {
        var draw = new Draws(seed);
        double[,,,] w = draw.Kernel(3, 4, 3);
        double[][] s = [draw.Row(4), draw.Row(4)];
        double[][][,] x = draw.Batch(2, 4, 6, 5);
        double[][][,] y = ModulatedConvolution.Forward(x, w, s, false, 2, 1);
        for (int n = 0; n < 2; n++)
        {
            double[][,] scaled = [.. x[n].Select((plane, i) => Plane.Map(plane, value => value * s[n][i]))];
            Near.Relative([ModulatedConvolution.Correlate(scaled, w, 2)], [y[n]], 1e-13);
        }
    }

    [Fact]
    public void Fully_connected_layers_have_their_gains()
    {
        // lr/√in · W·x + lr·b: W = 100·I, lr = 0.01, in = 4 → x/2 + 0.01·b.
        double[,] W = new double[4, 4];
        for (int i = 0; i < 4; i++)
            W[i, i] = 100;
        double[] y = FullyConnected.Forward([1, -2, 3, 4], W, [0, 0, 50, 0], 0.01, activate: false);
        Near.Relative([0.5, -1, 2, 2], y, 1e-14);
        double[] activated = FullyConnected.Forward([1, -2, 3, 4], W, [0, 0, 50, 0], 0.01, activate: true);
        Near.Relative([0.5 * Math.Sqrt(2), -0.2 * Math.Sqrt(2), 2 * Math.Sqrt(2), 2 * Math.Sqrt(2)], activated, 1e-14);
    }

    /// <summary>The √2 gain keeps the mean square of a symmetric input: (1 + 0.2²)/2 · 2 = 1.04.</summary>
    [Fact]
    public void The_activation_keeps_the_level()
    {
        var draw = new Draws(3);
        double mean = Enumerable.Range(0, 200_000).Average(_ => Math.Pow(FullyConnected.LeakyRelu(draw.Normal()), 2));
        Assert.Equal(1.04, mean, 0.02);
    }

    [Fact]
    public void Truncation_goes_to_the_average() =>
        Near.Relative([3.0, 4.5], Mapping.Truncate([1, 3], [5, 6], 0.5), 1e-15);

    [Fact]
    public void Mapping_normalises_z()
    {
        var draw = new Draws(5);
        var layers = new List<(double[,], double[])> { (draw.Plane(6, 6), draw.Row(6)), (draw.Plane(6, 6), draw.Row(6)) };
        double[] z = draw.Row(6);
        Near.Relative(Mapping.Forward(z, layers), Mapping.Forward([.. z.Select(value => 3 * value)], layers), 1e-7);

        // z / √(mean z² + 1e−8), before any layer: 1e−4 throughout is divided by √(2e−8).
        Near.Relative([Math.Sqrt(0.5), -Math.Sqrt(0.5)], Mapping.Forward([1e-4, -1e-4], []), 1e-12);
    }

    [Fact]
    public void Matrices_of_other_shapes_multiply_too() =>
        Assert.Equal(
            new double[,] { { 15, 18, 21 } },
            FourierFeatures.Multiply(new double[,] { { 1, 2 } }, new double[,] { { 3, 4, 5 }, { 6, 7, 8 } }));

    /// <summary>Any transform of the plane is seen by the features as the same sines at transformed positions.</summary>
    [Property(MaxTest = 30)]
    public void Fourier_features_are_sines_of_transformed_positions(int seed)
    {
        var draw = new Draws(seed);
        const double B = 2, s = 16;
        double[,] f = new double[3, 2];
        for (int c = 0; c < 3; c++)
            (f[c, 0], f[c, 1]) = FourierFeatures.Frequency(draw.Normal(), draw.Normal(), B);
        double[] phases = draw.Row(3);
        double α = draw.Uniform(-3, 3);
        double[,] user = { { Math.Cos(α), -Math.Sin(α), draw.Normal() }, { Math.Sin(α), Math.Cos(α), draw.Normal() }, { 0, 0, 1 } };
        double[,] M = FourierFeatures.Transform([draw.Normal(), draw.Normal(), draw.Normal(), draw.Normal()], user);
        double[][,] z = FourierFeatures.Features(f, phases, M, 10, s, B);
        double[] centres = FourierFeatures.Centres(10, s);
        for (int c = 0; c < 3; c++)
            for (int v = 0; v < 10; v++)
                for (int u = 0; u < 10; u++)
                {
                    double px = M[0, 0] * centres[u] + M[0, 1] * centres[v] + M[0, 2];
                    double py = M[1, 0] * centres[u] + M[1, 1] * centres[v] + M[1, 2];

                    // A rotation keeps |f| ≤ B, so the amplitude is 1.
                    Near.Value(Math.Sin(2 * Math.PI * (f[c, 0] * px + f[c, 1] * py + phases[c])), z[c][v, u], 1e-12);
                }
    }

    [Fact]
    public void Frequencies_beyond_the_band_fade_out()
    {
        double[,] f = { { 2, 0 } };
        double[,] Zoom(double factor) => new[,] { { factor, 0, 0 }, { 0, factor, 0 }, { 0, 0, 1 } };
        double Amplitude(double factor) =>
            FourierFeatures.Features(f, [0.25], Zoom(factor), 1, 16, 2)[0][0, 0];
        Near.Value(1, Amplitude(1));
        Near.Value(1 - (5 - 2) / (8 - 2.0), Amplitude(2.5));
        Near.Value(0, Amplitude(4));
        Near.Value(0, Amplitude(9));
    }

    /// <summary>|f|²/B² is uniform on 0…1: the frequencies fill the disc evenly.</summary>
    [Fact]
    public void Frequencies_are_uniform_on_the_disc()
    {
        var draw = new Draws(11);
        double[] squares = [.. Enumerable.Range(0, 20_000).Select(_ =>
        {
            (double x, double y) = FourierFeatures.Frequency(draw.Normal(), draw.Normal(), 2);
            return (x * x + y * y) / 4;
        }).Order()];

        // Kolmogorov's statistic at the 0.1 % level, 1.95/√n; and no point outside, up to rounding.
        double distance = squares.Select((value, i) => Math.Abs(value - (i + 0.5) / squares.Length)).Max();
        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(squares.Length));
        Assert.InRange(squares[^1], 0, 1);
    }

    [Fact]
    public void The_affine_layer_is_normalised_before_it_turns()
    {
        double[,] M = FourierFeatures.Transform([0, 2, 4, 6], new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } });
        Near.Relative(new double[,] { { 0, -1, 3 }, { 1, 0, -2 }, { 0, 0, 1 } }, M, 1e-15);
    }

    [Fact]
    public void Minibatch_deviation_groups_by_index_modulo()
    {
        // Eight samples, G = 4, two groups: even and odd. One channel of one pixel.
        double[] values = [0, 10, 2, 10, 4, 10, 6, 10];
        double[][][,] x = [.. values.Select(value => new[] { new[,] { { value } } })];
        double[][][,] y = MinibatchDeviation.Forward(x);
        for (int n = 0; n < 8; n++)
        {
            Assert.Equal(2, y[n].Length);
            Near.Value(n % 2 == 0 ? Math.Sqrt(5 + 1e-8) : 1e-4, y[n][1][0, 0], 1e-14);
        }
        Assert.Throws<ArgumentException>(() => MinibatchDeviation.Forward(x[..6]));
    }

    [Property(MaxTest = 15)]
    public void Minibatch_deviation_has_its_gradient(int seed)
    {
        var draw = new Draws(seed);
        int n = 4 * draw.Int(1, 2);
        double[][][,] x = draw.Batch(n, 2, 2, 3), dy = draw.Batch(n, 3, 2, 3), dx = MinibatchDeviation.Gradient(x, dy);
        double[][][,] step = draw.Batch(n, 2, 2, 3);
        const double h = 1e-6;
        double Loss(double t) => MinibatchDeviation
            .Forward([.. x.Zip(step, (a, b) => a.Zip(b, (p, q) => Plane.Map(p, q, (i, j) => i + t * j)).ToArray())])
            .Zip(dy, (a, b) => Plane.Dot(a, b)).Sum();
        double expected = (Loss(h) - Loss(-h)) / (2 * h), actual = dx.Zip(step, (a, b) => Plane.Dot(a, b)).Sum();
        Near.Value(expected, actual, 1e-6);
    }

    [Fact]
    public void The_stride_of_the_discriminator_halves_and_keeps_a_constant()
    {
        double[,] x = Plane.Map(new double[8, 8], _ => 3.0);
        double[,] y = Resampling.Keep(Resampling.Blur(x, 1));
        Assert.Equal((4, 4), (y.Height(), y.Width()));
        Near.Value(3, y[1, 1]);
        Assert.Equal(9, Resampling.Blur(x, 2).Height());
    }
}
