using Sg3x.Training.Monitors;

namespace Sg3x.Training;

/// <summary>One line of statistics; losses are means since the line before.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Kimg">Thousands of real images shown.</param>
/// <param name="TotalKimg">Thousands of real images at the end of the run.</param>
/// <param name="SecondsPerKimg">Seconds of training for a thousand images, snapshots left out.</param>
/// <param name="GeneratorLoss">E[softplus(−D(G(z)))].</param>
/// <param name="DiscriminatorLossFake">E[softplus(D(G(z)))].</param>
/// <param name="DiscriminatorLossReal">E[softplus(−D(x))].</param>
/// <param name="RealSign">r_t = E[sign D(x)].</param>
/// <param name="AugmentationP">The probability of augmentation, p; null where nothing is augmented.</param>
/// <param name="R1Penalty">E‖∇ₓ D(x)‖² without its weight; null when no R1 step fell into the time.</param>
/// <param name="MemoryBytes">Resident memory of the process.</param>
/// <param name="ElapsedSeconds">Seconds since the run was started or resumed.</param>
/// <param name="SecondsLeft">Estimated seconds to the end of the run.</param>
public sealed record TrainingTick(
    long Iteration, double Kimg, double TotalKimg, double SecondsPerKimg, double GeneratorLoss, double DiscriminatorLossFake,
    double DiscriminatorLossReal, double RealSign, double? AugmentationP, double? R1Penalty, long MemoryBytes,
    double ElapsedSeconds, double SecondsLeft)
{
    /// <summary>D's loss, the sum of both terms.</summary>
    public double DiscriminatorLoss => DiscriminatorLossFake + DiscriminatorLossReal;

    /// <summary>Memory of the GPU that is in use, by all programs, in bytes; null where a CPU trains or the driver does not
    /// tell.</summary>
    public long? DeviceMemoryBytes { get; init; }

    /// <summary>What the layers of G make of a few latents, and those of D of a few real images; null where that was not
    /// measured.</summary>
    public IReadOnlyList<LayerActivity>? Layers { get; init; }
}

/// <summary>Sliced Wasserstein distance from G_ema's images to real ones.</summary>
/// <param name="Kimg">Thousands of real images shown before it was measured.</param>
/// <param name="Images">Images on either side.</param>
/// <param name="Mean">Mean over the levels of the Laplacian pyramid, ×10³.</param>
/// <param name="Levels">The distance at each level, finest first, ×10³.</param>
public sealed record TrainingDistance(double Kimg, int Images, double Mean, IReadOnlyList<double> Levels);

/// <summary>How a run ended.</summary>
/// <param name="Completed">All images were shown; false when a stop was asked for.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="Kimg">Thousands of real images shown.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Seconds">Seconds since the run was started or resumed.</param>
/// <param name="SampleGrid">Path of the last sample grid.</param>
/// <param name="Checkpoint">Path of the last checkpoint.</param>
/// <param name="DistanceBefore">The distance at the start of the run, or null where it was not measured.</param>
/// <param name="DistanceAfter">The last distance, or null where it was not measured.</param>
public sealed record TrainingSummary(
    bool Completed, string Folder, double Kimg, long Iterations, double Seconds, string SampleGrid, string Checkpoint,
    TrainingDistance? DistanceBefore, TrainingDistance? DistanceAfter)
{
    /// <summary>The last line of statistics; null where the run did nothing.</summary>
    public TrainingTick? Last { get; init; }

    /// <summary>The best state by the chosen metric; null where none is kept.</summary>
    public BestState? Best { get; init; }

    /// <summary>The warnings since the run was started or resumed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Hears what a run does. Calls come from the thread that trains; they should be short.</summary>
public interface ITrainingProgress
{
    /// <summary>The run begins or continues.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="kimg">Thousands of images shown before.</param>
    /// <param name="totalKimg">Thousands of images at its end.</param>
    /// <param name="dataset">Name and size of the data set.</param>
    void Started(string folder, double kimg, double totalKimg, string dataset);

    /// <summary>An iteration ended.</summary>
    /// <param name="kimg">Thousands of images shown.</param>
    void Iterated(double kimg);

    /// <summary>A line of statistics.</summary>
    /// <param name="tick">The statistics.</param>
    void Ticked(TrainingTick tick);

    /// <summary>A file was written.</summary>
    /// <param name="what">"samples", "reals", "checkpoint" or "best".</param>
    /// <param name="path">The file.</param>
    void Wrote(string what, string path);

    /// <summary>The distance to the real images was measured.</summary>
    /// <param name="distance">The result.</param>
    void Measured(TrainingDistance distance);

    /// <summary>The quality of G_ema was measured.</summary>
    /// <param name="quality">The figures.</param>
    void Rated(TrainingQuality quality);

    /// <summary>Something worth saying, and not odd.</summary>
    /// <param name="message">What.</param>
    void Noted(string message);

    /// <summary>Something is odd, but the run goes on.</summary>
    /// <param name="message">What.</param>
    void Warned(string message);
}
