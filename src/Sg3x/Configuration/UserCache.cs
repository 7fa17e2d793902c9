namespace Sg3x.Configuration;

/// <summary>
/// The folder of a user's in which programs keep what they can compute again: <c>$XDG_CACHE_HOME/sg3x</c>, or where that is not
/// set
/// <c>~/.cache/sg3x</c>.
/// </summary>
public static class UserCache
{
    /// <summary>A part of it; null where the user has no such folder.</summary>
    /// <param name="part">Name of the part, <c>metrics</c>.</param>
    public static string? Folder(string part)
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathRooted(cache ?? ""))
        {
            string? home = Environment.GetEnvironmentVariable("HOME");
            cache = Path.IsPathRooted(home ?? "") ? Path.Combine(home!, ".cache") : null;
        }

        return cache is null ? null : Path.Combine(cache, "sg3x", part);
    }
}
