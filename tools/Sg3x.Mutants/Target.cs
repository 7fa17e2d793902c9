namespace Sg3x.Mutants;

/// <summary>What is mutated together, and what may notice.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Project">Folder of the project.</param>
/// <param name="Folders">Folders of it whose files are mutated; empty for all.</param>
/// <param name="Tests">Folder of the test project.</param>
/// <param name="Classes">Namespaces of the tests that are run; empty for all.</param>
/// <param name="Except">Files of those folders that no test can reach, for want of a device.</param>
public sealed record Target(string Name, string Project, string[] Folders, string Tests, string[] Classes, params string[] Except)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("spec", "spec/Sg3x.Spec", [], "tests/Sg3x.Spec.Tests", []),
        new("schedule", "src/Sg3x", ["Schedule"], "tests/Sg3x.Tests", ["Sg3x.Tests.Schedule", "Sg3x.Tests.Configuration"]),
        new("ops", "src/Sg3x", ["Ops"], "tests/Sg3x.Tests", ["Sg3x.Tests.Ops", "Sg3x.Tests.Networks"],
            "Ops/Cuda/CardMemory.cs", "Ops/Cuda/CudaDriver.cs", "Ops/Cuda/CudaLauncher.cs", "Ops/Cuda/Nvrtc.cs"),
    ];

    /// <summary>Name of the mutated assembly.</summary>
    public string Assembly => Path.GetFileName(Project);

    /// <summary>Whether a file, relative to the root, is mutated.</summary>
    /// <param name="file">The file.</param>
    public bool Mutates(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.EndsWith(".cs", StringComparison.Ordinal)
            && !Except.Any(except => file == $"{Project}/{except}")
            && (Folders.Length == 0
                ? file.StartsWith(Project + "/", StringComparison.Ordinal)
                : Folders.Any(folder => file.StartsWith($"{Project}/{folder}/", StringComparison.Ordinal)));
    }
}
