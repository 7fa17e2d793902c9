using System.Globalization;

namespace Sg3x.Benchmarking;

/// <summary>Resident memory of this process as Linux accounts for it.</summary>
internal static class ResidentMemory
{
    /// <summary>Resident now, in bytes; null where the system does not tell.</summary>
    public static long? Now() => Read("VmRSS:");

    /// <summary>The most since <see cref="Restart"/>, in bytes.</summary>
    public static long? Peak() => Read("VmHWM:");

    /// <summary>Counts the peak from here on.</summary>
    public static void Restart()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The peak then is the whole process's.
        }
    }

    private static long? Read(string field)
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            string? kilobytes = line?[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
            return long.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value * 1024 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
