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

    /// <summary>What changes when an entry's content does: its size, and its sum or its time.</summary>
    string Stamp(int index);

    /// <summary>The content of <c>dataset.json</c> at the top, or null where there is none.</summary>
    /// <exception cref="UserException">It cannot be read, or is larger than it may be.</exception>
    byte[]? ReadLabels();
}

/// <summary>What sources have in common.</summary>
internal static class ImageSource
{
    /// <summary>The name of the file with the labels, as the official release has it.</summary>
    public const string LabelsName = "dataset.json";

    /// <summary>Opens a folder or a zip file.</summary>
    /// <param name="spec">Its path.</param>
    /// <param name="limits">Largest sizes accepted.</param>
    /// <param name="also">What else the caller takes, for the message: <c>, or cats:</c>.</param>
    /// <exception cref="UserException">There is no such place, or it cannot be read.</exception>
    public static IImageSource Open(string spec, ImageLimits limits, string also = "")
    {
        if (Directory.Exists(spec))
        {
            return new FolderSource(spec, limits);
        }

        if (!File.Exists(spec))
        {
            throw new UserException($"{spec}: there is no such folder or file; expected a folder of images, a zip file of images{also}.");
        }

        return spec.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)
            ? new ZipSource(spec, limits)
            : throw new UserException($"{spec}: it is a file; expected a folder of images, a zip file of images (named .zip){also}.");
    }

    /// <summary>What is said of bad images: the first of them, and how many there are.</summary>
    public static string Describe(string source, IReadOnlyList<SkippedImage> bad)
    {
        const int Named = 10;
        if (bad.Count == 1)
        {
            return bad[0].Reason;
        }

        var lines = bad.Take(Named).Select(item => $"\n  {item.Reason}");
        var more = bad.Count > Named ? $"\n  and {bad.Count - Named} more" : "";
        return $"{source}: {bad.Count} images are bad:{string.Concat(lines)}{more}";
    }

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
