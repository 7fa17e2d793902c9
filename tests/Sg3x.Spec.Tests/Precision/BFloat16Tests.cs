using FsCheck.Xunit;
using Sg3x.Spec.Precision;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Precision;

public class BFloat16Tests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1.00390625, 1)]
    [InlineData(1.01171875, 1.015625)]
    [InlineData(1.0040, 1.0078125)]
    [InlineData(256.99, 256)]
    [InlineData(257, 256)]
    [InlineData(259, 260)]
    [InlineData(0.1, 0.10009765625)]
    [InlineData(-0.1, -0.10009765625)]
    [InlineData(3.3895313892515355e38, 3.3895313892515355e38)]
    [InlineData(3.4e38, double.PositiveInfinity)]
    [InlineData(-3.4e38, double.NegativeInfinity)]
    [InlineData(0, 0)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    public void Rounds_to_nearest_even(double x, double expected) => Assert.Equal(expected, BFloat16.Round(x));

    [Fact]
    public void NaN_stays() => Assert.True(double.IsNaN(BFloat16.Round(double.NaN)));

    /// <summary>
    /// Adding 0x7FFF and the last kept bit to a float's bits and cutting them is the classic way: another derivation. Every upper
    /// half, with lower halves at, beside and away from the tie.
    /// </summary>
    [Fact]
    public void Agrees_with_the_bits()
    {
        uint[] lowers = [0, 1, 0x3A5C, 0x7FFF, 0x8000, 0x8001, 0xFFFF];
        for (uint upper = 0; upper <= 0xFFFF; upper++)
        {
            foreach (uint lower in lowers)
            {
                uint bits = (upper << 16) | lower;
                float x = BitConverter.UInt32BitsToSingle(bits);
                if (float.IsNaN(x))
                    continue;
                float rounded = BitConverter.UInt32BitsToSingle((bits + 0x7FFF + (upper & 1)) & 0xFFFF0000);
                if (rounded != (float)BFloat16.Round(x))
                    Assert.Fail($"{x:R}: {rounded:R} by its bits, {BFloat16.Round(x):R} by definition");
            }
        }
    }

    [Fact]
    public void The_unit_roundoff_is_half_the_gap_after_one() =>
        Assert.Equal(BFloat16.UnitRoundoff, (BFloat16.Round(1 + 1.5 * BFloat16.UnitRoundoff) - 1) / 2);

    [Property(MaxTest = 100)]
    public void Errs_by_at_most_the_unit_roundoff(int seed)
    {
        var draw = new Draws(seed);
        double x = draw.Normal() * Math.Pow(2, draw.Int(-30, 30)), y = x * draw.Uniform(1, 1.01);
        Assert.InRange(Math.Abs(BFloat16.Round(x) - x), 0, BFloat16.UnitRoundoff * Math.Abs(x));
        Assert.Equal(BFloat16.Round(x), BFloat16.Round(BFloat16.Round(x)));
        Assert.Equal(-BFloat16.Round(x), BFloat16.Round(-x));
        Assert.True(x > 0 == BFloat16.Round(x) <= BFloat16.Round(y) || BFloat16.Round(x) == BFloat16.Round(y));
    }

    /// <summary>ρ of the error model: the noise of one rounding, over normal numbers of any scale.</summary>
    [Fact]
    public void One_rounding_makes_the_predicted_noise()
    {
        var draw = new Draws(7);
        for (double scale = 1; scale < 2; scale *= 1.19)
        {
            double noise = 0, signal = 0;
            for (int i = 0; i < 200_000; i++)
            {
                double x = scale * draw.Normal();
                noise += Math.Pow(BFloat16.Round(x) - x, 2);
                signal += x * x;
            }
            Assert.InRange(noise / signal / DriftModel.RoundingNoise, 0.97, 1.03);
        }
    }
}
