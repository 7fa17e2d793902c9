namespace Sg3x.Cli.Tests;

/// <summary>Files of the checkout that tests use.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Reference(string name) => Path.Combine(Root, "golden", "reference", name);

    public static IEnumerable<string> References() => Directory.EnumerateFiles(Reference("."))
        .Where(f => Path.GetExtension(f) is ".json" or ".safetensors").Select(Path.GetFullPath).Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sg3x.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Sg3x.sln above {AppContext.BaseDirectory}.");
    }
}
