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
    }

    [Theory]
    [InlineData("--config", "x")]
    [InlineData("--nonlinearity", "fast")]
    [InlineData("--repeats", "0")]
    [InlineData("--resolution", "48")]
    [InlineData("--batch", "0")]
    public void Bad_values_are_named(string option, string value)
    {
        ProgramResult result = Sg3xProcess.Run("bench", option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }
}
