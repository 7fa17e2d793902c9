using System.Globalization;
using Sg3x.Oracle.Reports;
using Sg3x.Training;

namespace Sg3x.Cli.Output;

/// <summary>Shows a run while it trains: a live table on a terminal, a line for each tick elsewhere.</summary>
internal abstract class TrainingDisplay(Terminal terminal) : ITrainingProgress, IProgress<(int Done, int Of)>
{
    /// <summary>Where it shows.</summary>
    protected Terminal Terminal { get; } = terminal;

    /// <summary>The columns of a tick: title and value.</summary>
    protected static IReadOnlyList<(string Title, Func<TrainingTick, string> Cell)> Columns { get; } =
    [
        ("kimg", t => Kimg(t.Kimg, t.TotalKimg)),
        ("s/kimg", t => t.SecondsPerKimg.ToString("0.0", CultureInfo.InvariantCulture)),
        ("G loss", t => Three(t.GeneratorLoss)),
        ("D loss", t => Three(t.DiscriminatorLoss)),
        ("fake", t => Three(t.DiscriminatorLossFake)),
        ("real", t => Three(t.DiscriminatorLossReal)),
        ("r_t", t => t.RealSign.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture)),
        ("p", t => t.AugmentationP is double p ? p.ToString("0.000", CultureInfo.InvariantCulture) : "–"),
        ("R1", t => t.R1Penalty is double r1 ? r1.ToString("0.0000", CultureInfo.InvariantCulture) : "–"),
        ("memory", Memory),
        ("left", t => Duration(t.SecondsLeft)),
    ];

    /// <summary>The display that suits where standard output goes.</summary>
    public static TrainingDisplay For(Terminal terminal) =>
        terminal.IsTerminal ? new LiveTrainingDisplay(terminal) : new PlainTrainingDisplay(terminal);

    /// <summary>Runs a training with this display around it.</summary>
    public abstract TrainingSummary Around(Func<TrainingSummary> train);

    /// <summary>What a stop does that is asked for now, and a second time by <paramref name="again"/>.</summary>
    /// <param name="trains">Training has begun.</param>
    /// <param name="again">What a person does to stop at once.</param>
    protected static string OnStop(bool trains, string again) => trains
        ? $"Finishing the iteration and saving; {again} stops without saving."
        : $"Stopping before training begins; {again} stops at once.";

    /// <summary>A stop was asked for: says what happens now. Called from another thread.</summary>
    public abstract void Stopping();

    /// <summary>Something that the checks of this build need is being made.</summary>
    public abstract void Preparing(string what);

    /// <summary>A check of this build against the papers begins.</summary>
    public abstract void Verifying(string check, int done, int of);

    /// <summary>This build has been checked.</summary>
    public abstract void Verified(VerificationReport report);

    /// <summary>The same build was checked before, for this configuration and on this device.</summary>
    /// <param name="outcome">How that ended, and when.</param>
    public void VerifiedBefore(string outcome) => Noted($"verified against the papers before: {outcome}");

    /// <summary>The images of a data set are being checked. Called from other threads.</summary>
    public abstract void Report((int Done, int Of) value);

    /// <inheritdoc/>
    public abstract void Started(string folder, double kimg, double totalKimg, string dataset);

    /// <inheritdoc/>
    public abstract void Iterated(double kimg);

    /// <inheritdoc/>
    public abstract void Ticked(TrainingTick tick);

    /// <inheritdoc/>
    public abstract void Wrote(string what, string path);

    /// <inheritdoc/>
    public abstract void Measured(TrainingDistance distance);

    /// <inheritdoc/>
    public abstract void Rated(TrainingQuality quality);

    /// <inheritdoc/>
    public abstract void Noted(string message);

    /// <inheritdoc/>
    public abstract void Warned(string message);

    /// <summary>Hours, minutes and seconds, or days: <c>2:03</c>, <c>1:02:03</c>, <c>12.5 days</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return "–";
        }

        TimeSpan time = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e11));
        return time.TotalHours >= 100 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} days")
            : time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}")
            : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes in a unit a person reads.</summary>
    public static string Memory(long bytes) => bytes >= 10L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");

    /// <summary>What a run takes: of the GPU where one trains, resident otherwise.</summary>
    public static string Memory(TrainingTick tick) =>
        tick.DeviceMemoryBytes is long device ? $"{Memory(device)} GPU" : Memory(tick.MemoryBytes);

    /// <summary>Thousands of images, with the digits that a run of that length moves.</summary>
    protected static string Kimg(double kimg, double totalKimg) =>
        kimg.ToString(totalKimg < 10 ? "0.000" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>What was measured of G_ema, in a line that begins with <c>quality:</c>.</summary>
    protected static string Line(TrainingQuality quality) =>
        string.Create(CultureInfo.InvariantCulture, $"quality: after {quality.Kimg:0.###} kimg ")
        + string.Join(", ", quality.Figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key} {f.Value:0.####}")))
        + string.Create(CultureInfo.InvariantCulture, $" ({quality.Samples} images)")
        + (quality.IsBest ? "; the best so far" : "");

    /// <summary>How the checks ended, in a line.</summary>
    protected static string Outcome(VerificationReport report) => string.Create(CultureInfo.InvariantCulture,
        $"verified against the papers on {report.Device}: {CheckTable.Counts(report)}; {report.Duration.TotalSeconds:0.0} s");

    private static string Three(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
