using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary>What <c>sg3x train</c> does with a build that is not the papers', and with one that is.</summary>
public sealed class PreflightTests(FaultyBuild faulty) : IClassFixture<FaultyBuild>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_faulty_build_does_not_train_unless_told_to_and_then_the_run_is_marked()
    {
        ProgramResult refused = Sg3xProcess.RunBuild(faulty.Program, _folder.Path, TinyRun.OnCats("run"));

        Assert.True(refused.ExitCode == 1, refused.Everything);
        Assert.Contains("FAILED  filter.taps: L", refused.Error, StringComparison.Ordinal);
        Assert.Contains("error: Not trained: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--unverified", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["run", "run/preflight.json"], _folder.Entries());
        using (JsonDocument outcome = JsonDocument.Parse(File.ReadAllText(_folder.File("run/preflight.json"))))
        {
            Assert.False(outcome.RootElement.GetProperty("passed").GetBoolean());
        }

        ProgramResult trained = Sg3xProcess.RunBuild(faulty.Program, _folder.Path, [.. TinyRun.OnCats("run"), "--unverified"]);

        Assert.True(trained.ExitCode == 0, trained.Everything);
        Assert.Contains("warning: UNVERIFIED: started with --unverified; FAILED: ", trained.Output, StringComparison.Ordinal);
        Assert.Contains("filter.taps", Mark(), StringComparison.Ordinal);

        // A sound build may go on with it; what was learnt before stays what it is.
        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", "run", "--kimg", "0.024");

        Assert.True(resumed.ExitCode == 0, resumed.Everything);
        Assert.Contains("are not those of its configuration", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("filter.taps", Mark(), StringComparison.Ordinal);
        using JsonDocument now = JsonDocument.Parse(File.ReadAllText(_folder.File("run/preflight.json")));
        Assert.True(now.RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Where_both_build_and_configuration_fail_no_waiver_is_said_to_train_it()
    {
        ProgramResult refused = Sg3xProcess.RunBuild(
            faulty.Program, _folder.Path, [.. TinyRun.OnCats("run"), "--set", "generator.margin=2"]);

        Assert.True(refused.ExitCode == 1, refused.Everything);
        Assert.Contains(
            "--waive config.alias-free declares it; the other failures remain.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--unverified trains all the same", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("config.alias-free trains it", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_weaker_than_the_papers_does_not_train_unless_it_says_so_and_then_the_run_is_marked()
    {
        string[] weaker = [.. TinyRun.OnCats("run"), "--set", "generator.margin=2", "generator.filterSize=4"];
        ProgramResult foreseen = Sg3xProcess.RunIn(_folder.Path, [.. weaker, "--dry-run"]);
        ProgramResult refused = Sg3xProcess.RunIn(_folder.Path, weaker);

        Assert.True(refused.ExitCode == 1, refused.Everything);
        Assert.Contains("1 of ", refused.Error, StringComparison.Ordinal);
        Assert.True(foreseen.ExitCode == 0, foreseen.Everything);
        Assert.DoesNotContain("FAILED", foreseen.Output, StringComparison.Ordinal);
        (string Text, string Verdict)[] told =
            [(foreseen.Output, "warning: would be refused:"), (refused.Error, "FAILED ")];
        foreach ((string text, string verdict) in told)
        {
            Assert.Contains(
                $"{verdict} config.alias-free: generator.margin: expected at least 10, measured 2: ", text,
                StringComparison.Ordinal);
            Assert.Contains("; generator.filterSize: expected at least 6, measured 4: ", text, StringComparison.Ordinal);
            Assert.Contains("--waive config.alias-free trains it", text, StringComparison.Ordinal);
            Assert.DoesNotContain("--unverified", text, StringComparison.Ordinal);
        }

        Assert.Equal(["run", "run/preflight.json"], _folder.Entries());

        ProgramResult trained = Sg3xProcess.RunIn(_folder.Path, [.. weaker, "--waive", "config.alias-free"]);

        Assert.True(trained.ExitCode == 0, trained.Everything);
        Assert.Contains(", 1 waived, ", trained.Output, StringComparison.Ordinal);
        Assert.Contains(
            "warning: UNVERIFIED: started with --waive config.alias-free; passed, ", trained.Output, StringComparison.Ordinal);
        Assert.Contains("generator.filterSize: expected at least 6, measured 4", Mark(), StringComparison.Ordinal);
        Assert.Contains(
            "waived config.alias-free: generator.margin", File.ReadAllText(_folder.File("run/log.jsonl")),
            StringComparison.Ordinal);

        // The configuration alone repeats the run, and goes on with it.
        ProgramResult repeated = Sg3xProcess.RunIn(_folder.Path, "train", "--preset", "run/config.json", "--out", "again");
        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", "run", "--kimg", "0.024");

        Assert.All([repeated, resumed], result => Assert.True(result.ExitCode == 0, result.Everything));
        Assert.All(
            [repeated, resumed],
            result => Assert.Contains("warning: UNVERIFIED: started with --waive", result.Output, StringComparison.Ordinal));
        Assert.Equal(
            File.ReadAllBytes(_folder.File("run/checkpoints/000000.020kimg.safetensors")),
            File.ReadAllBytes(_folder.File("again/checkpoints/000000.020kimg.safetensors")));

        // The network brings no excuse with it, the run's configuration does.
        ProgramResult network = Sg3xProcess.RunIn(_folder.Path, "verify", "--network", "run", "--quick");
        ProgramResult excused = Sg3xProcess.RunIn(
            _folder.Path, "verify", "--network", "run", "--quick", "--waive", "config.alias-free");
        ProgramResult configured = Sg3xProcess.RunIn(_folder.Path, "verify", "--config", "run", "--quick", "--json");

        Assert.True(network.ExitCode == 1, network.Everything);
        Assert.Contains("FAILED  config.alias-free: generator.margin", network.Output, StringComparison.Ordinal);
        Assert.True(excused.ExitCode == 0, excused.Everything);
        Assert.Contains("waived  config.alias-free: generator.margin", excused.Output, StringComparison.Ordinal);
        Assert.True(configured.ExitCode == 0, configured.Everything);
        using JsonDocument document = JsonDocument.Parse(configured.Output);
        JsonElement check = document.RootElement.GetProperty("checks").EnumerateArray().First();
        Assert.Equal(
            ("config.alias-free", "waived"), (check.GetProperty("id").GetString(), check.GetProperty("status").GetString()));
        Assert.Equal(2, check.GetProperty("failures").GetArrayLength());
    }

    [Fact]
    public void A_run_is_verified_once_and_the_checks_do_not_change_its_weights()
    {
        // A configuration that no other test trains, so that its checks are made here.
        string[] options = [.. TinyRun.OnCats("first"), "--set", "generator.margin=11"];
        ProgramResult first = Sg3xProcess.RunIn(_folder.Path, options);
        ProgramResult second = Sg3xProcess.RunIn(_folder.Path, [.. options.Select(o => o == "first" ? "second" : o)]);
        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", "first", "--kimg", "0.024");

        Assert.All([first, second, resumed], result => Assert.True(result.ExitCode == 0, result.Everything));
        Assert.Contains("verified against the papers on cpu: ", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("verified against the papers on", second.Output + resumed.Output, StringComparison.Ordinal);
        Assert.All([second, resumed], result => Assert.Contains(
            "verified against the papers before: passed, ", result.Output, StringComparison.Ordinal));
        Assert.Equal(
            File.ReadAllBytes(_folder.File("first/checkpoints/000000.020kimg.safetensors")),
            File.ReadAllBytes(_folder.File("second/checkpoints/000000.020kimg.safetensors")));
        Assert.Equal(File.ReadAllText(_folder.File("first/preflight.json")), File.ReadAllText(_folder.File("second/preflight.json")));
    }

    private string Mark()
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(_folder.File("run/config.json")));
        return config.RootElement.GetProperty("environment").GetProperty("unverified").GetString()!;
    }
}
