using System.Text.Json;
using FsCheck.Xunit;
using MathNet.Numerics;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Filters;

public class FilterTests
{
    [Fact]
    public void Bessel_functions_agree_with_scipy_and_MathNet()
    {
        double[] x = Scipy.Row("bessel", "x"), i0 = Scipy.Row("bessel", "i0"), j1 = Scipy.Row("bessel", "j1");
        for (int i = 0; i < x.Length; i++)
        {
            Near.Value(i0[i], Bessel.I0(x[i]), 2e-15 * Math.Max(1, x[i]));
            Near.Value(j1[i], Bessel.J1(x[i]), 2e-15 * Math.Max(1, x[i]));
            Near.Value(SpecialFunctions.BesselI0(x[i]), Bessel.I0(x[i]), 1e-13);
            Near.Value(SpecialFunctions.BesselJ(1, x[i]), Bessel.J1(x[i]), 1e-13);
        }
        // Far out, where the steps must outnumber the oscillations: to 17 digits, by a library for any number of them.
        Near.Value(-0.031887431377499950, Bessel.J1(300), 1e-13);
        Near.Value(0.0047283119070895239, Bessel.J1(1000), 1e-13);
        Near.Value(-0.0091174057136461459, Bessel.J1(5000), 1e-12);
        Assert.Equal(-Bessel.J1(2), Bessel.J1(-2), 15);
        Assert.Equal(Bessel.I0(2), Bessel.I0(-2), 15);
    }

    [Fact]
    public void Filters_agree_with_scipy()
    {
        foreach (JsonElement filter in Scipy.All.GetProperty("filters").EnumerateArray())
        {
            int n = filter.GetProperty("n").GetInt32();
            double Number(string name) => filter.GetProperty(name).GetDouble();
            (double fc, double fh, double s) = (Number("fc"), Number("fh"), Number("s"));

            double A = KaiserWindow.Attenuation(n, fh, s), β = KaiserWindow.Beta(A);
            Near.Value(Number("attenuation"), A, 1e-14);
            Near.Value(Number("beta"), β, 1e-14);
            Near.Relative(Scipy.Row(filter.GetProperty("window")), KaiserWindow.Window(n, β), 1e-14);
            double[] h = LowPass.Separable(n, fc, fh, s);
            Near.Relative(Scipy.Row(filter.GetProperty("taps")), h, 1e-14);

            double[] f = Scipy.Row(filter.GetProperty("f")), magnitude = Scipy.Row(filter.GetProperty("magnitude"));
            Near.Relative(magnitude, [.. f.Select(frequency => FrequencyResponse.At(h, s, frequency).Magnitude)], 1e-13);

            if (filter.TryGetProperty("radial_first_rows", out JsonElement rows))
            {
                double[,] grid = LowPass.Radial(n, fc, fh, s);
                double[][] expected = [.. rows.EnumerateArray().Select(Scipy.Row)];
                for (int j = 0; j < expected.Length; j++)
                    for (int k = 0; k < n; k++)
                        Near.Value(expected[j][k], grid[j, k], 1e-15);
            }
        }
    }

    /// <summary>β is continuous where its formula changes from 50 dB down, and the three branches are scipy's.</summary>
    [Fact]
    public void Beta_has_three_branches()
    {
        Assert.Equal(0, KaiserWindow.Beta(20.9));
        Near.Value(0.5842 * Math.Pow(9, 0.4) + 0.07886 * 9, KaiserWindow.Beta(30));
        Near.Value(0.1102 * (60 - 8.7), KaiserWindow.Beta(60));
        Assert.InRange(KaiserWindow.Beta(50.0001) - KaiserWindow.Beta(50), -0.02, 0.02);
    }

    /// <summary>The figures of the published T at 256²: −2.3 dB at L0's cutoff, −4.2 dB at L1's.</summary>
    [Fact]
    public void Short_filters_fall_short_of_the_textbook()
    {
        var schedule = new Spec.Schedule.LayerSchedule(Spec.Schedule.ScheduleConfig.T(256));
        double At(int layer)
        {
            var l = schedule.Layers[layer];
            return FrequencyResponse.Decibels(FrequencyResponse.At(l.DownFilter.Taps!, l.TmpRate, l.Out.Cutoff));
        }
        Assert.Equal(-2.3, At(0), 0.05);
        Assert.Equal(-4.2, At(1), 0.05);
    }

