using System.Text.Json;
using Sg3x.Oracle.Checks;

namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x verify</c> of presets, configurations and networks, by this build and by a faulty one.</summary>
public sealed class VerifyPaperTests(FaultyBuild faulty) : IClassFixture<FaultyBuild>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_healthy_build_passes_and_what_it_does_not_have_is_not_passed()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "demo", "--quick");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal("", result.Error);
        string[] lines = result.Output.Split('\n');
        Assert.StartsWith("demo: config T, 32×32, 10 layers and ToRGB, on cpu", lines[0], StringComparison.Ordinal);
        foreach (ICheck check in CheckRegistry.Quick)
        {
            string row = Assert.Single(lines, l => l.TrimStart().StartsWith($"{check.Id} ", StringComparison.Ordinal));
            Assert.Equal(check is not NotInBuild, row.Contains(" ok ", StringComparison.Ordinal));
        }

        string missing = Assert.Single(lines, l => l.StartsWith("Not in this build, so not checked: ", StringComparison.Ordinal));
        Assert.All(CheckRegistry.All.OfType<NotInBuild>(), c => Assert.Contains(c.Id, missing, StringComparison.Ordinal));
        int notInBuild = CheckRegistry.Quick.OfType<NotInBuild>().Count();
        Assert.Contains(
            $"{CheckRegistry.Quick.Count} checks: {CheckRegistry.Quick.Count - notInBuild} passed, {notInBuild} not in this build;",
            lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_check_with_its_numbers_and_nothing_else_is_printed()
    {
        string config = _folder.File("c.json");
        ProgramResult changed = Sg3xProcess.Shell(_folder.Path,
            "$SG3X train --dry-run --resolution 16 --set generator.layers=6 | sed '/^$/,$d' > c.json"
            + " && $SG3X verify --config c.json --quick --json");

        Assert.True(changed.ExitCode == 0, changed.Everything);
        using JsonDocument document = JsonDocument.Parse(changed.Output);
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.Equal(6, root.GetProperty("config").GetProperty("layers").GetInt32());
        Assert.Equal(CheckRegistry.Quick.Select(c => c.Id), root.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("id").GetString()));
        JsonElement taps = root.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "filter.taps");
        Assert.Equal("passed", taps.GetProperty("status").GetString());
        JsonElement worst = taps.GetProperty("worst");
        Assert.InRange(worst.GetProperty("error").GetDouble(), 0, worst.GetProperty("tolerance").GetDouble());
        Assert.Equal(root.GetProperty("counts").GetProperty("notInBuild").GetInt32(),
            CheckRegistry.Quick.OfType<NotInBuild>().Count());
        Assert.True(File.Exists(config));
    }

    [Fact]
    public void A_faulty_build_is_told_by_name_and_in_words()
    {
        ProgramResult result = Sg3xProcess.RunBuild(faulty.Program, _folder.Path, "verify", "demo", "--quick");

        Assert.True(result.ExitCode == 1, result.Everything);
        string[] failures = [.. result.Output.Split('\n').Where(l => l.StartsWith("FAILED", StringComparison.Ordinal))];
        Assert.Contains(failures, l => l.StartsWith("FAILED  filter.taps: L", StringComparison.Ordinal));
        Assert.Contains(failures, l => l.StartsWith("FAILED  filter.response: L", StringComparison.Ordinal));
        Assert.Contains(" FAILED,", result.Output.Split('\n')[^2], StringComparison.Ordinal);

        ProgramResult json = Sg3xProcess.RunBuild(faulty.Program, _folder.Path, "verify", "demo", "--quick", "--json");
        Assert.True(json.ExitCode == 1, json.Everything);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.False(document.RootElement.GetProperty("passed").GetBoolean());
        JsonElement taps = document.RootElement.GetProperty("checks").EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == "filter.taps");
        Assert.Equal("failed", taps.GetProperty("status").GetString());
        Assert.NotEmpty(taps.GetProperty("failures").EnumerateArray());
    }

    [Fact]
    public void A_faulty_build_gets_its_page_too()
    {
        ProgramResult result = Sg3xProcess.RunBuild(
            faulty.Program, _folder.Path, "verify", "demo", "--quick", "--set", "generator.layers=4", "--report", "page.html");

        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.EndsWith("Page: page.html\n", result.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(_folder.File("page.html"));
        Assert.All(["What failed", "<code>filter.taps</code>", "id=\"L0_36_32-up\"", "FFHQ-U at 256²"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_is_judged_with_its_own_weights()
    {
        string network = Repository.Reference("generator-r-32.safetensors");
        ProgramResult result = Sg3xProcess.Run("verify", "--network", network, "--quick");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.StartsWith(
            $"{network}: config R, 32×32, 14 layers and ToRGB, on cpu, with its own weights", result.Output, StringComparison.Ordinal);
    }
}
