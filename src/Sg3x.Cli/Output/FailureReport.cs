using System.Globalization;
using System.Text;
using Sg3x.Training;

namespace Sg3x.Cli.Output;

/// <summary>Turns an exception into a message a person can act on and the exit code that goes with it.</summary>
internal static class FailureReport
{
    private const string OutOfMemoryAdvice =
        "Out of memory: a smaller batch or resolution needs less (train: --batch-device, --remat).";

    /// <summary>Prints what happened to standard error; returns the exit code.</summary>
    public static int Print(Exception exception, bool debug, IReadOnlyList<string> arguments)
    {
        exception = Unwrap(exception);
        if (Explain(exception) is string message)
        {
            Terminal.Error().Failure(message);
            if (debug)
            {
                Terminal.Error().Line(exception.ToString());
            }

            return exception is TrainingStoppedException ? ExitCode.CheckFailed : ExitCode.BadInput;
        }

        return ReportBug(exception, debug, arguments);
    }

    /// <summary>The message for a failure that comes from outside the program; null for a bug.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        UserException or TrainingStoppedException => exception.Message,
        DirectoryNotFoundException or FileNotFoundException { FileName: not null } or PathTooLongException => exception.Message,
        UnauthorizedAccessException => exception.Message,
        IOException => exception.Message,
        _ when OutOfMemory.Is(exception) =>
            $"{OutOfMemoryAdvice} ({OutOfMemory.FirstLine(exception)})",
        _ => null,
    };

    private static Exception Unwrap(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [Exception only] } => Unwrap(only),
        System.Reflection.TargetInvocationException { InnerException: Exception inner } => Unwrap(inner),
        _ => exception,
    };

    private static int ReportBug(Exception exception, bool debug, IReadOnlyList<string> arguments)
    {
        Terminal error = Terminal.Error();
        error.Failure($"This is a bug in sg3x: {exception.GetType().Name}: {FirstLine(exception.Message)}");
        if (debug)
        {
            error.Line(exception.ToString());
            return ExitCode.Bug;
        }

        string path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture,
            $"sg3x-bug-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt"));
        try
        {
            File.WriteAllText(path, Details(exception, arguments), Encoding.UTF8);
            error.Line($"The details are in {path}; please report it with that file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // ArgumentException is what .NET makes of a limit on the size of files.
            error.Line("The details could not be written to a file:");
            error.Line(exception.ToString());
        }

        return ExitCode.Bug;
    }

    private static string Details(Exception exception, IReadOnlyList<string> arguments) => string.Join(Environment.NewLine,
    [
        $"sg3x {ProgramVersion.Informational}",
        $"arguments: {string.Join(' ', arguments.Select(a => $"'{a}'"))}",
        $"system: {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}",
        string.Empty,
        exception.ToString(),
        string.Empty,
    ]);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
