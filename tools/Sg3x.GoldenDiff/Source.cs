using System.Text.Json;
using Sg3x.Configuration;

namespace Sg3x.GoldenDiff;

/// <summary>One side of a comparison: a schedule, or every verified schedule of a tree or a revision.</summary>
/// <param name="Name">As the person wrote it.</param>
/// <param name="Documents">Schedules by the name of their preset or file.</param>
/// <param name="IsSet">Several schedules, which are paired by name.</param>
public sealed record Source(string Name, IReadOnlyDictionary<string, ScheduleDocument> Documents, bool IsSet)
{
    private const string Golden = "golden/schedules", Suffix = ".verified.txt", ConfigFile = "config.json";
    private const long MostBytes = 1 << 26;

    /// <summary>
    /// Finds what a name stands for: a file (verified text, schedule in JSON, configuration), the folder of a run, REV:PRESET
    /// or REV:PATH, a preset, a folder of verified schedules, or a revision with all its verified schedules.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="root">Root of the repository, for revisions.</param>
    /// <exception cref="UserException">It stands for nothing, or what it stands for is no schedule.</exception>
    public static Source Find(string name, string root)
    {
        var git = new Git(root);
        if (Directory.Exists(name))
            return File.Exists(Path.Combine(name, ConfigFile)) ? One(name, Path.Combine(name, ConfigFile)) : Folder(name);
        if (File.Exists(name))
            return One(name, name);
        if (Presets.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            return Single(name, Presets.Names.First(p => p.Equals(name, StringComparison.OrdinalIgnoreCase)),
                ScheduleDocument.Of(name, Presets.Get(name).Generator));
        if (name.Split(':', 2) is [{ Length: > 0 } revision, { Length: > 0 } what])
        {
            string path = Presets.Names.Contains(what) ? $"{Golden}/{what}{Suffix}" : what;
            return Single(name, Key(path), Parse(name, path, git.Text(revision, path)));
        }
        if (git.IsRevision(name))
        {
            return Set(name, git.Files(name, Golden).Where(f => f.EndsWith(Suffix, StringComparison.Ordinal))
                .ToDictionary(Key, f => Parse($"{name}:{f}", f, git.Text(name, f))));
        }
        throw UserException.Mismatch(name,
            $"a file, the folder of a run, a preset ({string.Join(", ", Presets.Names)}), a git revision, or REVISION:PRESET",
            "nothing of that name");
    }

    /// <summary>The verified schedules of the tree.</summary>
    /// <param name="root">Root of the repository.</param>
    /// <exception cref="UserException">There are none.</exception>
    public static Source Tree(string root) => Folder(Path.Combine(root, Golden)) with { Name = "the working tree" };

    /// <summary>Pairs the schedules of two sides.</summary>
    /// <param name="old">The one side.</param>
    /// <param name="new">The other.</param>
    /// <returns>Name, schedule and schedule; null where one side has none of that name.</returns>
    /// <exception cref="UserException">One side is a single schedule that the set on the other lacks.</exception>
    public static IEnumerable<(string Name, ScheduleDocument? Old, ScheduleDocument? New)> Pair(Source old, Source @new)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        if (!old.IsSet && !@new.IsSet)
            return [($"{old.Name} -> {@new.Name}", old.Documents.Values.Single(), @new.Documents.Values.Single())];
        IEnumerable<string> names = old.Documents.Keys.Union(@new.Documents.Keys).Order(StringComparer.Ordinal);
        if (old.IsSet != @new.IsSet)
        {
            (Source set, Source one) = old.IsSet ? (old, @new) : (@new, old);
            names = one.Documents.Keys;
            if (!set.Documents.ContainsKey(names.Single()))
                throw UserException.Mismatch(set.Name, $"a schedule \"{names.Single()}\"", "none of that name");
        }
        return names.Select(n => (n, old.Documents.GetValueOrDefault(n), @new.Documents.GetValueOrDefault(n)));
    }

    private static Source Folder(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*" + Suffix)];
        return files.Length == 0
            ? throw UserException.Mismatch(folder, $"the folder of a run, or files *{Suffix}", "neither")
            : Set(folder, files.ToDictionary(Key, f => Parse(f, f, ReadText(f))));
    }

    private static Source One(string name, string path) => Single(name, Key(path), Parse(path, path, ReadText(path)));

    private static Source Single(string name, string key, ScheduleDocument document) =>
        new(name, new Dictionary<string, ScheduleDocument>(StringComparer.Ordinal) { [key] = document }, false);

    private static Source Set(string name, Dictionary<string, ScheduleDocument> documents) => new(name, documents, true);

    private static string Key(string path)
    {
        string file = Path.GetFileName(path);
        return file.EndsWith(Suffix, StringComparison.Ordinal) ? file[..^Suffix.Length] : Path.GetFileNameWithoutExtension(file);
    }

    private static ScheduleDocument Parse(string source, string path, string text)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return VerifiedText.Read(source, text);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return ReferenceJson.IsSchedule(document.RootElement)
                ? ReferenceJson.Read(source, document.RootElement)
                : ScheduleDocument.Of(source, ConfigJson.Parse(text, source).Generator);
        }
        catch (JsonException e)
        {
            throw new UserException($"{source}: not JSON: {e.Message}", e);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            long bytes = new FileInfo(path).Length;
            return bytes <= MostBytes
                ? File.ReadAllText(path)
                : throw UserException.Mismatch(path, FormattableString.Invariant($"at most {MostBytes} bytes"), $"{bytes}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }
}
