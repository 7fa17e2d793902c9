using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Sg3x.Departures;

/// <summary>
/// The two builds of sg3x that train: this one, and the same with delta filters. They are copied into the runs' folder, so that
/// all runs are of one build, whatever is built while they last.
/// </summary>
/// <param name="Sound">Folder of the build as it is.</param>
/// <param name="WithDeltas">Folder of the one with delta filters.</param>
internal sealed record Programs(string Sound, string WithDeltas)
{
    private const string Library = "Sg3x.dll", Main = "Sg3x.Cli.dll";

    private static string Deltas { get; } = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "DeltaFilters").Value!;

    /// <summary>Finds both in a folder, or copies them there.</summary>
    /// <exception cref="UserException">They cannot be copied.</exception>
    public static Programs In(string folder)
    {
        var programs = new Programs(Path.Combine(folder, "sg3x"), Path.Combine(folder, "sg3x-delta-filters"));
        try
        {
            Copy(AppContext.BaseDirectory, programs.Sound, Path.Combine(AppContext.BaseDirectory, Library));
            Copy(programs.Sound, programs.WithDeltas, Deltas);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: the programs cannot be copied there: {e.Message}", e);
        }

        return programs;
    }

    /// <summary>How sg3x is started.</summary>
    /// <param name="folder">Which of the two.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="capture">Whether its standard output is read instead of shown.</param>
    public static ProcessStartInfo Describe(string folder, IEnumerable<string> arguments, bool capture)
    {
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return new ProcessStartInfo(dotnet, [Path.Combine(folder, Main), .. arguments]) { RedirectStandardOutput = capture };
    }

    /// <summary>Copies a program's folder, with a library of its own: whole or not at all. What is there already stays.</summary>
    /// <param name="from">The program's folder.</param>
    /// <param name="to">The new one.</param>
    /// <param name="library">The file that becomes its <c>Sg3x.dll</c>.</param>
    /// <exception cref="IOException">Something cannot be copied.</exception>
    internal static void Copy(string from, string to, string library)
    {
        if (Directory.Exists(to))
            return;
        string partial = $"{to}.partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        foreach (string file in Directory.EnumerateFiles(from).Where(file => Path.GetFileName(file) != Library))
            File.Copy(file, Path.Combine(partial, Path.GetFileName(file)));
        foreach (string folder in Directory.EnumerateDirectories(from))
            Link(folder, Path.Combine(partial, Path.GetFileName(folder)));
        File.Copy(library, Path.Combine(partial, Library));
        Directory.Move(partial, to);
    }

    // The packages' native libraries are large: hard links where the file system can, which outlast the build they came from.
    private static void Link(string from, string to)
    {
        const string Line = "cp -al \"$0\" \"$1\" 2>/dev/null || { rm -rf \"$1\" && cp -a \"$0\" \"$1\"; }";
        using Process copy = Process.Start("/bin/sh", ["-c", Line, Path.TrimEndingDirectorySeparator(from), to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0)
            throw new IOException($"{from} cannot be copied to {to}");
    }
}
