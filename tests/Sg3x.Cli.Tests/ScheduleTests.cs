using System.Text.Json;

namespace Sg3x.Cli.Tests;

public sealed class ScheduleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("demo")]
    [InlineData("r-256")]
    public void In_full_it_is_the_golden_file(string preset)
    {
        ProgramResult result = Sg3xProcess.Run("schedule", preset, "--taps");

        Assert.True(result.ExitCode == 0, result.Everything);
        string golden = File.ReadAllText(Path.Combine(Repository.Root, "golden", "schedules", $"{preset}.verified.txt"));
        Assert.Equal(golden[(golden.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimEnd(), result.Output.TrimEnd());
    }

    [Fact]
    public void As_json_it_has_the_layers_of_the_official_release()
    {
        ProgramResult result = Sg3xProcess.Run("schedule", "t-256", "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument ours = JsonDocument.Parse(result.Output);
        using JsonDocument official = JsonDocument.Parse(File.ReadAllText(Repository.Reference("schedule-t-256.json")));
        Assert.True(JsonElement.DeepEquals(official.RootElement.GetProperty("layers"), ours.RootElement.GetProperty("layers")));
        Assert.True(JsonElement.DeepEquals(official.RootElement.GetProperty("input"), ours.RootElement.GetProperty("input")));
    }

    [Fact]
    public void What_it_prints_as_json_verify_reads()
    {
        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            "$SG3X schedule demo --set generator.layers=6 generator.filterSize=4 --json >s.json"
            + " && $SG3X verify --vectors s.json");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.EndsWith("1 file: 1 agree\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void As_a_table_it_has_a_line_for_each_layer_and_no_control_codes()
    {
        ProgramResult result = Sg3xProcess.Run("schedule", "t-128");

        Assert.True(result.ExitCode == 0, result.Everything);
        string[] lines = result.Output.Split('\n');
        Assert.All(Enumerable.Range(0, 15), i =>
            Assert.Contains(lines, l => l.TrimStart().StartsWith($"L{i}_", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.Contains("ToRGB", StringComparison.Ordinal));
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public void A_configuration_file_and_a_broken_one()
    {
        File.WriteAllText(_folder.File("good.json"),
            """{ "generator": { "resolution": 64 }, "discriminator": { "resolution": 64 } }""");
        File.WriteAllText(_folder.File("bad.json"),
            """{ "generator": { "resolution": 64, "kernal": 3 }, "discriminator": { "resolution": 64 } }""");

        ProgramResult good = Sg3xProcess.RunIn(_folder.Path, "schedule", "good.json");
        ProgramResult bad = Sg3xProcess.RunIn(_folder.Path, "schedule", "bad.json");

        Assert.True(good.ExitCode == 0, good.Everything);
        Assert.Contains("L14_64_3", good.Output, StringComparison.Ordinal);
        Assert.True(bad.ExitCode == 2, bad.Everything);
        Assert.Contains("bad.json", bad.Error, StringComparison.Ordinal);
        Assert.Contains("kernal", bad.Error, StringComparison.Ordinal);
    }
}
