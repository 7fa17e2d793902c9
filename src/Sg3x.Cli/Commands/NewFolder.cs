using System.Globalization;

namespace Sg3x.Cli.Commands;

/// <summary>A folder of its own for a run. Where nothing came of the run, nothing is left of the folder.</summary>
internal sealed class NewFolder : IDisposable
{
    private readonly string[] _made;

    private NewFolder(string path, params string[] made) => (Path, _made) = (path, made);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A folder that was named; that it is new or empty is for the run to check.</summary>
    /// <exception cref="UserException">The name is empty.</exception>
    public static NewFolder Named(string path) =>
        path.Length > 0 ? new(path) : throw UserException.Mismatch("--out", "the name of a folder", "an empty one");

    /// <summary>Makes <c>parent/00007-name</c>, one number above the highest that is there.</summary>
    /// <exception cref="UserException">The folder cannot be made.</exception>
    public static NewFolder Numbered(string parent, string name)
    {
        try
        {
            bool newParent = !Directory.Exists(parent);
            Directory.CreateDirectory(parent);
            string mine = System.IO.Path.Combine(parent, $".new-{Environment.ProcessId}");
            Directory.CreateDirectory(mine);
            while (true)
            {
                string path = System.IO.Path.Combine(parent,
                    string.Create(CultureInfo.InvariantCulture, $"{Next(parent):D5}-{name}"));
                try
                {
                    // A rename, which fails where the name is taken: two runs started at once get a number each.
                    Directory.Move(mine, path);
                    return newParent ? new NewFolder(path, path, parent) : new NewFolder(path, path);
                }
                catch (IOException) when (Directory.Exists(path))
                {
                }
                catch
                {
                    Directory.Delete(mine);
                    throw;
                }
            }
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

    private static int Next(string parent) => 1 + Directory.EnumerateFileSystemEntries(parent)
        .Select(f => System.IO.Path.GetFileName(f).Split('-')[0])
        .Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)
        .DefaultIfEmpty(-1).Max();
}
