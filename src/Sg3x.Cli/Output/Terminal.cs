using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sg3x.Cli.Output;

/// <summary>
/// Where text for people goes: colours, boxes and live updates on a terminal, plain lines in a file or a pipe.
/// </summary>
internal sealed class Terminal
{
    private const int WidthWithoutTerminal = 160;

    private Terminal(IAnsiConsole console, bool isTerminal)
    {
        Console = console;
        IsTerminal = isTerminal;
    }

    /// <summary>Spectre's console.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether a person is watching: only then are there control codes.</summary>
    public bool IsTerminal { get; }

    /// <summary>Standard output.</summary>
    public static Terminal Out() => Create(System.Console.Out, System.Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static Terminal Error() => Create(System.Console.Error, System.Console.IsErrorRedirected);

    /// <summary>Prints one line as it is.</summary>
    public void Line(string text = "") => Console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Prints an error message, the word in red on a terminal.</summary>
    public void Failure(string message) => Labelled("error", Color.Red, message);

    /// <summary>Prints a warning, the word in yellow on a terminal.</summary>
    public void Warning(string message) => Labelled("warning", Color.Yellow, message);

    /// <summary>Prints what came of a check: the verdict in green, red or yellow, what was checked, and what to do about
    /// it.</summary>
    public void Verdict(Verdict verdict, string check, string? advice = null)
    {
        (string word, Color colour) = verdict switch
        {
            Output.Verdict.Ok => ("ok", Color.Green),
            Output.Verdict.Failed => ("FAILED", Color.Red),
            Output.Verdict.Waived => ("waived", Color.Yellow),
            _ => ("not checked", Color.Yellow),
        };
        Console.Write(new Text($"{word,-6}", new Style(colour)));
        Line($"  {check}{(advice is null ? string.Empty : $": {advice}")}");
    }

    /// <summary>Prints a table, a tree, a panel.</summary>
    public void Write(IRenderable renderable)
    {
        if (IsTerminal)
        {
            Console.Write(renderable);
            return;
        }

        // Spectre fills lines with blanks up to the width of a table: of no use in a file.
        using var text = new StringWriter();
        IAnsiConsole plain = Plain(text);
        plain.Write(renderable);
        foreach (string line in text.ToString().TrimEnd().Split('\n'))
        {
            Line(line.TrimEnd());
        }
    }

    private void Labelled(string label, Color colour, string message)
    {
        if (IsTerminal)
        {
            Console.Write(new Text(label, new Style(colour, decoration: Decoration.Bold)));
            Line($": {message}");
        }
        else
        {
            Line($"{label}: {message}");
        }
    }

    private static Terminal Create(TextWriter writer, bool redirected)
    {
        // Everything is decided by the stream itself: Spectre would otherwise turn colours on for some build servers.
        bool terminal = !redirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        if (!terminal)
        {
            return new Terminal(Plain(writer), isTerminal: false);
        }

        bool colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        return new Terminal(console, console.Profile.Capabilities.Ansi);
    }

    private static IAnsiConsole Plain(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
