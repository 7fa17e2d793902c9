namespace Sg3x.Cli.Tests;

/// <summary>A run that is killed at random moments comes to the weights of one that is not; <c>tools/kill-test</c> does it a hundred
/// times.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void Kills_at_random_moments_cost_nothing_that_was_saved()
    {
        ProgramResult result = Sg3xProcess.Shell(
            _folder.Path, $"{Path.Combine(Repository.Root, "tools/kill-test")} --kills 4 runs");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("the same bytes as the run that was not killed", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("runs/killed/config.json")));
    }
}
