using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x metrics</c> on a tiny run.</summary>
public sealed class MetricsTests(TinyRunFixture fixture) : IClassFixture<TinyRunFixture>
{
    private static string Features => Path.Combine(Repository.Root, "tests", "TorchSharp.Local.Tests", "script-network.pt");

    [Fact]
    public void A_table_for_people()
    {
        ProgramResult result = Sg3xProcess.Run("metrics", fixture.Run, "--data", "cats:6", "--samples", "6", "--features", Features);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.DoesNotContain("error", result.Error, StringComparison.Ordinal);
        foreach (string row in (string[])["EQ-T ", "EQ-T_frac", "SWD 16²", "spectrum", "FID", "KID", "precision", "recall"])
        {
            Assert.Contains(row, result.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("EQ-R", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_for_programs()
    {
        ProgramResult result = Sg3xProcess.Run("metrics", fixture.Run, "--samples", "5", "--rotations", "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        foreach (string name in (string[])["translation", "fractional", "rotation"])
        {
            JsonElement figure = json.RootElement.GetProperty(name).GetProperty("decibels");
            Assert.True(figure.GetProperty("low").GetDouble() <= figure.GetProperty("high").GetDouble(), result.Output);
        }

        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("features").ValueKind);
    }

    [Theory]
    [InlineData("--data: expected real images", "--features", "x.pt")]
    [InlineData("--samples: expected 1 to 1000000, found 0", "--samples", "0")]
    [InlineData("nowhere.pt: it cannot be read", "--data", "cats:4", "--features", "nowhere.pt")]
    [InlineData("nowhere: there is no such folder", "--data", "nowhere")]
    [InlineData("--reals: expected --features with it, found none", "--data", "cats:4", "--reals", "4")]
    [InlineData("--skip-bad: expected --data with it, found none", "--skip-bad")]
    [InlineData("--rotations: expected no --no-equivariance beside it", "--rotations", "--no-equivariance", "--data", "cats:4")]
    public void Bad_usage_is_named(string expected, params string[] arguments)
    {
        ProgramResult result = Sg3xProcess.Run(["metrics", fixture.Run, .. arguments]);
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
