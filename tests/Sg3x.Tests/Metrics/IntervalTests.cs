using Sg3x.Data;
using Sg3x.Metrics;
using static TorchSharp.torch;

namespace Sg3x.Tests.Metrics;

public sealed class IntervalTests
{
    [Fact]
    public void The_interval_of_a_mean_is_about_two_standard_errors()
    {
        // The bootstrap's standard deviation of a mean is σ/√n with the population σ: here √((n² − 1)/12)/√n.
        const int Count = 400;
        double[] values = [.. Enumerable.Range(0, Count).Select(i => (double)i)];
        double error = Math.Sqrt(((double)Count * Count - 1) / 12 / Count);
        Interval interval = Bootstrap.Percentiles(Count, counts => counts.Zip(values, (n, x) => n * x).Sum() / Count);
        Assert.Equal(199.5, interval.Value, 1e-9);
        Assert.InRange(interval.High - interval.Low, 3.4 * error, 4.4 * error);
        Assert.InRange(interval.Value, interval.Low, interval.High);
        Assert.Equal(interval, Bootstrap.Percentiles(Count, counts => counts.Zip(values, (n, x) => n * x).Sum() / Count));
    }

    [Fact]
    public void One_sample_has_no_interval()
    {
        Interval interval = Bootstrap.Percentiles(1, _ => 3);
        Assert.Equal((3, double.NaN, double.NaN), (interval.Value, interval.Low, interval.High));
    }

    [Fact]
    public void A_drawing_counts_as_many_as_there_are()
    {
        int[] counts = Bootstrap.Draw(50, 7, 3);
        Assert.Equal(50, counts.Sum());
        Assert.Contains(0, counts);
        Assert.NotEqual(counts, Bootstrap.Draw(50, 7, 4));
        Assert.Equal(counts, Bootstrap.Draw(50, 7, 3));
    }

    [Fact]
    public void An_equivariance_has_the_interval_of_its_batches()
    {
        using var scope = NewDisposeScope();
        var error = new EquivarianceError();
        Tensor mask = ones(4, 4);
        for (int i = 1; i <= 30; i++)
        {
            Tensor image = linspace(-1, 1, 48).reshape(1, 3, 4, 4);
            error.Add(image, image + 0.01 * i, mask);
        }

        // Errors of (0.01·i)²: their mean is 1e-4·(30 + 1)(60 + 1)/6.
        Interval interval = error.DecibelsInterval();
        Assert.Equal(10 * Math.Log10(4 / (1e-4 * 31 * 61 / 6)), interval.Value, 1e-4);
        Assert.Equal(error.Decibels, interval.Value, 1e-9);
        Assert.Equal(error.VarianceDecibels, error.VarianceInterval().Value, 1e-9);
        Assert.True(interval.Low < interval.Value && interval.Value < interval.High, $"{interval}");
        Assert.InRange(interval.High - interval.Low, 0.5, 6);
    }

    [Fact]
    public void Sliced_Wasserstein_distances_are_those_without_an_interval()
    {
        using var cats = Cats(0, 24);
        using var others = Cats(24, 24);
        SlicedWassersteinDistance expected = SlicedWasserstein.Distance(cats, others, 5);
        SlicedWassersteinIntervals found = Measure(cats, others, 5);
        Assert.Equal(24, found.Images);
        Assert.Equal(expected.Levels.Select(level => (level.Resolution, level.Distance)), found.Levels.Select(l => (l.Resolution, l.Distance.Value)));
        Assert.Equal(expected.Mean, found.Mean.Value);
        Assert.All(found.Levels.Select(level => level.Distance).Append(found.Mean), interval =>
        {
            Assert.True(interval.Low >= 0 && interval.Low < interval.Value && interval.Value < interval.High, $"{interval}");
        });
        SlicedWassersteinIntervals again = Measure(cats, others, 5);
        Assert.Equal(found.Mean, again.Mean);
        Assert.Equal(found.Levels, again.Levels);
    }

    [Fact]
    public void A_drawing_is_the_distance_of_the_images_that_it_counts()
    {
        // Three images of as many values as there are patches in each; what is drawn twice stands there twice.
        const int Patches = PatchSet.PatchesPerImage, Images = 3;
        var random = new Random(5);
        float[] a = [.. Enumerable.Range(0, Images * Patches).Select(_ => (float)random.NextDouble())];
        float[] b = [.. Enumerable.Range(0, Images * Patches).Select(_ => (float)(2 * random.NextDouble()))];
        (int[] A, int[] B)[] draws = [([1, 1, 1], [1, 1, 1]), ([2, 0, 1], [0, 3, 0])];
        double[] found = SlicedWassersteinIntervals.Along(a, b, draws);
        for (int draw = 0; draw < draws.Length; draw++)
        {
            float[] x = Expand(a, draws[draw].A), y = Expand(b, draws[draw].B);
            Assert.Equal(x.Zip(y, (p, q) => Math.Abs((double)p - q)).Average(), found[draw], 1e-9);
        }

        static float[] Expand(float[] values, int[] counts) =>
            [.. counts.SelectMany((n, image) => Enumerable.Repeat(values[(image * Patches)..((image + 1) * Patches)], n)).SelectMany(v => v).Order()];
    }

    [Fact]
    public void Sets_that_differ_are_told_apart_by_their_intervals()
    {
        using var cats = Cats(0, 24);
        using var others = Cats(24, 24);
        using var noise = empty(24, 3, 32, 32, dtype: uint8);
        new Random(1).NextBytes(noise.bytes);
        Assert.True(Measure(cats, others, 0).Mean.High < Measure(cats, noise, 0).Mean.Low);
    }

    [Fact]
    public void The_mean_of_spectra_is_the_spectrum_of_all()
    {
        using var cats = Cats(0, 5);
        List<double[]> spectra = [.. PowerSpectrum.ByImage(cats)];
        double[] expected = PowerSpectrum.Radial(cats), found = PowerSpectrum.Decibels(spectra, [1, 1, 1, 1, 1]);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        using var first = cats.narrow(0, 1, 1);
        Assert.All(
            PowerSpectrum.Radial(first).Zip(PowerSpectrum.Decibels(spectra, [0, 2, 0, 0, 0])), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    private static SlicedWassersteinIntervals Measure(Tensor a, Tensor b, long seed)
    {
        (PatchSet setA, PatchSet setB) = SlicedWasserstein.Sets((int)a.shape[0], (int)a.shape[2], seed);
        setA.Add(a);
        setB.Add(b);
        return SlicedWassersteinIntervals.Measure(setA, setB, seed);
    }

    private static Tensor Cats(int first, int count)
    {
        using var set = new CatDataset(first + count, 32);
        Tensor images = empty(count, 3, 32, 32, dtype: uint8);
        for (int i = 0; i < count; i++)
        {
            set.Read(first + i, images.bytes.Slice(i * 3072, 3072));
        }

        return images;
    }
}
