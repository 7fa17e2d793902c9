using System.Text.Json;
using System.Text.RegularExpressions;
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
        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            "$SG3X train --dry-run --resolution 16 --set generator.layers=6 generator.channelMax=8 | sed '/^$/,$d' > c.json"
            + " && $SG3X verify --config c.json --quick");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal("", result.Error);
        string[] lines = result.Output.Split('\n');
        Assert.StartsWith("c.json: config T, 16×16, 6 layers and ToRGB, on cpu", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, l => l.Contains("equation", StringComparison.Ordinal) && l.Contains("where", StringComparison.Ordinal));
        Assert.DoesNotContain("No room", result.Output, StringComparison.Ordinal);
        IEnumerable<string> ids = CheckRegistry.Quick.Select(c => c.Id);
        string[] trained = [.. ids.Where(id => id.StartsWith("trained.", StringComparison.Ordinal))];
        string[] missing = ["op.flrelu.device", "precision.operations", .. trained];
        foreach (ICheck check in CheckRegistry.Quick)
        {
            string row = Assert.Single(lines, l => l.TrimStart().StartsWith($"{check.Id} ", StringComparison.Ordinal));
            Assert.Equal(!missing.Contains(check.Id), row.Contains(" ok ", StringComparison.Ordinal));
        }

        Assert.Single(lines, l => l.StartsWith(
            "Not checked by op.flrelu.device: the kernel is a GPU's; on cpu ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.StartsWith($"Not checked by {string.Join(", ", trained)}: ", StringComparison.Ordinal));
        Assert.Contains(" passed, ", lines[^2], StringComparison.Ordinal);
        Assert.Contains($"{missing.Length} not applicable", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_narrow_terminal_has_what_fits_and_says_what_does_not()
    {
        ProgramResult result = Sg3xProcess.OnTerminal(
            _folder.Path, "verify", "demo", "--quick", "--set", "generator.layers=4", "generator.channelMax=4");

        Assert.True(result.ExitCode == 0, result.Everything);
        string[] lines = [.. result.Output.Split('\n').Select(l => Regex.Replace(l, @"\e\[[0-9;?]*[A-Za-z]", "").TrimEnd())];
        Assert.Single(lines, l => Regex.IsMatch(l, @"^ *check +measured +margin +where$"));
        Assert.Single(lines, l => l.StartsWith("No room here for equation, expected, tolerance: ", StringComparison.Ordinal));

        // Whole words, each on its check's row.
        Assert.Single(lines, l => Regex.IsMatch(l, @"^ *config\.alias-free +ok +10 +exact +generator\.margin$"));
        Assert.All(lines.Where(l => l.Contains("──", StringComparison.Ordinal)), l => Assert.InRange(l.Length, 1, 100));
    }

    [Fact]
    public void In_bfloat16_the_operations_are_checked_one_by_one()
    {
        ProgramResult result = Sg3xProcess.Shell(_folder.Path,
            "$SG3X train --dry-run --resolution 16 --set generator.layers=4 generator.channelMax=4 | sed '/^$/,$d' > c.json"
            + " && $SG3X verify --config c.json --quick --precision bfloat16 --json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement check = document.RootElement.GetProperty("checks").EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == "precision.operations");
        Assert.Equal("passed", check.GetProperty("status").GetString());
    }

    [Fact]
    public void A_faulty_build_is_told_by_name_and_in_words_and_gets_its_page()
    {
        ProgramResult result = Sg3xProcess.RunBuild(faulty.Program, _folder.Path,
            "verify", "demo", "--quick", "--set", "generator.layers=4", "generator.channelMax=8", "--report", "page.html");

        Assert.True(result.ExitCode == 1, result.Everything);
        string[] failures = [.. result.Output.Split('\n').Where(l => l.StartsWith("FAILED", StringComparison.Ordinal))];
        Assert.Contains(failures, l => l.StartsWith("FAILED  filter.taps: L", StringComparison.Ordinal));
        Assert.Contains(failures, l => l.StartsWith("FAILED  filter.response: L", StringComparison.Ordinal));
        Assert.Contains(" FAILED,", result.Output.Split('\n')[^3], StringComparison.Ordinal);
        Assert.EndsWith("Page: page.html\n", result.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(_folder.File("page.html"));
        Assert.All(["What failed", "<code>filter.taps</code>", "id=\"L0_36_8-up\"", "FFHQ-U at 256²"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_is_judged_with_its_own_weights_and_json_has_every_number()
    {
        string network = Repository.Reference("generator-t-32.safetensors");
        ProgramResult result = Sg3xProcess.Run("verify", "--network", network, "--quick", "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.True(root.GetProperty("isNetwork").GetBoolean());
        Assert.Equal((network, 14), (root.GetProperty("subject").GetString(), root.GetProperty("config").GetProperty("layers").GetInt32()));
        JsonElement[] checks = [.. root.GetProperty("checks").EnumerateArray()];
        Assert.Equal(CheckRegistry.Quick.Select(c => c.Id), checks.Select(c => c.GetProperty("id").GetString()));
        JsonElement taps = checks.Single(c => c.GetProperty("id").GetString() == "filter.taps");
        Assert.Equal("passed", taps.GetProperty("status").GetString());
        JsonElement worst = taps.GetProperty("worst");
        Assert.InRange(worst.GetProperty("error").GetDouble(), 0, worst.GetProperty("tolerance").GetDouble());
        Assert.Equal(
            checks.Count(c => c.GetProperty("status").GetString() == "notApplicable"),
            root.GetProperty("counts").GetProperty("notApplicable").GetInt32());
        Assert.Equal(
            CheckRegistry.All.Except(CheckRegistry.Quick).Select(c => c.Id),
            root.GetProperty("leftOut").EnumerateArray().Select(c => c.GetString()));
    }
}
