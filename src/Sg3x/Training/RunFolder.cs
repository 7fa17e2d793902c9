using System.Globalization;

namespace Sg3x.Training;

/// <summary>
/// The layout of a run's folder:
/// <code>
/// config.json                           every value that shapes the run, and the machine and build it ran on
/// preflight.json                        what came of verifying the build before it trained
/// preflight.refused.json                the same of a resumption that was refused
/// log.jsonl                             one JSON object a line: "tick", "distance", "metrics", "warning", "transfer", "start",
///                                       "end"
/// summary.json                          how it ended
/// lock                                  held by the process that trains, and gone with it
/// tensorboard/events.out.tfevents.…     the statistics and sample grids for TensorBoard; a file for each start and resume
/// samples/reals.png                     a grid of real images
/// samples/000004.000kimg.png            G_ema on the run's fixed latents after 4 000 images
/// checkpoints/000004.000kimg.safetensors  everything needed to continue from there
/// checkpoints/best.safetensors          the best state by the chosen metric, a checkpoint as well
/// checkpoints/best-fid-….safetensors    one that was the best by a metric that no longer counts
/// checkpoints/stopped-….safetensors     the state before a step that would have been NaN; for looking, not for resuming
/// </code>
/// </summary>
/// <param name="Root">Path of the folder.</param>
public sealed record RunFolder(string Root)
{
    private const string CheckpointSuffix = "kimg.safetensors";

    // Far beyond any run; a name of more digits is of somebody else's making.
    private const decimal MostKimg = 1e15m;

    /// <summary>Path of the configuration.</summary>
    public string Config => Path.Combine(Root, "config.json");

    /// <summary>Path of what came of verifying the build before it trained.</summary>
    public string Preflight => Path.Combine(Root, "preflight.json");

    /// <summary>What came of it where a run that had trained was not to go on.</summary>
    public string RefusedPreflight => Path.Combine(Root, "preflight.refused.json");

    /// <summary>Path of the log.</summary>
    public string Log => Path.Combine(Root, "log.jsonl");

    /// <summary>Path of the summary.</summary>
    public string Summary => Path.Combine(Root, "summary.json");

    /// <summary>Path of what a process holds while it trains here.</summary>
    internal string Lock => Path.Combine(Root, "lock");

    /// <summary>Folder of TensorBoard's events.</summary>
    public string TensorBoard => Path.Combine(Root, "tensorboard");

    /// <summary>Path of the grid of real images.</summary>
    public string Reals => Path.Combine(Root, "samples", "reals.png");

    /// <summary>Path of a sample grid.</summary>
    /// <param name="images">Images shown so far.</param>
    public string Samples(long images) => Path.Combine(Root, "samples", $"{KimgName(images)}.png");

    /// <summary>Path of a checkpoint.</summary>
    /// <param name="images">Images shown so far.</param>
    public string Checkpoint(long images) =>
        Path.Combine(Root, "checkpoints", KimgName(images) + CheckpointSuffix["kimg".Length..]);

    /// <summary>Path of the best state by the chosen metric. It is none of <see cref="Checkpoints"/>.</summary>
    public string Best => Path.Combine(Root, "checkpoints", "best.safetensors");

    /// <summary>Path of the state that a stop on purpose leaves.</summary>
    /// <param name="images">Images shown so far.</param>
    public string Stopped(long images) =>
        Path.Combine(Root, "checkpoints", $"stopped-{KimgName(images)}{CheckpointSuffix["kimg".Length..]}");

    /// <summary>Path of what was the best state by a metric that no longer counts.</summary>
    /// <param name="metric">Name of the metric.</param>
    /// <param name="images">Images shown before it.</param>
    internal string BestBy(string metric, long images) =>
        Path.Combine(Root, "checkpoints", $"best-{metric}-{KimgName(images)}{CheckpointSuffix["kimg".Length..]}");

    /// <summary>Whether something is in the folder beside what a start leaves that was refused by its verification, or killed
    /// before it had a configuration.</summary>
    internal bool HoldsMoreThanAStart() => Directory.EnumerateFileSystemEntries(Root)
        .Any(entry => entry != Preflight && entry != Lock && !(entry.EndsWith(".partial", StringComparison.Ordinal)
            && (entry.StartsWith(Preflight, StringComparison.Ordinal) || entry.StartsWith(Config, StringComparison.Ordinal))));

    /// <summary>The checkpoints, latest first.</summary>
    public IReadOnlyList<string> Checkpoints()
    {
        string folder = Path.Combine(Root, "checkpoints");
        return !Directory.Exists(folder) ? [] :
        [
            .. Directory.GetFiles(folder, $"*{CheckpointSuffix}")
                .Select(path => (Path: path, Kimg: Kimg(path)))
                .Where(c => c.Kimg is not null)
                .OrderByDescending(c => c.Kimg)
                .Select(c => c.Path),
        ];
    }

    /// <summary>Thousands of images with every digit, "000004.032kimg", so that names sort by time.</summary>
    private static string KimgName(long images) =>
        string.Create(CultureInfo.InvariantCulture, $"{images / 1000:D6}.{images % 1000:D3}kimg");

    /// <summary>Thousands of images in the name of a checkpoint; null where the name is of another form.</summary>
    internal static decimal? Kimg(string path)
    {
        string name = Path.GetFileName(path)[..^CheckpointSuffix.Length];
        return decimal.TryParse(name, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal kimg)
            && kimg <= MostKimg
            ? kimg
            : null;
    }
}
