using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sg3x.Cli.Output;

/// <summary>The examples that close the help of a command.</summary>
internal static class Examples
{
    private static readonly Dictionary<Command, (string Line, string Meaning)[]> ByCommand = [];

    /// <summary>Gives a command its examples.</summary>
    public static void For(Command command, params (string Line, string Meaning)[] examples) => ByCommand[command] = examples;

    /// <summary>Prints the examples of a command, where it has any.</summary>
    public static void Print(Command command, TextWriter output)
    {
        if (!ByCommand.TryGetValue(command, out (string Line, string Meaning)[]? examples))
        {
            return;
        }

        output.WriteLine("Examples:");
        foreach ((string line, string meaning) in examples)
        {
            output.WriteLine($"  {line}");
            output.WriteLine($"      {meaning}");
        }

        output.WriteLine();
    }
}

/// <summary>The help of System.CommandLine, followed by the command's examples.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private const int WidthWithoutTerminal = 120;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var help = new HelpAction();
        if (Console.IsOutputRedirected)
        {
            help.MaxWidth = WidthWithoutTerminal;
        }

        help.Invoke(parseResult);
        Examples.Print(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }
}
