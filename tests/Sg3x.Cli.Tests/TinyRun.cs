using System.Globalization;

namespace Sg3x.Cli.Tests;

/// <summary>Options of the smallest run that is still a whole one: 16² pixels, four channels, four images a step.</summary>
internal static class TinyRun
{
    /// <summary>Five iterations.</summary>
    public const double Kimg = 0.02;

    public static string[] Train(double kimg, params string[] more) =>
    [
        "train", "--preset", "demo", "--resolution", "16", "--batch", "4", "--threads", "1",
        "--kimg", kimg.ToString(CultureInfo.InvariantCulture),
        "--set", "generator.channelMax=4", "generator.channelBase=64", "generator.zDim=8", "generator.wDim=8",
        "generator.layers=4",
        "discriminator.channelMax=4", "discriminator.channelBase=64",
        "snapshots.tickKimg=0.008", "snapshots.samplesKimg=0", "snapshots.checkpointKimg=0",
        "snapshots.gridColumns=2", "snapshots.gridRows=2", "snapshots.distanceImages=0",
        .. more,
    ];

    public static string[] OnCats(string folder, double kimg = Kimg) => Train(kimg, "--data", "cats:8", "--out", folder);
}
