namespace Sg3x.Departures.Tests;

/// <summary>What the command refuses before anything is trained.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("departures-").FullName;

    private string Runs => Path.Combine(folder, "runs");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData()]
    [InlineData("one", "two")]
    [InlineData("one", "--what")]
    [InlineData("one", "--kimg")]
    public void WrongUsageIsExitCode2(params string[] arguments)
    {
        (int code, string output) = Run(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("departures FOLDER [--resolution PIXELS]", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kimg: expected a number above 0 and below 1000000, found \"NaN\".", "--kimg", "NaN")]
    [InlineData("--kimg: expected one value, found 1 and 2.", "--kimg", "1", "--kimg", "2")]
    [InlineData("--samples: expected a whole number from 2 to 1000000, found \"1\".", "--samples", "1")]
    [InlineData("--resolution: expected a whole number from 16 to 4096, found \"32.0\".", "--resolution", "32.0")]
    [InlineData("generator.resolution: expected a power of two from 16 to 4096, found 40.", "--resolution", "40")]
    [InlineData("set generator.marginn: expected one of", "--set", "generator.marginn=3")]
    public void ABadValueIsNamedAndLeavesNothing(string message, params string[] arguments)
    {
        (int code, string output) = Run([Runs, .. arguments]);
        Assert.Equal(2, code);
        Assert.StartsWith($"departures: {message}", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void AFolderOfSomethingElseIsLeftAlone()
    {
        File.WriteAllText(Path.Combine(folder, "letter.txt"), "");
        (int code, string output) = Run(folder);
        Assert.Equal(2, code);
        Assert.Contains("expected a new or empty folder, or one that this command began", output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void ABegunFolderKeepsItsSettings()
    {
        new Settings { Kimg = 2 }.Save(Path.Combine(folder, "settings.json"));
        (int code, string output) = Run(folder, "--kimg", "3");
        Assert.Equal(2, code);
        Assert.Contains("options: expected those that the runs there began with", output, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "settings.json"), "{");
        Assert.Equal(2, Run(folder).Code);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        return (Application.Run(arguments, output, output), output.ToString());
    }
}
