using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Sg3x.Setup.Tests;

/// <summary>A copy of the set-up scripts in a folder of its own, with package sources that the test chooses.</summary>
internal sealed class SetupSandbox : IDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

    private readonly string _folder = Directory.CreateTempSubdirectory("sg3x-setup-").FullName;

    public SetupSandbox(string source)
    {
        Copy("tools", "*");
        Copy("tools/lib", "*");
        Copy("tools/feed", "*");
        Copy("", "Directory.Packages.props");
        if (Directory.Exists(BuiltFeed))
        {
            Copy(Path.GetRelativePath(Root, BuiltFeed), "*");
        }

        File.WriteAllText(Path.Combine(_folder, "NuGet.Config"), $"""
            <configuration>
              <packageSources><clear /><add key="test feed" value="{source}" allowInsecureConnections="true" /></packageSources>
            </configuration>
            """);
    }

    public string FeedFolder => Directory.CreateDirectory(Path.Combine(_folder, "packages")).FullName;

    private string FoundProps => Path.Combine(_folder, "artifacts/setup/Packages.found.props");

    private static string BuiltFeed => Path.Combine(Root, "artifacts/setup/feed/bin");

    /// <summary>The exit code of <c>tools/setup --packages</c>, and what it said.</summary>
    public (int Code, string Said) Run(params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("bash", [Path.Combine(_folder, "tools/setup"), "--packages"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("SG3X_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "installed");
        start.Environment["SG3X_CUDA"] = "no";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string said = process.StandardError.ReadToEnd() + output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    /// <summary>A property of what set-up wrote.</summary>
    public string? Found(string name) => XDocument.Load(FoundProps).Descendants(name).SingleOrDefault()?.Value;

    public bool HasAnswer => File.Exists(FoundProps);

    /// <summary>Puts a package that has nothing in it, but for one file where that is given, into the feed's folder.</summary>
    public void AddPackage(string id, string version, string? entry = null, string? file = null)
    {
        using ZipArchive zip = ZipFile.Open(Path.Combine(FeedFolder, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using (StreamWriter nuspec = new(zip.CreateEntry($"{id}.nuspec").Open()))
        {
            nuspec.Write($"""
                <package><metadata>
                  <id>{id}</id><version>{version}</version><authors>test</authors><description>test</description>
                </metadata></package>
                """);
        }

        if (entry is not null)
        {
            zip.CreateEntryFromFile(file!, entry);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Copy(string folder, string pattern)
    {
        string target = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
