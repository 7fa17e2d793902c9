using Sg3x.Spec.Precision;

namespace Sg3x.Spec.Tests.Precision;

/// <summary>Numbers are rounded at the chosen points and nowhere else, whatever they are stored in.</summary>
public class RoundingTests
{
    private static readonly Rounding Down = new(RoundingPoints.Weight | RoundingPoints.Bias, Math.Floor);

    [Theory]
    [InlineData(RoundingPoints.Input, false)]
    [InlineData(RoundingPoints.Weight, true)]
    [InlineData(RoundingPoints.ScaledInput, false)]
    [InlineData(RoundingPoints.Convolved, false)]
    [InlineData(RoundingPoints.Bias, true)]
    [InlineData(RoundingPoints.Output, false)]
    public void Only_the_chosen_points_are_rounded(RoundingPoints point, bool rounded)
    {
        Assert.Equal(rounded, Down.Has(point));
        Assert.Equal(rounded ? 2 : 2.5, Down.At(point, 2.5));

        double[][][,] batch = [[new[,] { { 1.5, -0.5 } }], [new[,] { { 3.25, 4 } }]], found = Down.At(point, batch);
        Assert.Equal(rounded ? new[,] { { 1.0, -1 } } : batch[0][0], found[0][0]);
        Assert.Equal(rounded ? new[,] { { 3.0, 4 } } : batch[1][0], found[1][0]);

        var w = new double[2, 3, 1, 2];
        for (int i = 0; i < w.Length; i++)
            w[i / 6, i / 2 % 3, 0, i % 2] = i + 0.75;
        Assert.Equal(
            [.. Enumerable.Range(0, w.Length).Select(i => rounded ? i : i + 0.75)], Down.At(point, w).Cast<double>());
    }

    [Fact]
    public void The_two_ways_to_modulate_differ_in_the_scaled_input()
    {
        Assert.Equal(RoundingPoints.None, Rounding.None.Points);
        Assert.Equal(0.1, Rounding.None.R(0.1));
        Assert.False(Rounding.PerSample.Shared);
        Assert.True(Rounding.SharedWeight.Shared);
        Assert.Equal(RoundingPoints.ScaledInput, Rounding.PerSample.Points ^ Rounding.SharedWeight.Points);
        Assert.False(Rounding.PerSample.Has(RoundingPoints.ScaledInput));
        Assert.Equal(BFloat16.Round(0.1), Rounding.PerSample.R(0.1));
    }
}
