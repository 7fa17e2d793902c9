namespace Sg3x.Departures.Tests;

/// <summary>The builds that are kept beside the runs.</summary>
public sealed class ProgramsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("departures-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ACopyHasALibraryOfItsOwnAndOutlastsTheBuild()
    {
        string build = Path.Combine(folder, "build"), native = Path.Combine("runtimes", "linux-x64", "native.so");
        Put(Path.Combine(build, "Sg3x.dll"), "sound");
        Put(Path.Combine(build, "Sg3x.Cli.dll"), "program");
        Put(Path.Combine(build, native), "native");
        string library = Put(Path.Combine(folder, "faulty.dll"), "faulty"), copy = Path.Combine(folder, "copy");
        Put(Path.Combine($"{copy}.partial", "left-over"), "of a copy that was killed");

        Programs.Copy(build, copy, library);
        Directory.Delete(build, recursive: true);

        Assert.Equal("faulty", File.ReadAllText(Path.Combine(copy, "Sg3x.dll")));
        Assert.Equal("program", File.ReadAllText(Path.Combine(copy, "Sg3x.Cli.dll")));
        Assert.Equal("native", File.ReadAllText(Path.Combine(copy, native)));
        Assert.False(File.Exists(Path.Combine(copy, "left-over")));
        Assert.False(Directory.Exists($"{copy}.partial"));

        // Runs that have begun go on with the build that they began with.
        Programs.Copy(folder, copy, Put(Path.Combine(folder, "newer.dll"), "newer"));
        Assert.Equal("faulty", File.ReadAllText(Path.Combine(copy, "Sg3x.dll")));
    }

    private static string Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
