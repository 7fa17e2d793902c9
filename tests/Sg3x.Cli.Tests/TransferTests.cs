namespace Sg3x.Cli.Tests;

/// <summary><c>train --init</c>: a run that begins with another's weights.</summary>
public sealed class TransferTests(TinyRunFixture fixture) : IClassFixture<TinyRunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_says_what_it_took_of_another()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"), "--init", fixture.Run]);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("000000.020kimg.safetensors: weights taken (G ", result.Output, StringComparison.Ordinal);
        Assert.Contains("all tensors matched", result.Output, StringComparison.Ordinal);
        string config = File.ReadAllText(_folder.File("run/config.json"));
        Assert.Contains("000000.020kimg.safetensors\"", config, StringComparison.Ordinal);
        Assert.Contains("\"emaRampup\": null", config, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_network_is_refused_and_leaves_no_folder()
    {
        File.WriteAllText(_folder.File("text"), "no network");
        ProgramResult file = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"), "--init", "text"]);
        ProgramResult missing = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"), "--init", "nowhere"]);
        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", fixture.Run, "--init", fixture.Run);

        Assert.All([file, missing, resumed], r => Assert.True(r.ExitCode == 2, r.Everything));
        Assert.Contains("--init", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(["text"], _folder.Entries());
    }
}
