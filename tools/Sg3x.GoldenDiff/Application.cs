using System.Text.Json;

namespace Sg3x.GoldenDiff;

/// <summary>The command: parses its arguments, compares, prints.</summary>
public static class Application
{
    private const string Usage = """
        golden-diff OLD [NEW] [--json]

        Compares layer schedules by meaning: which layer, which value, and what the difference does to the signal.
        OLD and NEW are each one of
          a file             a verified schedule (golden/schedules), a schedule in JSON (golden/reference, sg3x schedule --json),
                             or a configuration in JSON
          a folder           of a run, or of verified schedules
          a preset           computed by this build
          REVISION:PRESET    its verified schedule in a git revision; REVISION:PATH a file of it
          REVISION           all verified schedules of a git revision
        NEW is the verified schedules of the working tree if left out.
        Exit code: 0 no difference, 1 a difference, 2 bad input or usage.
        """;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">Where differences go.</param>
    /// <param name="error">Where messages go.</param>
    /// <param name="folder">A folder of the repository, for git revisions and for what stands in for NEW.</param>
    /// <returns>Exit code: 0 no difference, 1 a difference, 2 bad input or usage.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, string folder)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        bool json = arguments.Contains("--json");
        string[] names = [.. arguments.Where(a => a != "--json")];
        if (names is ["--help" or "-h"])
        {
            output.WriteLine(Usage);
            return 0;
        }
        if (names.Length is < 1 or > 2 || names.FirstOrDefault(n => n.StartsWith('-')) is not null)
        {
            error.WriteLine(Usage);
            return 2;
        }
        try
        {
            string root = Root(folder);
            Source old = Source.Find(names[0], root);
            Source @new = names.Length == 2 ? Source.Find(names[1], root) : Source.Tree(root);
            Comparison[] found = [.. Source.Pair(old, @new).Select(Compare)];
            if (json)
                output.WriteLine(JsonSerializer.Serialize(found, Json));
            else
                Print(output, found);
            return found.Any(c => c.Differences.Count > 0) ? 1 : 0;
        }
        catch (UserException e)
        {
            error.WriteLine($"golden-diff: {e.Message}");
            return 2;
        }
    }

    private sealed record Comparison(string Schedule, IReadOnlyList<Difference> Differences);

    private static Comparison Compare((string Name, ScheduleDocument? Old, ScheduleDocument? New) pair)
    {
        return new Comparison(pair.Name, pair switch
        {
            { Old: null } => [new Difference("schedule", pair.Name, "absent", "present", "a new one")],
            { New: null } => [new Difference("schedule", pair.Name, "present", "absent", "it is gone")],
            _ => Comparer.Compare(pair.Old, pair.New),
        });
    }

    private static void Print(TextWriter output, Comparison[] found)
    {
        foreach (Comparison schedule in found)
        {
            output.WriteLine(schedule.Differences.Count == 0 ? $"{schedule.Schedule}: no difference" : $"{schedule.Schedule}:");
            string where = "";
            foreach (Difference difference in schedule.Differences)
            {
                if (difference.Where != where)
                    output.WriteLine($"  {where = difference.Where}");
                output.WriteLine($"    {difference.Value}: {difference.Old} -> {difference.New}");
                output.WriteLine($"      {difference.Effect}");
            }
        }
        int count = found.Sum(c => c.Differences.Count), schedules = found.Count(c => c.Differences.Count > 0);
        if (count > 0)
            output.WriteLine(FormattableString.Invariant($"{count} differences in {schedules} of {found.Length} schedules"));
    }

    private static string Root(string folder)
    {
        string? root = Path.GetFullPath(folder);
        while (root is not null && !Directory.Exists(Path.Combine(root, "golden", "schedules")))
            root = Path.GetDirectoryName(root);
        return root ?? folder;
    }
}
