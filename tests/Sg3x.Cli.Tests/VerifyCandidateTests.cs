using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x verify --candidate</c> on the example's export and on spoilt copies of it.</summary>
public sealed class VerifyCandidateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Example => Path.Combine(Repository.Root, "docs", "examples", "candidate.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_example_passes_and_what_it_leaves_out_is_listed()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "--candidate", Example);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("numpy example", result.Output, StringComparison.Ordinal);
        Assert.Contains("not checked  precision.dtypes: not supplied: `dtypes`", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"\d+ checks: \d+ passed, \d+ not checked\n$", result.Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void A_departure_ends_with_1_and_is_explained()
    {
        string spoilt = Spoil(export =>
        {
            foreach (JsonNode? layer in export["schedule"]!["layers"]!.AsArray().SkipLast(1))
            {
                (layer!["up_taps"], layer["up_filter"]) = (3, new JsonArray(0, 1, 0));
            }
        });

        ProgramResult result = Sg3xProcess.Run("verify", "--candidate", spoilt);

        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("3 taps where 12 are specified: the half-width was not divided by the sampling rate", result.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_document_with_every_check()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "--candidate", Example, "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.False(root.GetProperty("complete").GetBoolean());
        Assert.Contains(root.GetProperty("unchecked").EnumerateArray(), id => id.GetString() == "precision.dtypes");
        Assert.Contains(root.GetProperty("results").EnumerateArray(), r => r.GetProperty("id").GetString() == "filter.taps"
            && r.GetProperty("status").GetString() == "passed");
    }

    [Theory]
    [InlineData("no-such.json")]
    [InlineData("config.json")]
    public void Something_else_ends_with_2(string name)
    {
        File.WriteAllText(_folder.File("config.json"), "{}");

        ProgramResult result = Sg3xProcess.Run("verify", "--candidate", _folder.File(name));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(name, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public void Beside_something_else_to_verify_it_is_refused()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "demo", "--candidate", Example);

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("PRESET and --candidate", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filter.taps, schedule.layers", 0, "checks:")]
    [InlineData("filter.taps,precision.dtypes", 1, "precision.dtypes: is required, but not all that it needs is supplied")]
    [InlineData("filter.tabs", 2, "filter.tabs")]
    public void What_is_required_must_have_been_supplied(string require, int exitCode, string says)
    {
        ProgramResult result = Sg3xProcess.Run("verify", "--candidate", Example, "--require", require);

        Assert.True(result.ExitCode == exitCode, result.Everything);
        Assert.Contains(says, result.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_can_be_required_of_a_preset()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "demo", "--require", "filter.taps");

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("--candidate FILE", result.Error, StringComparison.Ordinal);
    }

    private string Spoil(Action<JsonObject> change)
    {
        JsonObject export = JsonNode.Parse(File.ReadAllText(Example))!.AsObject();
        change(export);
        File.Copy(Path.ChangeExtension(Example, ".safetensors"), _folder.File("candidate.safetensors"));
        File.WriteAllText(_folder.File("candidate.json"), export.ToJsonString());
        return _folder.File("candidate.json");
    }
}
