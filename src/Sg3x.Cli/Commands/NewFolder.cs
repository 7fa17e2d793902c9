using System.Globalization;
using System.Runtime.InteropServices;

namespace Sg3x.Cli.Commands;

/// <summary>A folder of its own for a run. Where nothing came of the run, nothing is left of the folder.</summary>
internal sealed partial class NewFolder : IDisposable
{
    private readonly string[] _made;

    private NewFolder(string path, params string[] made) => (Path, _made) = (path, made);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A folder that was named; that it is new or empty is for the run to check.</summary>
    /// <exception cref="UserException">The name is empty, or looks like an option.</exception>
    public static NewFolder Named(string path) => path switch
    {
        [] => throw UserException.Mismatch("--out", "the name of a folder", "an empty one"),
        ['-', ..] => throw UserException.Mismatch("--out", "the name of a folder (./NAME where it begins with -)", path),
        _ => new(path),
    };

    /// <summary>Makes <c>parent/00007-name</c>, one number above the highest that is there.</summary>
    /// <exception cref="UserException">The folder cannot be made.</exception>
    public static NewFolder Numbered(string parent, string name)
    {
        try
        {
            bool newParent = !Directory.Exists(parent);
            Directory.CreateDirectory(parent);
            string path;
            do
            {
                path = System.IO.Path.Combine(
                    parent, string.Create(CultureInfo.InvariantCulture, $"{Next(parent):D5}-{name}"));
            }
            while (!TryMake(path));
            return newParent ? new NewFolder(path, path, parent) : new NewFolder(path, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{parent}: no folder for the run can be made: {e.Message}", e);
        }
    }

    /// <summary>Removes what was made and is empty.</summary>
    public void Dispose()
    {
        foreach (string folder in _made.Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any()))
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>Makes a folder; false where something of that name is there. Of two runs that start at once one makes
    /// it.</summary>
    private static bool TryMake(string path)
    {
        const int IsThere = 17;
        if (MakeDirectory(path, 0x1FF) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == IsThere ? false : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    // .NET's own does not say whether it made the folder, and its rename replaces an empty one.
    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MakeDirectory(string path, uint mode);

    private static int Next(string parent) => 1 + Directory.EnumerateFileSystemEntries(parent)
        .Select(f => System.IO.Path.GetFileName(f).Split('-')[0])
        .Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)
        .DefaultIfEmpty(-1).Max();
}
