using System.Runtime.CompilerServices;

namespace VerifyXunit.Tests;

/// <summary>Names, comparison and failures of verified files, the same with the package and with the stand-in.</summary>
public sealed class VerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task TheFileIsNamedAfterClassAndMethod() => Verify("one line\nand another");

    [Theory]
    [InlineData("t", 32)]
    [InlineData("r", 64)]
    public async Task ParametersArePartOfTheName(string configuration, int size)
    {
        VerifyResult result = await Verify($"{configuration} {size}").UseParameters(configuration, size).UseDirectory("Verified");
        string name = $"VerifierTests.ParametersArePartOfTheName_configuration={configuration}_size={size}.verified.txt";
        Assert.Equal(Path.Combine(SourceFolder(), "Verified", name), Assert.Single(result.Files));
    }

    [Fact]
    public async Task NamesCanBeGiven()
    {
        Put("given.verified.json", "{}");
        Put("Type.Method_text.verified.txt", "x");
        await Verify("{}", "json").UseDirectory(_folder).UseFileName("given");
        VerifySettings settings = new();
        settings.UseDirectory(_folder);
        settings.UseTypeName("Type");
        settings.UseMethodName("Method");
        settings.UseTextForParameters("text");
        await Verify("x", settings);
    }

    [Fact]
    public async Task LineEndingsAndALastOneMakeNoDifference()
    {
        Put("given.verified.txt", "a\r\nb\r\n");
        await Verify("a\nb").UseDirectory(_folder).UseFileName("given");
    }

    [Fact]
    public async Task ADifferenceFailsAndLeavesWhatWasReceived()
    {
        Put("given.verified.txt", "a\nb\nc");
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(
            async () => await Verify("a\nB\nc").UseDirectory(_folder).UseFileName("given").DisableDiff());
        Assert.Contains("given.received.txt", failure.Message);
        Assert.Contains("B", failure.Message);
        Assert.Equal("a\nB\nc", await File.ReadAllTextAsync(Path.Combine(_folder, "given.received.txt")));
        Assert.Equal("a\nb\nc", await File.ReadAllTextAsync(Path.Combine(_folder, "given.verified.txt")));
    }

    [Fact]
    public async Task AMissingFileFailsAndLeavesWhatWasReceived()
    {
        await Assert.ThrowsAnyAsync<Exception>(
            async () => await Verify("new").UseDirectory(_folder).UseFileName("given").DisableDiff());
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Combine(_folder, "given.received.txt")));
        Assert.False(File.Exists(Path.Combine(_folder, "given.verified.txt")));
    }

    private void Put(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
