using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sg3x.Architecture.Tests;

/// <summary>What must not stand in any file of the tree.</summary>
public partial class SourceTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

    // Built of halves, so that this file does not contain them.
    private static readonly string[] RegistryHosts =
        ["nuget" + ".org", "npm" + "js.", "pypi" + ".org", "python" + "hosted", "deb." + "debian", "archive." + "ubuntu", "crates" + ".io"];

    private static readonly string[] TextFiles =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".sh", ".py", ".cpp", ".c", ".h", ".yml", ".runsettings", ""];

    [Fact]
    public void NoSourceFileIsCompiledInPart() =>
        Assert.Empty(Files(".cs").Where(f => ConditionalCompilation().IsMatch(File.ReadAllText(f))).Select(Relative));

    [Fact]
    public void NoRegistryIsNamed() =>
        Assert.Empty(Files(TextFiles)
            .Where(f => RegistryHosts.Any(h => File.ReadAllText(f).Contains(h, StringComparison.OrdinalIgnoreCase)))
            .Select(Relative));

    /// <summary>TorchSharp has no streams: all work, the kernel's too, is in order as it goes to the legacy default one.</summary>
    [Fact]
    public void NothingChangesTheStreamOfADevice() =>
        Assert.Empty(Files(".cs", ".cpp", ".cu", ".h")
            .Where(f => Relative(f).StartsWith("src/", StringComparison.Ordinal))
            .Where(f => StreamsOfADevice().IsMatch(File.ReadAllText(f)))
            .Select(Relative));

    [Theory]
    [InlineData("cudaStreamCreate(&s)")]
    [InlineData("c10::cuda::CUDAStreamGuard guard(stream);")]
    [InlineData("Export(\"cuStreamCreate\")")]
    [InlineData("torch.cuda.stream(s)")]
    [InlineData("at::cuda::setCurrentCUDAStream(s)")]
    public void WhatChangesItIsSeen(string line) => Assert.Matches(StreamsOfADevice(), line);

    [Fact]
    public void TheSpecsProjectRefersToNoOther() => Assert.Empty(ReferencesIn("spec/Sg3x.Spec/Sg3x.Spec.csproj"));

    [Fact]
    public void OnlyTheOracleRefersToBoth()
    {
        IEnumerable<string> both = Files(".csproj")
            .Where(f => Relative(f).StartsWith("src/", StringComparison.Ordinal))
            .Where(f => ReferencesIn(f) is { } names && names.Contains("Sg3x.Spec") && names.Contains("Sg3x"))
            .Select(Relative);
        Assert.Equal("src/Sg3x.Oracle/Sg3x.Oracle.csproj", Assert.Single(both));
    }

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        string solution = File.ReadAllText(Path.Combine(Root, "Sg3x.sln")).Replace('\\', '/');
        Assert.DoesNotContain(Files(".csproj").Select(Relative),
            f => !f.StartsWith("tools/", StringComparison.Ordinal) && !solution.Contains(f, StringComparison.Ordinal));
    }

    /// <summary>The C# files of folders, and files, by their paths in the tree.</summary>
    internal static IEnumerable<string> Sources(IEnumerable<string> places) =>
        Files(".cs").Select(Relative).Where(f => places.Any(p => f == p || f.StartsWith(p + "/", StringComparison.Ordinal)));

    /// <summary>What stands in a file of the tree.</summary>
    internal static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static List<string> ReferencesIn(string project) =>
        [.. XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];

    private static IEnumerable<string> Files(params string[] extensions) =>
        Folders(new DirectoryInfo(Root))
            .SelectMany(d => d.EnumerateFiles())
            .Where(f => f.LinkTarget is null && extensions.Contains(f.Extension) && f.Length < 1 << 20)
            .Select(f => f.FullName);

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo folder) =>
        folder.EnumerateDirectories()
            .Where(d => d.LinkTarget is null
                && d.Name is not ("bin" or "obj" or ".git" or "artifacts" or "runs" or "TestResults" or ".vs" or ".idea"))
            .SelectMany(Folders)
            .Prepend(folder);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\bcu(da)?Stream\w+|CUDAStream|cuda\.stream\b|getStreamFromPool", RegexOptions.IgnoreCase)]
    private static partial Regex StreamsOfADevice();

    [GeneratedRegex(@"^\s*#\s*(if|elif)\b", RegexOptions.Multiline)]
    private static partial Regex ConditionalCompilation();
}
