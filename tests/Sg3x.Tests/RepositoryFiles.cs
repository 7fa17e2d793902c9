namespace Sg3x.Tests;

/// <summary>Files of the checkout that tests compare with.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Reference(string name) => Path.Combine(Root, "golden", "reference", name);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sg3x.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No Sg3x.sln above {AppContext.BaseDirectory}.");
    }
}
