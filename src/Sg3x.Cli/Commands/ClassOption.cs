using System.CommandLine;
using System.Globalization;

namespace Sg3x.Cli.Commands;

/// <summary><c>--class</c>: which class a network with classes makes images of.</summary>
internal static class ClassOption
{
    /// <summary>The option.</summary>
    /// <param name="otherwise">What goes without it.</param>
    public static Option<int?> Create(string otherwise) => new("--class")
    {
        Description = $"The class to make images of, of a network that was trained with --cond; {otherwise}",
        HelpName = "N",
    };

    /// <summary>Checks a class that a network has to be given, and no other may be.</summary>
    /// <param name="number">What was given.</param>
    /// <param name="classes">How many classes the network has; 0: it is not conditional.</param>
    /// <returns>The class; null of a network without classes.</returns>
    /// <exception cref="UserException">There is no such class, or none was given, or the network has none.</exception>
    public static int? Demand(int? number, int classes) => (number, classes) switch
    {
        (null, 0) => null,
        (int given, 0) => throw UserException.Mismatch("--class", "none, since the network has no classes", Text(given)),
        (null, _) => throw UserException.Mismatch("--class", $"0 to {Text(classes - 1)}, one of the network's classes", "none"),
        (int given, _) => CommonOptions.InRange("--class", given, 0, classes - 1),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
