using System.Text.Json;

namespace Sg3x.Cli.Tests;

public sealed class BenchTests
{
    private static readonly string[] s_tiny =
        ["bench", "--resolution", "16", "--channel-base", "64", "--channel-max", "4", "--batch", "1", "--repeats", "1", "--threads", "1", "--device", "cpu"];

    [Fact]
    public void As_json_it_has_both_ratios_and_every_layer()
    {
        ProgramResult result = Sg3xProcess.Run([.. s_tiny, "--json"]);

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        foreach (string pass in new[] { "forward", "iteration" })
        {
            JsonElement times = root.GetProperty(pass);
            double whole = times.GetProperty("secondsPerImage").GetDouble(), alone = times.GetProperty("convolutionsPerImage").GetDouble();
            Assert.True(whole > 0 && alone > 0);
            Assert.Equal(whole / alone, times.GetProperty("ratio").GetDouble(), 1e-9);
        }
        Assert.Equal(15, root.GetProperty("layers").GetArrayLength());
        Assert.StartsWith("fused", root.GetProperty("layers")[0].GetProperty("selected").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, root.GetProperty("threads").GetInt32());
        Assert.True(root.GetProperty("peakBytes").GetInt64() > 0);
        Assert.NotEmpty(root.GetProperty("provider").GetString()!);
        foreach (string rate in new[] { "copyGigabytesPerSecond", "float32Gflops", "bFloat16Gflops" })
            Assert.True(root.GetProperty("rates").GetProperty(rate).GetDouble() > 0, rate);
        Assert.All(root.GetProperty("layers").EnumerateArray(), layer =>
        {
            double moved = layer.GetProperty("bytes").GetDouble();
            double rate = layer.GetProperty("gigabytesPerSecond").GetDouble();
            Assert.Equal(moved / layer.GetProperty("seconds").GetDouble() / 1e9, rate, 1e-6);
        });

        // ToRGB: three channels of 16² in, padded by its 1×1 kernel's nothing, and as many out.
        Assert.Equal(2 * 3 * 16 * 16 * 4, root.GetProperty("layers")[14].GetProperty("bytes").GetDouble());
        Assert.Empty(root.GetProperty("configurations").EnumerateArray());
    }

    [Fact]
    public void Named_configurations_are_timed_by_whole_iterations()
    {
        ProgramResult result = Sg3xProcess.Run(
        [
            .. s_tiny, "--configurations", "demo", "--json", "--set", "resolution=16", "training.batch=4", "training.batchDevice=2",
            "training.r1Interval=2", "generator.channelMax=4", "discriminator.channelMax=4", "augmentation.mode=ada",
        ]);

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement one = Assert.Single(document.RootElement.GetProperty("configurations").EnumerateArray());
        Assert.Equal("demo", one.GetProperty("name").GetString());
        Assert.Equal((4, 2, 2), (Number("batch"), Number("batchDevice"), Number("iterations")));
        double seconds = one.GetProperty("seconds").GetDouble();
        Assert.True(seconds > 0);
        Assert.Equal(seconds / 8 * 1000, one.GetProperty("secondsPerKimg").GetDouble(), 1e-6);
        Assert.Contains("demo: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(" s/kimg", result.Error, StringComparison.Ordinal);
        int Number(string name) => one.GetProperty(name).GetInt32();
    }

    /// <summary>3 TB of images where a process may have 1 TB of addresses: refused at once, however much memory the system
    /// promises.</summary>
    [Fact]
    public void What_does_not_fit_into_memory_is_explained()
    {
        ProgramResult result = Sg3xProcess.Shell(
            Repository.Root,
            "ulimit -v 1000000000; $SG3X bench --batch 65536 --resolution 4096 --channel-base 4096 --channel-max 4 --device cpu");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Out of memory", result.Error, StringComparison.Ordinal);
        Assert.Contains("--batch-device, --remat", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_iteration_that_is_not_finite_is_no_bug_of_the_program()
    {
        ProgramResult result = Sg3xProcess.Run(
        [
            .. s_tiny, "--configurations", "demo", "--set", "resolution=16", "training.batch=4", "generator.channelMax=4",
            "discriminator.channelMax=4", "training.generatorLearningRate=1e38",
        ]);

        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("error: Iteration 0, phase D: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_configurations_want_configurations()
    {
        ProgramResult result = Sg3xProcess.Run("bench", "--device", "cpu", "--set", "training.batch=4");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--configurations", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--config", "x")]
    [InlineData("--nonlinearity", "fast")]
    [InlineData("--repeats", "0")]
    [InlineData("--resolution", "48")]
    [InlineData("--batch", "0")]
    [InlineData("--configurations", "t-64")]
    public void Bad_values_are_named(string option, string value)
    {
        ProgramResult result = Sg3xProcess.Run("bench", option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }
}
