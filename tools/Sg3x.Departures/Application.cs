using System.Globalization;
using Sg3x.Configuration;
using Sg3x.Training;

namespace Sg3x.Departures;

/// <summary>The command: parses its arguments, trains and measures what is not done yet, prints the table.</summary>
public static class Application
{
    private const int Done = 0, RunStopped = 1, BadInput = 2, Interrupted = 130;

    private const string Usage = """
        departures FOLDER [--resolution PIXELS] [--kimg N] [--data FOLDER|ZIP|cats:] [--samples N] [--set PATH=VALUE]...

        Trains the write-up's run (the settings of the preset sg3x-128) at a size that two processor cores can carry: as the
        papers have it, and with each single departure of that write-up. Measures each and prints the table, in markdown.
          FOLDER         new or empty, or one that this command began: it goes on where it stopped, with the same settings
          --resolution   width and height of the images (32)
          --kimg         thousands of images that each run shows (4)
          --data         real images (cats:2000, drawn cats)
          --samples      images that each trained network is measured on (1000)
          --set          any value of the configuration, in all runs (see sg3x train --dry-run)
        Each run is a folder as sg3x train leaves it. The table is in FOLDER/table.md and, with all figures, FOLDER/table.json.
        Exit code: 0 done, 1 a run could not be finished, 2 bad input or usage, 130 interrupted with everything saved.
        """;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">Where the table goes. What trains writes to standard output itself.</param>
    /// <param name="error">Where messages go.</param>
    /// <returns>Exit code: 0 done, 1 a run could not be finished, 2 bad input or usage, 130 interrupted.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (arguments is ["--help" or "-h"])
        {
            output.WriteLine(Usage);
            return Done;
        }

        try
        {
            return Arguments.Parse(arguments) is { } given ? Run(given, output) : BadUsage(error);
        }
        catch (UserException e)
        {
            error.WriteLine($"departures: {e.Message}");
            return BadInput;
        }
    }

    private static int BadUsage(TextWriter error)
    {
        error.WriteLine(Usage);
        return BadInput;
    }

    private static int Run(Arguments given, TextWriter output)
    {
        string folder = Path.GetFullPath(given.Folder), file = Path.Combine(folder, "settings.json");
        Settings settings = given.Over(Settings.Load(file), file);
        RunConfig paper = settings.Paper();
        if (!File.Exists(file))
        {
            if (Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Any() : File.Exists(folder))
                throw UserException.Mismatch(folder, "a new or empty folder, or one that this command began", "something else");
            settings.Save(file);
        }

        var programs = Programs.In(Path.Combine(folder, "programs"));
        using var interruption = new Interruption();
        List<Result> results = [];
        foreach (Departure departure in Departure.All)
        {
            var run = new DepartureRun(departure, folder, settings, paper, programs, interruption);
            int code = run.Train(output);
            if (code == RunStopped && run.HasStopped)
            {
                // The state in front of a step that was not made: a result like any other, and nothing to measure.
                results.Add(run.Stopped());
            }
            else
            {
                Result? result = null;
                code = code == Done ? run.Measure(output, out result) : code;
                if (code != Done)
                    return End(code, given.Folder, file, folder, output, interruption);
                results.Add(result!);
            }

            Table.Write(folder, settings, paper, results);
        }

        output.WriteLine();
        output.Write(Table.Markdown(settings, paper, results));
        output.WriteLine(
            $"In {Path.Combine(given.Folder, "table.md")}, with all figures in {Path.Combine(given.Folder, "table.json")}.");
        return results.Any(result => result.StoppedBecause is not null) ? RunStopped : Done;
    }

    private static int End(int code, string name, string file, string folder, TextWriter output, Interruption interruption)
    {
        if (interruption.Requested || code == Interrupted)
        {
            output.WriteLine($"Interrupted; everything is saved. To go on: tools/departures {name}");
            return Interrupted;
        }

        if (code == BadInput && Departure.All.All(d => !File.Exists(new RunFolder(Path.Combine(folder, d.Name)).Config)))
        {
            // Nothing has begun with these settings: others may.
            File.Delete(file);
            Directory.Delete(Path.Combine(folder, "programs"), recursive: true);
        }

        return code;
    }

    /// <summary>What was asked for; null is what was left out.</summary>
    private sealed record Arguments(
        string Folder, int? Resolution, double? Kimg, string? Data, int? Samples, IReadOnlyList<string> Set)
    {
        private static readonly string[] s_options = ["--resolution", "--kimg", "--data", "--samples", "--set"];

        /// <summary>Reads arguments; null where they are no usage of the command.</summary>
        /// <exception cref="UserException">A value is not of its kind.</exception>
        public static Arguments? Parse(IReadOnlyList<string> arguments)
        {
            List<string> folders = [], set = [];
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            for (int i = 0; i < arguments.Count; i++)
            {
                string argument = arguments[i];
                if (!argument.StartsWith('-'))
                    folders.Add(argument);
                else if (!s_options.Contains(argument) || ++i == arguments.Count)
                    return null;
                else if (argument == "--set")
                    set.Add(arguments[i]);
                else if (!values.TryAdd(argument, arguments[i]))
                    throw UserException.Mismatch(argument, "one value", $"{values[argument]} and {arguments[i]}");
            }

            return folders is not [{ Length: > 0 } folder] ? null : new Arguments(
                folder, Whole("--resolution", 16, 4096), Number("--kimg"), values.GetValueOrDefault("--data"),
                Whole("--samples", 2, 1_000_000), set);

            int? Whole(string name, int least, int most) =>
                !values.TryGetValue(name, out string? text) ? null
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                    && value >= least && value <= most ? value
                    : throw UserException.Mismatch(name, $"a whole number from {least} to {most}", $"\"{text}\"");

            double? Number(string name) =>
                !values.TryGetValue(name, out string? text) ? null
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && value is > 0 and < 1e6 ? value
                    : throw UserException.Mismatch(name, "a number above 0 and below 1000000", $"\"{text}\"");
        }

        /// <summary>The settings to go on with: those that a folder began with, or new ones.</summary>
        /// <exception cref="UserException">The folder began with others.</exception>
        public Settings Over(Settings? begun, string file)
        {
            Settings before = begun ?? new Settings();
            Settings asked = new Settings
            {
                Resolution = Resolution ?? before.Resolution,
                Kimg = Kimg ?? before.Kimg,
                Data = Data ?? before.Data,
                Samples = Samples ?? before.Samples,
                Set = Set.Count > 0 ? Set : before.Set,
            }.WithFullName();
            if (begun is not null && !(asked with { Set = begun.Set } == begun && asked.Set.SequenceEqual(begun.Set)))
            {
                throw UserException.Mismatch(
                    "options", $"those that the runs there began with ({file}), or none", "others");
            }

            return asked;
        }
    }
}
