using System.Text.Json;

namespace Sg3x.Spec.Tests.Support;

/// <summary>Files of the repository that the tests hold the spec to.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Golden(string name) => Path.Combine(Root, "golden", "reference", name);

    public static JsonElement ReadJson(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, "Sg3x.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Sg3x.sln above {AppContext.BaseDirectory}.");
    }
}
