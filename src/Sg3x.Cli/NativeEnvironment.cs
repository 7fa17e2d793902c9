using System.Runtime.InteropServices;

namespace Sg3x.Cli;

/// <summary>The environment variables that native libraries read when they are loaded.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>
    /// Sets <c>OMP_WAIT_POLICY=passive</c> unless the caller chose a policy, before libtorch is loaded: libgomp's waiting
    /// threads otherwise spin, and an image takes sixty times as long when something else wants the core.
    /// </summary>
    public static void Prepare()
    {
        // Environment.SetEnvironmentVariable changes .NET's own copy, which native getenv does not see.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = SetEnv("OMP_WAIT_POLICY", "passive", 0);
        }

        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", "passive");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
