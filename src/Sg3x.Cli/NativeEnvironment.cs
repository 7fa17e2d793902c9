using System.Runtime.InteropServices;

namespace Sg3x.Cli;

/// <summary>What native libraries must be told before they are loaded.</summary>
internal static partial class NativeEnvironment
{
    // mallopt's names for what free() gives back to the system, and for what is mapped by itself.
    private const int TrimThreshold = -1, MmapThreshold = -3;

    /// <summary>
    /// Lets waiting threads sleep, unless the caller chose otherwise: libgomp's spin (<c>OMP_WAIT_POLICY=passive</c>), and an image
    /// takes sixty times as long when something else wants the core; OpenBLAS's yield in a loop
    /// (<c>OPENBLAS_THREAD_TIMEOUT=4</c>), and a third of a training's time is the system's. And lets the C library keep the
    /// memory of tensors that are freed: the next step wants as much.
    /// </summary>
    public static void Prepare()
    {
        SetDefault("OMP_WAIT_POLICY", "passive");
        SetDefault("OPENBLAS_THREAD_TIMEOUT", "4");
        if (OperatingSystem.IsLinux())
        {
            KeepFreedMemory();
        }
    }

    private static void SetDefault(string name, string value)
    {
        // Environment.SetEnvironmentVariable changes .NET's own copy, which native getenv does not see.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = SetEnv(name, value, 0);
        }

        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    private static void KeepFreedMemory()
    {
        try
        {
            _ = MallOpt(MmapThreshold, 1 << 25);
            _ = MallOpt(TrimThreshold, 1 << 30);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which has its own ways.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
