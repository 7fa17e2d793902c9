using System.Numerics;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Filters;

/// <summary>Frequency responses that are known in closed form.</summary>
public class ResponseTests
{
    private static readonly double[] Hat = [0.25, 0.5, 0.25];

    /// <summary>[1 2 1]/4 at rate s has H = cos²(πf/s).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(-3)]
    public void A_hat_is_a_squared_cosine(double f)
    {
        double expected = Math.Pow(Math.Cos(Math.PI * f / 8), 2);
        Near.Value(expected, FrequencyResponse.At(Hat, 8, f).Real);
        Near.Value(0, FrequencyResponse.At(Hat, 8, f).Imaginary);
    }

    /// <summary>A difference of neighbours, which is not symmetric, has H = 2i·sin(πf/s).</summary>
    [Fact]
    public void A_difference_has_its_phase()
    {
        Complex H = FrequencyResponse.At([1, -1], 8, 1);
        Near.Value(0, H.Real);
        Near.Value(2 * Math.Sin(Math.PI / 8), H.Imaginary);
    }

    [Fact]
    public void A_grid_answers_along_both_axes()
    {
        // Rows [1 2 1]/4, columns a difference: f_x meets the rows, f_y the columns.
        double[,] grid = { { 0.25, 0.5, 0.25 }, { -0.25, -0.5, -0.25 } };
        Complex expected = FrequencyResponse.At([1, -1], 8, 1.5) * FrequencyResponse.At(Hat, 8, 0.7);
        foreach (Complex H in (Complex[])[FrequencyResponse.At(grid, 8, 0.7, 1.5), FrequencyResponse.At(Filter.Radial(grid), 8, 0.7, 1.5)])
        {
            Near.Value(expected.Real, H.Real);
            Near.Value(expected.Imaginary, H.Imaginary);
        }
        Complex separable = FrequencyResponse.At(Filter.Separable(Hat), 8, 0.7, 2);
        Near.Value(Math.Pow(Math.Cos(Math.PI * 0.7 / 8), 2) / 2, separable.Real);
    }

    [Fact]
    public void The_stopband_ends_at_half_the_rate()
    {
        // cos² falls up to 4 Hz and rises beyond.
        Near.Value(20 * Math.Log10(0.5), FrequencyResponse.StopbandPeak(Hat, 8, 2), 1e-9);
        Near.Value(40 * Math.Log10(Math.Cos(Math.PI / 2 * 0.75)), FrequencyResponse.StopbandPeak(Hat, 8, 3), 1e-9);

        // Where the response rises, its peak is at the end: [−1 2 −1]/4 has sin².
        Near.Value(0, FrequencyResponse.StopbandPeak([-0.25, 0.5, -0.25], 8, 1), 1e-9);
        Near.Value(20 * Math.Log10(2), FrequencyResponse.Decibels(new Complex(0, -2)));
    }

    [Fact]
    public void A_filters_energy_is_that_of_its_grid()
    {
        Near.Value(Math.Pow(0.0625 + 0.25 + 0.0625, 2), Filter.Separable(Hat).Energy);
        Near.Value(1 + 4 + 9, Filter.Radial(new double[,] { { 1, 2 }, { 3, 0 } }).Energy);
        Assert.True(Filter.Identity.IsIdentity);
        Assert.False(Filter.Separable(Hat).IsIdentity);
        Assert.Equal(2, Filter.Radial(new double[,] { { 1, 2 }, { 3, 0 } }).Count);
    }
}
