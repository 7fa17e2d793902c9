using System.Globalization;
using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;

namespace Sg3x.Departures;

/// <summary>What all runs of a folder have in common.</summary>
internal sealed record Settings
{
    public const string Preset = "sg3x-128";
    private const int Batch = 8;
    private const int Channels = 32;
    private const int Lines = 25;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Width and height of the images in pixels.</summary>
    public int Resolution { get; init; } = 32;

    /// <summary>Thousands of images that each run shows.</summary>
    public double Kimg { get; init; } = 4;

    /// <summary>The real images, as <c>sg3x train --data</c> takes them. The write-up had 2 000.</summary>
    public string Data { get; init; } = "cats:2000";

    /// <summary>Images, and pairs of images, that each trained network is measured on.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>What else is set in every run, as <c>path=value</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Reads the settings of a folder; null where it has none.</summary>
    /// <exception cref="UserException">They cannot be read.</exception>
    public static Settings? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Settings>(File.ReadAllText(path), s_json) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    public void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, s_json) + "\n");

    /// <summary>The run as the papers have it, checked.</summary>
    /// <exception cref="UserException">A value is out of its range.</exception>
    public RunConfig Paper() => ConfigOverrides.Apply(Presets.Get(Preset), [.. Assignments(), .. Set]).Validate();

    /// <summary>
    /// The preset's settings at this size: channels in the preset's proportions (the last layer has half of the first's), γ by
    /// pixels over batch, and what the write-up's run states in thousands of images shortened as the run is.
    /// </summary>
    public string[] Assignments()
    {
        RunConfig full = Presets.Get(Preset);
        double shorter = Kimg / full.Training.Kimg, size = (double)Resolution / full.Generator.Resolution;
        string channels = $"{Channels * Resolution / 2}";

        // Between two lines an odd number of updates of p: steps of a quarter never add up to whole ones.
        double updates = Kimg * 1000 / (Batch * full.Augmentation.Interval * Lines);
        int odd = 2 * (int)Math.Min(Math.Max(updates / 2, 0), 1e6) + 1;
        double line = odd * Batch * full.Augmentation.Interval / 1000.0;
        return
        [
            $"resolution={Resolution}",
            $"generator.channelBase={channels}", $"generator.channelMax={Channels}",
            $"discriminator.channelBase={channels}", $"discriminator.channelMax={Channels}",
            $"data={Data}", $"batch={Batch}", $"kimg={Text(Kimg)}",
            $"gamma={Text(full.Training.R1Gamma * size * size * full.Training.Batch / Batch)}",
            $"ada-kimg={Text(full.Augmentation.Kimg * shorter)}",
            $"training.emaHalfLifeKimg={Text(full.Training.EmaHalfLifeKimg!.Value * shorter)}",
            $"monitors.collapseKimg={Text(Math.Min(full.Monitors.CollapseKimg, Kimg / 4))}",
            $"monitors.layersKimg={Text(Math.Min(full.Monitors.LayersKimg, Kimg / 4))}",
            $"monitors.memorisationKimg={Text(Math.Min(full.Monitors.MemorisationKimg, Kimg / 2))}",
            string.Create(CultureInfo.InvariantCulture, $"snapshots.tickKimg={line}"),
            $"snapshots.samplesKimg={Text(Kimg / 4)}", $"snapshots.checkpointKimg={Text(Kimg / 8)}",
            "snapshots.distanceImages=0",
        ];
    }

    /// <summary>With a data set's name that does not depend on the folder the command is given in.</summary>
    public Settings WithFullName() => this with { Data = ImageDatasets.FullName(Data) };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
