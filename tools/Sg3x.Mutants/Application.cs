using System.Diagnostics;
using System.Globalization;
using static System.FormattableString;

namespace Sg3x.Mutants;

/// <summary>The command: parses its arguments, runs mutants, prints what survives.</summary>
public static class Application
{
    private const double Wanted = 0.95;

    private const string Usage = """
        mutants [spec | schedule | ops]… [--sample N] [--seed S] [--file PART] [--all] [--list] [--tests]

        Changes one operator, boundary, condition or constant at a time and runs the tests that reach it, until one fails.
          --sample N   mutants per target, drawn at random; 250 if not given
          --seed S     of the draw; 1 if not given
          --all        every mutant
          --file PART  only files whose path contains PART
          --list       print the mutants, run nothing
          --tests      print the tests, their times and how many mutants each reaches
        Survivors are printed by file and line. Exit code: 0 at least 95 % killed, 1 fewer, 2 bad usage, no build or no mutant.
        """;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var targets = new List<Target>();
        int sample = 250, seed = 1;
        string part = "";
        bool list = false, tests = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            bool hasNumber = i + 1 < arguments.Count
                && int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out int number) && number >= 0;
            if (Target.All.FirstOrDefault(t => t.Name == argument) is { } target)
                targets.Add(target);
            else if (argument == "--sample" && hasNumber)
                sample = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
            else if (argument == "--seed" && hasNumber)
                seed = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
            else if (argument == "--file" && i + 1 < arguments.Count)
                part = arguments[++i];
            else if (argument == "--all")
                sample = int.MaxValue;
            else if (argument == "--list")
                list = true;
            else if (argument == "--tests")
                tests = true;
            else
            {
                (argument is "--help" or "-h" ? Console.Out : Console.Error).WriteLine(Usage);
                return argument is "--help" or "-h" ? 0 : 2;
            }
        }
        string root = Root();
        IReadOnlyList<Equivalent> equivalents = Equivalents.Read(Path.Combine(AppContext.BaseDirectory, "equivalent.json"));
        var scores = new List<Score>();
        try
        {
            foreach (Target target in targets.Count > 0 ? targets : Target.All)
                scores.Add(RunTarget(root, target, equivalents, sample, seed, part, list, tests));
        }
        catch (InvalidOperationException e)
        {
            Note($"mutants: {e.Message}");
            return 2;
        }
        if (list || tests)
            return 0;
        Score sum = new(scores.Sum(s => s.Killed), scores.Sum(s => s.Tried), scores.Sum(s => s.Of));
        if (sum.Tried == 0)
            Note("mutants: none to try, which says nothing of the tests");
        else if (scores.Count > 1)
            Print("all", sum);
        return ExitCode(sum);
    }

    /// <summary>0 where enough were killed, 1 where fewer were, 2 where none was tried.</summary>
    /// <param name="score">What came of all.</param>
    public static int ExitCode(Score score) => score.Tried == 0 ? 2 : score.Share >= Wanted ? 0 : 1;

    private static Score RunTarget(
        string root, Target target, IReadOnlyList<Equivalent> equivalents, int sample, int seed, string part, bool list, bool tests)
    {
        var tree = new Tree(root, target);
        Note($"{target.Name}: building");
        tree.Build();
        IReadOnlyList<Mutant> all = tree.Mutate();
        Mutant[] known = [.. all.Where(m => equivalents.Any(e => Equivalents.Means(e, m)))];
        Mutant[] able = [.. all.Except(known).Where(m => m.File.Contains(part, StringComparison.Ordinal))];
        if (list)
        {
            foreach (Mutant mutant in able)
                Console.WriteLine($"{Place(mutant)}: {mutant.Kind}: {mutant.Change}");
            return default;
        }
        Mutant[] drawn = [.. able];
        new Random(seed).Shuffle(drawn);
        drawn = [.. drawn.Take(sample).OrderBy(m => m.Id)];
        using var worker = new Worker(tree, target);
        Note(Invariant($"{target.Name}: {all.Count} mutants, {known.Length} equivalent; running the tests without one"));
        IReadOnlyList<TestRecord> records = worker.Record();
        foreach (TestRecord record in records.Where(r => !r.Passed))
            Console.WriteLine($"{record.Name}: fails without a mutant and is left out: {record.Message}");
        if (tests)
        {
            foreach (TestRecord record in records.OrderByDescending(r => r.Seconds))
                Console.WriteLine(Invariant($"{record.Seconds,8:0.000} s {record.Reached.Count,6}  {record.Class}: {record.Name}"));
            return default;
        }
        Note(Invariant($"{target.Name}: {records.Count} tests, {records.Sum(r => r.Seconds):0} s; {drawn.Length} of {able.Length} mutants"));
        return Try(target, worker, drawn, able.Length, records, all.ToLookup(m => m.File));
    }

    private static Score Try(
        Target target, Worker worker, Mutant[] drawn, int of, IReadOnlyList<TestRecord> records, ILookup<string, Mutant> byFile)
    {
        var watch = Stopwatch.StartNew();
        int killed = 0, done = 0;
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Mutant mutant in drawn)
        {
            int[] able = Able(mutant, records, byFile);
            Outcome outcome = able.Length == 0 ? new Outcome("unreached", -1, "") : worker.Try(mutant.Id, able, mutant.IsStatic);
            states[outcome.State] = states.GetValueOrDefault(outcome.State) + 1;
            done++;
            if (outcome.IsKilled)
                killed++;
            else
                Console.WriteLine(Invariant($"{outcome.State}: {Place(mutant)}: {mutant.Change} ({able.Length} tests)"));
            if (done % 50 == 0)
                Note(Invariant($"{target.Name}: {done} of {drawn.Length}, {killed} killed, {watch.Elapsed.TotalSeconds:0} s"));
        }
        var score = new Score(killed, drawn.Length, of);
        Print(target.Name, score);
        string summary = string.Join(", ", states.OrderByDescending(s => s.Value).Select(s => $"{s.Value} {s.Key}"));
        Console.WriteLine(Invariant($"  {summary}; {watch.Elapsed.TotalSeconds:0} s"));
        return score;
    }

    // The tests that may notice, the quickest first. What is computed once is reached by whichever test comes first, so for such a
    // mutant they are all there are, those first that reach anything of its file.
    private static int[] Able(Mutant mutant, IReadOnlyList<TestRecord> records, ILookup<string, Mutant> byFile)
    {
        HashSet<int> wanted = mutant.IsStatic ? [.. byFile[mutant.File].Select(m => m.Id)] : [mutant.Id];
        return [.. Enumerable.Range(0, records.Count)
            .Where(t => records[t].Passed && (mutant.IsStatic || records[t].Reached.Overlaps(wanted)))
            .OrderByDescending(t => records[t].Reached.Overlaps(wanted)).ThenBy(t => records[t].Seconds)];
    }

    private static void Print(string name, Score score)
    {
        (double low, double high) = score.Interval();
        string interval = score.Tried == score.Of ? "all of them" : Invariant($"of {score.Of}; 95 % interval {low:0.0%} to {high:0.0%}");
        Console.WriteLine(Invariant($"{name}: {score.Killed} of {score.Tried} mutants killed, {score.Share:0.0%} ({interval})"));
    }

    private static string Place(Mutant mutant) => Invariant($"{mutant.File}:{mutant.Line}:{mutant.Column}");

    private static void Note(string text) => Console.Error.WriteLine(text);

    private static string Root()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Sg3x.sln")))
            root = Path.GetDirectoryName(root);
        return root ?? throw new InvalidOperationException("The tool runs from within the repository.");
    }
}
