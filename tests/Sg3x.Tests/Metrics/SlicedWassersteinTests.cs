using Sg3x.Data;
using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Tests.Metrics;

public sealed class SlicedWassersteinTests
{
    [Fact]
    public void A_set_is_nearest_to_its_own_kind()
    {
        using var cats = Cats(0, 24);
        using var others = Cats(24, 24);
        using var noise = empty(24, 3, 32, 32, dtype: uint8);
        new Random(1).NextBytes(noise.bytes);
        var same = SlicedWasserstein.Distance(cats, others);
        var different = SlicedWasserstein.Distance(cats, noise);
        Assert.Equal([32, 16], same.Levels.Select(level => level.Resolution));
        Assert.Equal(same.Levels.Average(level => level.Distance), same.Mean, 9);
        Assert.True(different.Mean > 2.5 * same.Mean, $"{same.Mean} {different.Mean}");
    }

    [Fact]
    public void Blur_shows_in_the_fine_level()
    {
        using var cats = Cats(0, 24);
        using var others = Cats(24, 24);
        using var blurred = nn.functional.avg_pool2d(others.to(float32), 2).repeat_interleave(2, 2).repeat_interleave(2, 3);
        var same = SlicedWasserstein.Distance(cats, others);
        var soft = SlicedWasserstein.Distance(cats, blurred);
        double fine = soft.Levels[0].Distance / same.Levels[0].Distance, coarse = soft.Levels[1].Distance / same.Levels[1].Distance;
        Assert.True(fine > 1.2 && fine > coarse, $"{fine} {coarse}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_number_and_units_do_not_matter()
    {
        using var a = Cats(0, 4);
        using var b = Cats(4, 4);
        using var floats = (b.to(float32) / 127.5) - 1;
        var first = SlicedWasserstein.Distance(a, b, seed: 3);
        Assert.Equal(first.Mean, SlicedWasserstein.Distance(a, b, seed: 3).Mean);
        Assert.NotEqual(first.Mean, SlicedWasserstein.Distance(a, b, seed: 4).Mean);
        Assert.Equal(first.Mean, SlicedWasserstein.Distance(a, floats, seed: 3).Mean, first.Mean * 1e-4);
    }

    [Fact]
    public void A_pyramid_adds_up_to_its_image()
    {
        var random = new Random(9);
        float[] plane = [.. Enumerable.Range(0, 64 * 64).Select(_ => (float)random.NextDouble())];
        var levels = LaplacianPyramid.Build(plane, 64, 16);
        Assert.Equal([64 * 64, 32 * 32, 16 * 16], levels.Select(level => level.Length));
        var sum = levels[2];
        for (var level = 1; level >= 0; level--)
        {
            sum = [.. levels[level].Zip(LaplacianPyramid.Enlarge(sum, 32 >> level), (a, b) => a + b)];
        }

        Assert.All(sum.Zip(plane), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void A_constant_is_in_the_last_level_of_a_pyramid_only()
    {
        var levels = LaplacianPyramid.Build([.. Enumerable.Repeat(0.7f, 32 * 32)], 32, 16);
        Assert.All(levels[0], value => Assert.Equal(0, value, 5));
        Assert.All(levels[1], value => Assert.Equal(0.7f, value, 5));
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var small = zeros(2, 3, 8, 8);
        using var grey = zeros(2, 1, 32, 32);
        using var good = zeros(2, 3, 32, 32);
        Assert.Throws<ArgumentException>(() => SlicedWasserstein.Distance(small, small));
        Assert.Throws<ArgumentException>(() => SlicedWasserstein.Distance(good, grey));
    }

    private static Tensor Cats(int first, int count)
    {
        using var set = new CatDataset(first + count, 32);
        var images = empty(count, 3, 32, 32, dtype: uint8);
        for (var i = 0; i < count; i++)
        {
            set.Read(first + i, images.bytes.Slice(i * 3072, 3072));
        }

        return images;
    }
}

public sealed class RadixSortTests
{
    [FsCheck.Xunit.Property]
    public void It_sorts(FsCheck.NormalFloat[] values)
    {
        float[] floats = [.. values.Select(value => (float)value.Get), -0f, 0f, float.MinValue, float.PositiveInfinity];
        var expected = floats.Order().ToArray();
        RadixSort.Sort(floats);
        Assert.Equal(expected, floats);
    }
}
