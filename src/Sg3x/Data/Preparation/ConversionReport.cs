using System.Text.Json;
using Sg3x.Checkpoints;

namespace Sg3x.Data.Preparation;

/// <summary>The file that names the bad images of a conversion, each with the reason.</summary>
internal static class ConversionReport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>Writes it; where nothing is bad, removes that of an earlier attempt.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Name of the data set.</param>
    /// <param name="leftOut">What is bad, and why.</param>
    /// <returns>The file; null where nothing is bad.</returns>
    /// <exception cref="UserException">It cannot be written.</exception>
    public static string? Write(string path, string source, IReadOnlyList<SkippedImage> leftOut)
    {
        if (leftOut.Count > 0)
        {
            AtomicFile.WriteText(path, JsonSerializer.Serialize(new Content(source, leftOut), Indented) + "\n");
            return path;
        }

        RemoveEarlier(path);
        return null;
    }

    /// <summary>An earlier attempt's report names images that are sound now. A file of another making stays.</summary>
    private static void RemoveEarlier(string path)
    {
        try
        {
            if (File.Exists(path)
                && JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Indented) is { LeftOut.Count: > 0 })
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // It is in nobody's way.
        }
    }

    private sealed record Content(string Source, IReadOnlyList<SkippedImage> LeftOut);
}
