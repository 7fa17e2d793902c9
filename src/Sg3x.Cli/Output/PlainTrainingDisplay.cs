using System.Globalization;
using Sg3x.Oracle.Reports;
using Sg3x.Training;

namespace Sg3x.Cli.Output;

/// <summary>A line of text for each tick: for files and pipes. No control codes.</summary>
internal sealed class PlainTrainingDisplay(Terminal terminal) : TrainingDisplay(terminal)
{
    private bool _checksImages;
    private bool _trains;

    /// <inheritdoc/>
    public override TrainingSummary Around(Func<TrainingSummary> train) => train();

    /// <inheritdoc/>
    public override void Stopping() => Say(OnStop(_trains, "a second signal"));

    /// <inheritdoc/>
    public override void Preparing(string what) => Say(what);

    /// <inheritdoc/>
    public override void Verifying(string check, int done, int of)
    {
        if (done == 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"Checking this build against the papers: {of} checks"));
        }
    }

    /// <inheritdoc/>
    public override void Verified(VerificationReport report) => Say(Outcome(report));

    /// <inheritdoc/>
    public override void Report((int Done, int Of) value)
    {
        if (!Interlocked.Exchange(ref _checksImages, true))
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"Checking the images: {value.Of}"));
        }
    }

    /// <inheritdoc/>
    public override void Started(string folder, double kimg, double totalKimg, string dataset)
    {
        _trains = true;
        Say(string.Create(
            CultureInfo.InvariantCulture, $"Training on {dataset} from {kimg:0.##} to {totalKimg:0.##} kimg, into {folder}"));
    }

    /// <inheritdoc/>
    public override void Iterated(double kimg)
    {
    }

    /// <inheritdoc/>
    public override void Ticked(TrainingTick tick) =>
        Say(string.Join("  ", Columns.Select(c => $"{c.Title} {c.Cell(tick)}")));

    /// <inheritdoc/>
    public override void Wrote(string what, string path) => Say($"{what}: {path}");

    /// <inheritdoc/>
    public override void Measured(TrainingDistance distance) => Say(string.Create(CultureInfo.InvariantCulture,
        $"sliced Wasserstein distance after {distance.Kimg:0.##} kimg: {distance.Mean:0.0} ({distance.Images} images)"));

    /// <inheritdoc/>
    public override void Rated(TrainingQuality quality) => Say(Line(quality));

    /// <inheritdoc/>
    public override void Noted(string message) => Say(message);

    /// <inheritdoc/>
    public override void Warned(string message) => Say($"warning: {message}");

    /// <summary>A run is worth more than what it prints: where that goes to a full disk, the log has it once there is
    /// room.</summary>
    private void Say(string line)
    {
        try
        {
            Terminal.Line(line);
        }
        catch (IOException)
        {
        }
    }
}
