using System.Reflection;

namespace Sg3x.Cli;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>Version and, where the build knew it, the commit.</summary>
    public static string Informational { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
