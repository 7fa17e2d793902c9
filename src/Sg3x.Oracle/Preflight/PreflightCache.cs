using System.Text.Json;
using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Oracle.Reports;

namespace Sg3x.Oracle.Preflight;

/// <summary>Outcomes that passed, by their key, in a folder of the user's: <c>$XDG_CACHE_HOME/sg3x/preflight</c>.</summary>
public static class PreflightCache
{
    private const int Most = 64;
    private const long MaxBytes = 16 << 20;

    /// <summary>The folder of this user; null where there is none.</summary>
    public static string? DefaultFolder() => UserCache.Folder("preflight");

    /// <summary>The outcome of a file, where it passed and has this key; null for any other, and for a file that is
    /// none.</summary>
    internal static JsonObject? Read(string path, string key)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxBytes || JsonNode.Parse(File.ReadAllText(path)) is not JsonObject outcome)
                return null;
            bool passed = (string?)outcome["key"] == key && (bool?)outcome["passed"] == true && (string?)outcome["at"] is not null
                && (int?)outcome["counts"]?["failed"] == 0 && (int?)outcome["counts"]?["passed"] > 0
                && (int?)outcome["counts"]?["waived"] == Waived(outcome).Count();
            return passed ? outcome : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            // What cannot be read is not an outcome: the checks are made again.
            return null;
        }
    }

    /// <summary>What was waived in an outcome: the checks, and what they found.</summary>
    /// <exception cref="InvalidOperationException">The file is none that was written as an outcome.</exception>
    internal static IEnumerable<(string Id, string Text)> Waived(JsonObject outcome) =>
        outcome["waived"] is JsonArray list
            ? list.Select(w => (w?["id"]?.GetValue<string>(), w?["text"]?.GetValue<string>()) is (string id, string text)
                ? (id, text)
                : throw new InvalidOperationException("A waived check without its name or its departures."))
            : throw new InvalidOperationException("No list of waived checks.");

    /// <summary>Keeps an outcome that passed. A cache that cannot be written costs the next run its seconds, and no
    /// more.</summary>
    internal static void Keep(string folder, string key, string outcome)
    {
        try
        {
            AtomicFile.WriteText(PathOf(folder, key), outcome);
            foreach (FileInfo old in new DirectoryInfo(folder).EnumerateFiles("*.json")
                .OrderByDescending(f => f.LastWriteTimeUtc).Skip(Most))
            {
                old.Delete();
            }
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
        {
        }
    }

    internal static string PathOf(string folder, string key) => Path.Combine(folder, $"{key}.json");

    internal static string Format(JsonObject outcome) => outcome.ToJsonString(ReportJson.Options) + "\n";
}
