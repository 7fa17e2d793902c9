using Sg3x.Training;

namespace Sg3x.Tests.Training;

/// <summary>Keeps what a run says, and can ask it to stop after an iteration.</summary>
internal sealed class SilentProgress : ITrainingProgress
{
    public List<TrainingTick> Ticks { get; } = [];

    public List<TrainingDistance> Distances { get; } = [];

    public List<TrainingQuality> Qualities { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<string> Notes { get; } = [];

    public List<string> Files { get; } = [];

    public int Iterations { get; private set; }

    public Action<int>? OnIteration { get; init; }

    public Action<string>? OnWrote { get; init; }

    public void Started(string folder, double kimg, double totalKimg, string dataset)
    {
    }

    public void Iterated(double kimg)
    {
        Iterations++;
        OnIteration?.Invoke(Iterations);
    }

    public void Ticked(TrainingTick tick) => Ticks.Add(tick);

    public void Wrote(string what, string path)
    {
        Files.Add(path);
        OnWrote?.Invoke(path);
    }

    public void Measured(TrainingDistance distance) => Distances.Add(distance);

    public void Rated(TrainingQuality quality) => Qualities.Add(quality);

    public void Noted(string message) => Notes.Add(message);

    public void Warned(string message) => Warnings.Add(message);
}
