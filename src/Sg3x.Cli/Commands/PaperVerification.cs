using Sg3x.Checkpoints;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Cli.Commands;

/// <summary>How <c>sg3x verify</c> checks and what it leaves.</summary>
/// <param name="Quick">Only the quick checks.</param>
/// <param name="Json">Output for programs.</param>
/// <param name="Page">File of the page to write, or null.</param>
/// <param name="Waivers">What the configuration may depart from.</param>
internal sealed record PaperVerificationOptions(bool Quick, bool Json, string? Page, Waivers Waivers);

/// <summary><c>sg3x verify</c> without files of reference values: production against the papers.</summary>
internal static class PaperVerification
{
    private const int MostSamples = 16;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    /// <summary>Verifies what this build makes of a configuration.</summary>
    /// <param name="name">What the configuration was given as.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Which checks, which output.</param>
    /// <returns>The exit code.</returns>
    public static int OfConfiguration(string name, RunConfig config, Device device, PaperVerificationOptions options) =>
        Run(
            name,
            Subject.Production(config.Generator, device) with
            {
                Precision = config.Training.ComputeType() ?? ScalarType.Float32,
            },
            options);

    /// <summary>Verifies a network by what its weights cannot excuse.</summary>
    /// <param name="path">File of the network.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Which checks, which output.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UserException">The file holds no network.</exception>
    public static int OfNetwork(string path, Device device, PaperVerificationOptions options)
    {
        using Generator network = NetworkFile.LoadGenerator(path, device);
        return Run(path, Subject.OfNetwork(network), options);
    }

    private static int Run(string name, Subject subject, PaperVerificationOptions options)
    {
        IReadOnlyList<ICheck> checks = options.Quick ? CheckRegistry.Quick : CheckRegistry.All;
        VerificationReport report = CheckProgress.Around(
            Terminal.Error(), progress => VerificationReport.Run(name, subject, checks, progress, options.Waivers));
        // The verdict first: what is broken may keep the page from being made.
        if (options.Json)
        {
            Console.Out.WriteLine(ReportJson.Format(report));
        }
        else
        {
            CheckTable.Print(Terminal.Out(), report);
        }

        if (options.Page is string page)
        {
            HtmlReport.Write(page, report, subject, CheckProgress.Around(
                Terminal.Error(), "Measuring equivariance …", () => EquivarianceFigures.Measure(subject, MostSamples, Budget)));
            if (!options.Json)
            {
                Terminal.Out().Line($"Page: {page}");
            }
        }

        return report.Passed ? ExitCode.Done : ExitCode.CheckFailed;
    }
}
