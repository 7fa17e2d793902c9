using System.Globalization;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Shows on a terminal which check is being made; nothing in a file or a pipe.</summary>
internal static class CheckProgress
{
    /// <summary>Runs something that tells before each check its name, the number done and the number there are.</summary>
    public static T Around<T>(Terminal terminal, Func<Action<string, int, int>?, T> run) => !terminal.IsTerminal
        ? run(null)
        : terminal.Console.Status().Start("Verifying …", status => run((id, done, of) =>
            status.Status = string.Create(CultureInfo.InvariantCulture, $"{done} of {of} checks done; {id} …").EscapeMarkup()));

    /// <summary>Runs something that says nothing meanwhile.</summary>
    public static T Around<T>(Terminal terminal, string what, Func<T> run) => !terminal.IsTerminal
        ? run()
        : terminal.Console.Status().Start(what.EscapeMarkup(), _ => run());
}
