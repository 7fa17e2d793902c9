using FsCheck;
using FsCheck.Xunit;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

public class LowPassTests
{
    [Theory]
    [InlineData(0.1, 0.049937526036242)]
    [InlineData(1, 0.44005058574493355)]
    [InlineData(3.8317059702075125, 0)]
    [InlineData(5, -0.32757913759146523)]
    [InlineData(10, 0.043472746168861424)]
    [InlineData(50, -0.09751182812517513)]
    public void J1HasItsTabulatedValues(double x, double expected)
    {
        Assert.Equal(expected, Bessel.J1(x), 2e-15);
        Assert.Equal(-expected, Bessel.J1(-x), 2e-15);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1.2660658777520084)]
    [InlineData(5, 27.239871823604442)]
    [InlineData(20, 43558282.559553534)]
    public void I0HasItsTabulatedValues(double x, double expected)
    {
        Assert.Equal(expected, Bessel.I0(x), 4e-16 * 4 * expected);
    }

    [Property]
    public void J1SatisfiesBesselsEquation(PositiveInt where)
    {
        // x² J″ + x J′ + (x² − 1) J = 0 by central differences of sixth order, across the change of method at 4 too.
        double x = 0.5 + where.Get % 400 / 20.0, h = 0.05;
        double[] j = [.. Enumerable.Range(-3, 7).Select(k => Bessel.J1(x + k * h))];
        double first = (j[6] - 9 * j[5] + 45 * j[4] - 45 * j[2] + 9 * j[1] - j[0]) / (60 * h);
        double second = (2 * j[0] - 27 * j[1] + 270 * j[2] - 490 * j[3] + 270 * j[4] - 27 * j[5] + 2 * j[6]) / (180 * h * h);
        Assert.Equal(0, second + first / x + (1 - 1 / (x * x)) * j[3], 1e-7);
    }

    [Fact]
    public void TheFirstFiltersOfConfigTAnswerAsMeasured()
    {
        LayerSchedule schedule = LayerSchedule.Create(new GeneratorConfig { Resolution = 256 });
        Assert.Equal(-2.3, Response(schedule.Layers[0].DownFilter!, 2, 32), 0.05);
        Assert.Equal(-4.2, Response(schedule.Layers[1].DownFilter!, schedule.Layers[1].OutCutoff, 32), 0.05);
    }

    [Fact]
    public void AnOddRadialFilterHasItsLimitAtTheCentre()
    {
        Filter filter = LowPass.Radial(7, 2, 3, 16);
        Assert.All(filter.Taps, tap => Assert.True(double.IsFinite(tap)));
        Assert.Equal(filter.Taps.Max(), filter.Taps[3 * 7 + 3]);
    }

    [Property(MaxTest = 50)]
    public void RadialFiltersAnswerAlikeInEveryDirection(PositiveInt angle)
    {
        // A 24-tap filter at half its cutoff: the Kaiser window's square support leaves a few thousandths.
        Filter filter = LowPass.Radial(24, 4, 4, 32);
        double turn = angle.Get % 360 * Math.PI / 180;
        Assert.Equal(Response2D(filter, 2, 0, 32), Response2D(filter, 2 * Math.Cos(turn), 2 * Math.Sin(turn), 32), 5e-3);
    }

    private static double Response(Filter filter, double frequency, double rate)
    {
        double sum = 0;
        for (int j = 0; j < filter.Size; j++)
            sum += filter.Taps[j] * Math.Cos(2 * Math.PI * frequency * (j - (filter.Size - 1) / 2.0) / rate);
        return 20 * Math.Log10(Math.Abs(sum));
    }

    private static double Response2D(Filter filter, double fx, double fy, double rate)
    {
        double sum = 0, centre = (filter.Size - 1) / 2.0;
        for (int i = 0; i < filter.Size; i++)
        {
            for (int j = 0; j < filter.Size; j++)
                sum += filter.Taps[i * filter.Size + j] * Math.Cos(2 * Math.PI * (fx * (j - centre) + fy * (i - centre)) / rate);
        }
        return sum;
    }
}
