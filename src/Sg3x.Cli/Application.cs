using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Sg3x.Cli.Commands;
using Sg3x.Cli.Output;

namespace Sg3x.Cli;

/// <summary>The command <c>sg3x</c>: the tree of commands, what they have in common, and how the program ends.</summary>
internal static class Application
{
    private static readonly Option<bool> DebugOption = new("--debug")
    {
        Description = "On a bug in the program, print the stack instead of writing it to a file",
        Recursive = true,
    };

    /// <summary>Parses the arguments, runs the command they name, and turns whatever happens into an exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        NativeEnvironment.Prepare();
        if (arguments.FirstOrDefault(IsCutOff) is string cutOff)
        {
            // The parser would take the next option for its value.
            Terminal.Error().Failure($"{cutOff.TrimEnd('=')}: expected a value after \"=\", found nothing.");
            return ExitCode.BadInput;
        }

        ParseResult result = Root().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            return result.Action is ParseErrorAction or null && result.Errors.Count > 0
                ? ReportUsage(result)
                : result.Invoke(new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                });
        }
        catch (Exception exception)
        {
            return FailureReport.Print(exception, result.GetValue(DebugOption), arguments);
        }
    }

    private static bool IsCutOff(string argument) => argument.StartsWith("--", StringComparison.Ordinal)
        && argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1;

    private static Command Root()
    {
        var root = new Command("sg3x",
            "Trains StyleGAN3 (alias-free) generators, makes images with them, and holds itself and other implementations to"
            + " the papers.");
        root.Options.Add(new HelpOption { Action = new HelpWithExamples() });
        root.Options.Add(DoctorCommand.VersionOption());
        root.Options.Add(DebugOption);
        root.Subcommands.Add(TrainCommand.Create());
        root.Subcommands.Add(GenerateCommand.Create());
        root.Subcommands.Add(MetricsCommand.Create());
        root.Subcommands.Add(VideoCommand.Create());
        root.Subcommands.Add(DatasetCommand.Create());
        root.Subcommands.Add(ScheduleCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        Examples.For(root,
            ("sg3x train", "train the demo on drawn cats, some ten minutes on two cores, into runs/00000-demo"),
            ("sg3x generate runs/00000-demo --seeds 0-15", "a grid of sixteen images from that run"),
            ("sg3x verify --candidate candidate.json", "judge another implementation from what it exports (docs/candidate.md)"),
            ("sg3x train --help", "all options of a command"));
        return root;
    }

    private static int ReportUsage(ParseResult result)
    {
        if (result.Tokens.Count == 0)
        {
            Console.SetOut(Console.Error);
            new HelpWithExamples().Invoke(result);
            return ExitCode.BadInput;
        }

        Terminal error = Terminal.Error();
        Command command = result.CommandResult.Command;
        if (command.Subcommands.Count > 0 && result.UnmatchedTokens is [string unknown, ..])
        {
            string commands = string.Join(", ", command.Subcommands.Select(c => c.Name));
            error.Failure($"There is no command '{unknown}'; there are {commands}.");
        }
        else
        {
            foreach (string message in result.Errors.Select(Describe).Distinct())
            {
                error.Failure(message);
            }
        }

        error.Line($"See: {CommandPath(result)} --help");
        return ExitCode.BadInput;
    }

    // The parser's own texts name .NET types, and an argument that is missing not at all.
    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return $"Expected {missing.Argument.HelpName ?? missing.Argument.Name}, found nothing.";
        }

        OptionResult? option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (option is { Tokens: [{ Value: string text }, ..] }
            && error.Message.Contains("as expected type", StringComparison.Ordinal))
        {
            string expected = option.Option.ValueType == typeof(double) ? "a number" : "a whole number";
            return $"{option.Option.Name}: expected {expected}, found \"{text}\".";
        }

        return error.Message;
    }

    private static string CommandPath(ParseResult result)
    {
        var names = new List<string>();
        for (SymbolResult? s = result.CommandResult; s is not null; s = s.Parent)
        {
            if (s is CommandResult command)
            {
                names.Insert(0, command.Command.Name);
            }
        }

        return string.Join(' ', names);
    }
}
