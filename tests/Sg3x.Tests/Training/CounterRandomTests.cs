using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

public sealed class CounterRandomTests
{
    [Fact]
    public void Seeds_differ_by_run_purpose_and_iteration()
    {
        HashSet<long> seeds = [];
        int drawn = 0;
        foreach (long run in (long[])[0, 1, 2, -1, long.MaxValue])
        {
            foreach (RandomPurpose purpose in Enum.GetValues<RandomPurpose>())
            {
                for (long iteration = 0; iteration < 100; iteration++)
                {
                    long seed = CounterRandom.Seed(run, purpose, iteration);
                    Assert.True(seed >= 0);
                    seeds.Add(seed);
                    drawn++;
                }
            }
        }

        Assert.Equal(drawn, seeds.Count);
    }

    [Fact]
    public void A_seed_always_draws_the_same()
    {
        using IDisposable scope = NewDisposeScope();
        float[] first = CounterRandom.Normal(77, CPU, 1000).data<float>().ToArray();
        Assert.Equal(first, CounterRandom.Normal(77, CPU, 1000).data<float>().ToArray());
        Assert.NotEqual(first, CounterRandom.Normal(78, CPU, 1000).data<float>().ToArray());
        Assert.InRange(first.Average(), -0.2, 0.2);
        Assert.InRange(first.Average(v => v * v), 0.8, 1.2);
    }
}
