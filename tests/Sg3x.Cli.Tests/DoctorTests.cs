using System.Text.Json;

namespace Sg3x.Cli.Tests;

public class DoctorTests
{
    private static readonly string[] Facts = ["sg3x", ".NET", "processor", "SIMD", "TorchSharp", "libtorch", "BLAS", "threads",
        "CUDA", "images"];

    [Fact]
    public void Doctor_names_everything_the_program_runs_on()
    {
        ProgramResult result = Sg3xProcess.Run("doctor");

        Assert.True(result.ExitCode == 0, result.Everything);
        string[] lines = result.Output.Split('\n');
        Assert.All(Facts, fact => Assert.Contains(lines, l => l.StartsWith(fact + " ", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith("ok", StringComparison.Ordinal)
            && l.EndsWith("libtorch loads", StringComparison.Ordinal));
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public void Version_says_the_same_in_lines()
    {
        ProgramResult result = Sg3xProcess.Run("--version");

        Assert.True(result.ExitCode == 0, result.Everything);
        string[] lines = result.Output.Split('\n');
        Assert.StartsWith("sg3x 0.", lines[0], StringComparison.Ordinal);
        Assert.All(Facts.Skip(1), fact => Assert.Contains(lines, l => l.StartsWith(fact + ": ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_holds_the_provider_libtorch_and_the_findings()
    {
        ProgramResult result = Sg3xProcess.Run("doctor", "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement environment = document.RootElement.GetProperty("environment");
        Assert.Contains(environment.GetProperty("torchSharpProvider").GetString(), new[] { "package", "stand-in" });
        Assert.True(File.Exists(environment.GetProperty("libTorchPath").GetString()));
        Assert.NotEmpty(environment.GetProperty("blas").GetString()!);
        Assert.True(environment.GetProperty("threads").GetInt32() >= 1);
        Assert.All(document.RootElement.GetProperty("findings").EnumerateArray(),
            f => Assert.True(f.GetProperty("ok").GetBoolean()));
    }

    [Fact]
    public void Spinning_threads_are_a_finding()
    {
        ProgramResult result = Sg3xProcess.Shell(Repository.Root, "OMP_WAIT_POLICY=active $SG3X doctor");

        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("OMP_WAIT_POLICY is active", result.Output, StringComparison.Ordinal);
    }
}
