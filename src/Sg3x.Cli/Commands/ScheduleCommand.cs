using System.CommandLine;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Schedule;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x schedule</c>: the layers of a preset or a configuration.</summary>
internal static class ScheduleCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
            Description = $"A preset ({string.Join(", ", Presets.Names)}), a configuration in JSON, or a run's folder",
            HelpName = "PRESET|FILE|FOLDER",
        };
        Option<string[]> set = CommonOptions.Set();
        var taps = new Option<bool>("--taps") { Description = "Print every value in full, with the filter taps to nine digits" };
        var json = new Option<bool>("--json") { Description = "Print JSON, in the format that verify --vectors reads" };
        var command = new Command("schedule",
            "Prints the layers of a generator: sizes, rates, cutoffs, filters, padding.")
        {
            source, set, taps, json,
        };
        command.SetAction(result =>
        {
            GeneratorConfig config = ConfigSource.Load(result.GetRequiredValue(source), result.GetValue(set) ?? []).Generator;
            Print(LayerSchedule.Create(config), result.GetValue(json), result.GetValue(taps));
            return ExitCode.Done;
        });
        Examples.For(command,
            ("sg3x schedule t-256", "the layers of config T at 256²"),
            ("sg3x schedule demo --set generator.layers=6 --taps", "a changed preset, with every filter tap"),
            ("sg3x schedule r-512 --json >r-512.json && sg3x verify --vectors r-512.json", "as JSON, and back"));
        return command;
    }

    private static void Print(LayerSchedule schedule, bool json, bool taps)
    {
        if (json)
        {
            Console.Out.WriteLine(ScheduleJson.Render(schedule));
        }
        else if (taps)
        {
            Console.Out.Write(ScheduleText.Render(schedule));
        }
        else
        {
            LayerTable.Print(Terminal.Out(), schedule);
        }
    }
}
