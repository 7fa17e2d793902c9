using System.Runtime.InteropServices;
using Sg3x.Benchmarking;
using Sg3x.Configuration;
using static TorchSharp.torch;

namespace Sg3x.Tests.Benchmarking;

/// <summary>How a configuration is made to fit a device.</summary>
public sealed class IterationBenchmarkTests
{
    private readonly List<int> _tried = [];

    [Theory]
    [InlineData(12, 12, new[] { 12, 3 }, 3)]
    [InlineData(24, 24, new[] { 24, 12, 3 }, 3)]
    [InlineData(8, 8, new[] { 8, 4 }, 4)]
    [InlineData(8, 2, new[] { 2 }, 2)]
    public void It_is_halved_until_it_fits(int batch, int first, int[] tried, int fits)
    {
        BenchmarkedConfiguration result = Fit(batch, first, fits);
        Assert.Equal(tried, _tried);
        Assert.Equal((fits, 1.5), (result.BatchDevice, result.Seconds));
        Assert.Equal(1500.0 / (16 * batch), result.SecondsPerKimg);
    }

    [Fact]
    public void What_fits_in_no_way_has_no_time()
    {
        BenchmarkedConfiguration result = Fit(4, 4, 0);
        Assert.Equal([4, 2, 1], _tried);
        Assert.Null(result.Seconds);
        Assert.Null(result.SecondsPerKimg);
    }

    [Fact]
    public void Other_errors_are_not_swallowed() => Assert.Throws<ExternalException>(() => IterationBenchmark.Fit(
        "t", Presets.Get("demo"), CPU, _ => { }, _ => throw new ExternalException("CUDA error: an illegal memory access was encountered")));

    private BenchmarkedConfiguration Fit(int batch, int first, int fits)
    {
        RunConfig config = Presets.Get("demo");
        config = config with { Training = config.Training with { Batch = batch, BatchDevice = first } };
        return IterationBenchmark.Fit("t", config, CPU, _ => { }, c =>
        {
            _tried.Add(c.BatchDevice);
            return c.BatchDevice <= fits
                ? new("t", "", batch, c.BatchDevice, 16, 1.5, null)
                : throw new ExternalException("CUDA out of memory. Tried to allocate 2.00 GiB.");
        });
    }
}