    /// <summary>Where the filter is long the textbook holds: −6 dB at the cutoff and the attenuation in the stopband.</summary>
    [Theory]
    [InlineData(128, 20, 4, 256)]
    [InlineData(255, 31, 3, 256)]
    public void Long_filters_reach_the_textbook(int n, double fc, double fh, double s)
    {
        double[] h = LowPass.Separable(n, fc, fh, s);
        double A = KaiserWindow.Attenuation(n, fh, s);
        Assert.Equal(20 * Math.Log10(0.5), FrequencyResponse.Decibels(FrequencyResponse.At(h, s, fc)), 0.05);
        Assert.InRange(FrequencyResponse.StopbandPeak(h, s, fc + fh), -A - 6, -A + 2);
    }

    [Property(MaxTest = 40)]
    public void Taps_are_symmetric_with_unit_gain_at_DC(int seed)
    {
        var draw = new Draws(seed);
        int n = 2 * draw.Int(2, 24);
        double s = Math.Pow(2, draw.Int(5, 10)), fc = draw.Uniform(0.02, 0.24) * s, fh = draw.Uniform(0.02, 0.24) * s;
        double[] h = LowPass.Separable(n, fc, fh, s);
        double[,] grid = LowPass.Radial(n, fc, fh, s);
        Near.Value(1, h.Sum(), 1e-14);
        Near.Value(1, grid.Cast<double>().Sum(), 1e-13);
        for (int j = 0; j < n; j++)
        {
            Near.Value(h[j], h[n - 1 - j], 1e-15);
            for (int k = 0; k < n; k++)
            {
                Near.Value(grid[j, k], grid[k, j], 1e-15);
                Near.Value(grid[j, k], grid[n - 1 - j, k], 1e-15);
            }
        }

        // A symmetric filter's response is real, even, and of period s up to the sign of an even number of taps.
        double f = draw.Uniform(0, s / 2);
        Near.Value(0, FrequencyResponse.At(h, s, f).Imaginary, 1e-13);
        Near.Value(FrequencyResponse.At(h, s, f).Real, FrequencyResponse.At(h, s, -f).Real, 1e-13);
        Near.Value(FrequencyResponse.At(h, s, f).Real, -FrequencyResponse.At(h, s, f + s).Real, 1e-12);
        Near.Value(1, FrequencyResponse.At(grid, s, 0, 0).Real, 1e-13);
        Near.Value(
            (FrequencyResponse.At(h, s, f) * FrequencyResponse.At(h, s, f / 3)).Real,
            FrequencyResponse.At(Filter.Separable(h), s, f, f / 3).Real, 1e-13);
    }

    /// <summary>What the response says is what the filter does: a sine comes out multiplied by it.</summary>
    [Property(MaxTest = 20)]
    public void A_sine_is_multiplied_by_the_response(int seed)
    {
        var draw = new Draws(seed);
        const int n = 12;
        double s = 64, fc = draw.Uniform(2, 20), fh = draw.Uniform(2, 12), f = draw.Uniform(0, 32), φ = draw.Uniform(0, 6);
        double[] h = LowPass.Separable(n, fc, fh, s);
        double[] x = [.. Enumerable.Range(0, 40).Select(i => Math.Sin(2 * Math.PI * f * i / s + φ))];
        double[] y = Signal.Convolve(x, h);
        double H = FrequencyResponse.At(h, s, f).Real;
        for (int i = 0; i < y.Length; i++)
            Near.Value(H * Math.Sin(2 * Math.PI * f * (i + (n - 1) / 2.0) / s + φ), y[i], 1e-13);
    }

    /// <summary>The radial filter's response is the same in every direction, the separable one's is not.</summary>
    [Fact]
    public void Only_the_radial_filter_is_round()
    {
        const double s = 64, fc = 8, fh = 6;
        double[,] grid = LowPass.Radial(24, fc, fh, s);
        Filter separable = Filter.Separable(LowPass.Separable(24, fc, fh, s));
        double diagonal = fc / Math.Sqrt(2);
        double spread = Math.Abs(
            FrequencyResponse.At(grid, s, fc, 0).Real - FrequencyResponse.At(grid, s, diagonal, diagonal).Real);
        double square = Math.Abs(
            FrequencyResponse.At(separable, s, fc, 0).Real - FrequencyResponse.At(separable, s, diagonal, diagonal).Real);
        Assert.InRange(spread, 0, 0.01);
        Assert.InRange(square, 0.1, 1);
    }

    [Fact]
    public void Jinc_at_the_origin_is_its_limit() => Near.Value(LowPass.Jinc(1e-6, 3), LowPass.Jinc(0, 3), 1e-9);
}
