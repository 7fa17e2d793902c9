using System.Text.Json;

namespace Sg3x.Mutants;

/// <summary>A mutant that no test can tell from the original, with the reason.</summary>
/// <param name="File">The file, relative to the root of the repository.</param>
/// <param name="Line">Line from 1, for people: the mutant is found by its code.</param>
/// <param name="Code">The source line without its indentation.</param>
/// <param name="Change">The change, as reports print it.</param>
/// <param name="Reason">Why it cannot be told from the original.</param>
public sealed record Equivalent(string File, int Line, string Code, string Change, string Reason);

/// <summary>The list of equivalent mutants, equivalent.json beside the tool's source.</summary>
public static class Equivalents
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    public static IReadOnlyList<Equivalent> Read(string path) =>
        JsonSerializer.Deserialize<Equivalent[]>(File.ReadAllText(path), Format) ?? [];

    /// <summary>Whether an entry means a mutant.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="mutant">The mutant.</param>
    public static bool Means(Equivalent entry, Mutant mutant)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(mutant);
        return entry.File == mutant.File && entry.Code == mutant.Code && entry.Change == mutant.Change;
    }
}
