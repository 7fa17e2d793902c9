using System.Diagnostics;

namespace Sg3x.Ops.Cuda;

/// <summary>Where NVRTC may be: beside the libtorch that is loaded, under whatever name it has there.</summary>
internal static class NvrtcLocator
{
    // Python's packages of CUDA's libraries, from the folder of its libtorch.
    private static readonly string[] s_elsewhere =
    [
        "", "../../nvidia/cuda_nvrtc/lib", "../../nvidia/cuda_nvrtc/bin", "../../nvidia/cu13/lib", "../../nvidia/cu13/bin",
    ];

    // Versions that libtorch has been built with; the newest first.
    private static readonly string[] s_system =
        ["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"];

    /// <summary>Candidates for this process.</summary>
    public static IEnumerable<string> Candidates()
    {
        using var process = Process.GetCurrentProcess();
        return Candidates([.. process.Modules.Cast<ProcessModule>().Select(m => m.FileName).OfType<string>()]);
    }

    /// <summary>Candidates, the likeliest first: what is loaded, what lies beside libtorch, what the system finds.</summary>
    /// <param name="loaded">Files of the libraries that are loaded.</param>
    public static IEnumerable<string> Candidates(IReadOnlyCollection<string> loaded)
    {
        IEnumerable<string> folders = loaded
            .Where(file => Path.GetFileName(file).Contains("torch", StringComparison.OrdinalIgnoreCase))
            .Select(file => Path.GetDirectoryName(file) ?? "")
            .Distinct();
        return
        [
            .. loaded.Where(IsNvrtc),
            .. folders
                .SelectMany(_ => s_elsewhere, (folder, other) => Path.GetFullPath(Path.Combine(folder, other)))
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder).Where(IsNvrtc).Order(StringComparer.Ordinal)),
            .. s_system,
        ];
    }

    // libnvrtc.so.12, libnvrtc-672ee683.so.11.2, nvrtc64_120_0.dll; but neither its builtins nor the variant for little memory.
    private static bool IsNvrtc(string file)
    {
        string name = Path.GetFileName(file);
        return (name.StartsWith("libnvrtc.", StringComparison.Ordinal) || name.StartsWith("libnvrtc-", StringComparison.Ordinal)
                || name.StartsWith("nvrtc64_", StringComparison.Ordinal))
            && !name.Contains("builtins", StringComparison.Ordinal) && !name.Contains(".alt.", StringComparison.Ordinal)
            && (name.Contains(".so", StringComparison.Ordinal) || name.EndsWith(".dll", StringComparison.Ordinal));
    }
}
