using System.Globalization;
using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Sg3x.Schedule;
using Sg3x.Training;
using TorchSharp;

namespace Sg3x.Cli.Output;

/// <summary>Prints what a run would be and what it would take.</summary>
internal static class DryRunReport
{
    /// <summary>Prints the configuration as its run would record it, the layers, and the estimates.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="unverified">The run would train in spite of what fails.</param>
    public static void Print(Terminal terminal, RunConfig config, bool unverified)
    {
        bool cuda = config.Training.Device.StartsWith("cuda", StringComparison.Ordinal)
            || (config.Training.Device == "auto" && torch.cuda.is_available());
        TrainingEstimate estimate = TrainingEstimate.Of(config, cuda);
        terminal.Line(ConfigJson.Format(config).TrimEnd());
        terminal.Line();
        LayerTable.Print(terminal, LayerSchedule.Create(config.Generator));
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"Parameters: {estimate.GeneratorParameters:N0} of G, {estimate.DiscriminatorParameters:N0} of D"));
        terminal.Line($"Memory, about: {TrainingDisplay.Memory(estimate.TotalBytes)}"
            + $" ({TrainingDisplay.Memory(estimate.WeightBytes)} weights and optimisers,"
            + $" {TrainingDisplay.Memory(estimate.ActivationBytes)} activations), and the libraries' own");
        terminal.Line($"Time, about: {TrainingDisplay.Duration(estimate.TotalSeconds)} for {Text(config.Training.Kimg)} kimg,"
            + $" {Text(Math.Round(estimate.SecondsPerKimg, 1))} s/kimg ({estimate.Assumptions})");
        PrintDepartures(terminal, config, unverified);
        terminal.Line("A dry run: nothing was trained and nothing written.");
    }

    /// <summary>What the run's preflight would find in its configuration; what it would find in the build takes longer.</summary>
    private static void PrintDepartures(Terminal terminal, RunConfig config, bool unverified)
    {
        var report = VerificationReport.Run(
            config.Preset, Subject.Production(config.Generator), [.. Waivers.Possible.Select(CheckRegistry.Find)], null,
            Waivers.Of(config.Training.Waived));
        foreach ((string id, string text) in report.Explanations())
        {
            terminal.Warning($"{(unverified ? "would be trained and marked" : "would be refused")}: {id}: {text}");
        }

        CheckTable.PrintDepartures(terminal, report);
        if (report.Count(CheckStatus.Failed) > 0 && !unverified)
        {
            CheckTable.PrintRemedies(terminal, report);
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
