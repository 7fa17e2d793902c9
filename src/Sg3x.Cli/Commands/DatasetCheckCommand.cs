using System.CommandLine;
using Sg3x.Cli.Output;
using Sg3x.Data;
using Sg3x.Data.Preparation;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x dataset check</c>: what is in a data set, and what is wrong with it.</summary>
internal static class DatasetCheckCommand
{
    private const int MostListed = 8;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Argument<string> source = DatasetCommand.Source();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("check",
            "Reads every image as a training would: how many there are, of which sizes and kinds, every one that is damaged with"
                + " the"
            + " reason, and whether the labels fit. The exit code is 1 where something is wrong.")
        {
            source, json,
        };
        command.SetAction(result =>
        {
            using var interruption = new Interruption(() => { });
            try
            {
                DatasetReport report = CountProgress.Around(Terminal.Error(), "Images checked", progress =>
                    DatasetInspection.Run(result.GetRequiredValue(source), progress: progress, stop: interruption.Token));
                if (result.GetValue(json))
                    Json.Print(report);
                else
                    Print(Terminal.Out(), report);
                return report.Bad.Count == 0 && report.Images > 0 ? ExitCode.Done : ExitCode.CheckFailed;
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        });
        Examples.For(command,
            ("sg3x dataset check photos/", "a folder of one's own"),
            ("sg3x dataset check cats.zip --json", "every size and every damaged entry, for programs"));
        return command;
    }

    private static void Print(Terminal terminal, DatasetReport report)
    {
        terminal.Line($"{report.Source}: {report.Images} sound {(report.Images == 1 ? "image" : "images")}");
        List(terminal, "kinds", report.Kinds);
        List(terminal, "channels", report.Channels);
        List(terminal, "sizes", report.Sizes);
        if (report.Classes is not null)
        {
            terminal.Line($"  classes   {report.Classes.Count}");
            List(terminal, "images by class", report.Classes);
        }

        foreach (SkippedImage bad in report.Bad)
        {
            terminal.Failure(bad.Reason);
        }

        if (report.Bad.Count > 0)
        {
            terminal.Line($"{report.Bad.Count} {(report.Bad.Count == 1 ? "is" : "are")} bad.");
        }
    }

    private static void List(Terminal terminal, string name, IReadOnlyList<Tally> tallies)
    {
        if (tallies.Count == 0)
        {
            return;
        }

        string more = tallies.Count > MostListed ? $" and {tallies.Count - MostListed} more" : "";
        terminal.Line($"  {name,-9} {string.Join(", ", tallies.Take(MostListed).Select(t => $"{t.Name} ({t.Count})"))}{more}");
    }
}
