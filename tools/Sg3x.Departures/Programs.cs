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
            Copy(programs.Sound, Path.Combine(AppContext.BaseDirectory, Library));
            Copy(programs.WithDeltas, Deltas);
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

    /// <summary>Copies this program's folder, with a library of its own: whole or not at all.</summary>
    private static void Copy(string to, string library)
    {
        if (Directory.Exists(to))
            return;
        string partial = $"{to}.partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        foreach (string entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            string target = Path.Combine(partial, Path.GetFileName(entry));

            // The packages' native libraries are large and never change: linked. Files are not: .NET looks beside the target.
            if (Directory.Exists(entry))
                Directory.CreateSymbolicLink(target, entry);
            else if (Path.GetFileName(entry) != Library)
                File.Copy(entry, target);
        }

        File.Copy(library, Path.Combine(partial, Library));
        Directory.Move(partial, to);
    }
}
