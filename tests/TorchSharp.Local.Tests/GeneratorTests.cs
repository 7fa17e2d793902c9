using static TorchSharp.torch;

namespace TorchSharpTests;

public class GeneratorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        using var a = new Generator(7);
        using var b = new Generator(7);
        using var c = new Generator(8);
        var x = randn([100], generator: a);
        Assert.True(x.Equals(randn([100], generator: b)));
        Assert.False(x.Equals(randn([100], generator: a)));
        Assert.False(x.Equals(randn([100], generator: c)));
        Assert.Equal(7, a.initial_seed());
    }

    /// <summary>A state is 2.5 KB: these would be 150 MB. What the managed heap grows to, it has grown to after as many before.</summary>
    [Fact]
    public void A_disposed_generator_leaves_no_memory_behind()
    {
        Make(60_000);
        long before = Environment.WorkingSet;
        Make(60_000);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 75L << 20);

        static void Make(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var generator = new Generator((ulong)i);
                using var values = randn([2], generator: generator);
            }
        }
    }

    [Fact]
    public void Seeding_begins_anew()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var x = rand([10], generator: generator);
        generator.manual_seed(1);
        Assert.True(x.Equals(rand([10], generator: generator)));
        manual_seed(5);
        var y = rand(10);
        manual_seed(5);
        Assert.True(y.Equals(rand(10)));
    }

    [Fact]
    public void A_state_can_be_kept_and_put_back()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        rand([5], generator: generator);
        var state = generator.get_state();
        var x = randint(0, 1000, [20], generator: generator);
        generator.set_state(state);
        Assert.True(x.Equals(randint(0, 1000, [20], generator: generator)));
    }

    [Fact]
    public void A_generator_leaves_the_default_one_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var x = rand(4);
        manual_seed(11);
        using var generator = new Generator(99);
        rand([1000], generator: generator);
        Assert.True(x.Equals(rand(4)));
    }

    [Fact]
    public void Numbers_are_distributed_as_asked()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var normal = randn([100_000], float64, generator: generator);
        Assert.Equal(0.0, normal.mean().item<double>(), 0.02);
        Assert.Equal(1.0, normal.std().item<double>(), 0.02);
        var uniform = empty([100_000], float64).uniform_(-2, 4, generator);
        Assert.InRange(uniform.min().item<double>(), -2, -1.99);
        Assert.InRange(uniform.max().item<double>(), 3.99, 4);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), randperm(50, generator: generator).data<long>().Order());
        Assert.Equal(0.3, bernoulli(full([100_000], 0.3), generator).mean().item<float>(), 0.01);
    }

    [Fact]
    public void In_place_drawing_takes_a_generator()
    {
        using var scope = NewDisposeScope();
        using var a = new Generator(4);
        using var b = new Generator(4);
        Assert.True(empty(9).normal_(1, 2, a).Equals(empty(9).normal_(1, 2, b)));
    }
}
