using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class TickStatisticsTests
{
    [Fact]
    public void Means_are_those_of_float64_sums_since_the_last_reset()
    {
        using IDisposable scope = NewDisposeScope();
        using TickStatistics statistics = new();
        Assert.Null(statistics.Mean(Statistic.R1Penalty));
        double sum = 0;
        Random random = new(1);
        for (int i = 1; i <= 50; i++)
        {
            float loss = random.NextSingle(), sign = random.NextSingle();
            sum += loss;
            statistics.Add([Statistic.GeneratorLoss, Statistic.None, Statistic.RealSign], tensor([loss, float.NaN, sign]));
            Assert.Equal(sum / i, statistics.Mean(Statistic.GeneratorLoss));
        }

        Assert.NotNull(statistics.Mean(Statistic.RealSign));
        statistics.Reset();
        Assert.Null(statistics.Mean(Statistic.GeneratorLoss));
        statistics.Add([Statistic.RealSign], tensor([-0.5f]));
        Assert.Equal(-0.5, statistics.Mean(Statistic.RealSign));
        Assert.Null(statistics.Mean(Statistic.GeneratorLoss));
    }
}
