using System.Diagnostics;

namespace Sg3x.GoldenDiff;

/// <summary>Files as a git revision has them.</summary>
/// <param name="folder">A folder of the repository; its git does the reading.</param>
public sealed class Git(string folder)
{
    /// <summary>Tells whether a name is a revision of the repository.</summary>
    /// <param name="name">A branch, tag, commit or expression such as HEAD~2.</param>
    public bool IsRevision(string name) =>
        Run("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}") is not null;

    /// <summary>Paths of the files under a folder, relative to the root of the repository.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="under">The folder, relative to the root.</param>
    /// <exception cref="UserException">The revision cannot be read.</exception>
    public IReadOnlyList<string> Files(string revision, string under)
    {
        string names = Run("ls-tree", "-r", "--full-tree", "--name-only", "--end-of-options", revision, under + "/")
            ?? throw UserException.Mismatch(revision, "a git revision", "none that git can read");
        return names.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Text of a file.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="path">The file, relative to the root.</param>
    /// <exception cref="UserException">The revision has no such file.</exception>
    public string Text(string revision, string path) => Run("show", "--end-of-options", $"{revision}:{path}")
        ?? throw UserException.Mismatch($"{revision}:{path}", "a file of that revision", "none");

    private string? Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            error.Wait();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserException("git: cannot be started, and a revision needs it.", e);
        }
    }
}
