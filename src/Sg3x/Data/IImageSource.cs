namespace Sg3x.Data;

/// <summary>
/// A place with image files in it: their paths in ordinal order, and their bytes. Safe from several threads at once.
/// </summary>
internal interface IImageSource : IDisposable
{
    string Name { get; }

    /// <summary>Paths with forward slashes, relative to the source.</summary>
    IReadOnlyList<string> Entries { get; }

    /// <summary>Entries that cannot be images or must not be touched, found from names and sizes alone.</summary>
    IReadOnlyList<SkippedImage> Bad { get; }

    /// <exception cref="UserException">The entry cannot be read, or is larger than it may be.</exception>
    byte[] ReadBytes(int index);
}

/// <summary>What sources have in common.</summary>
internal static class ImageSource
{
    public static bool IsImageName(string name) =>
        name.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase);

    /// <summary>A name as it may be printed: what could act on a terminal is replaced.</summary>
    public static string Printable(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
        return safe.Length <= 200 ? safe : string.Concat(safe.AsSpan(0, 197), "...");
    }

    public static UserException TooLarge(string where, long length, ImageLimits limits) =>
        new($"{where}: it has {length} bytes; expected at most {limits.MaxFileBytes}.");
}
