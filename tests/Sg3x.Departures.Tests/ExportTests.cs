using Sg3x.Configuration;
using Sg3x.Oracle.Candidate;
using Sg3x.Schedule;
using Sg3x.Training;

namespace Sg3x.Departures.Tests;

/// <summary>What a run shows of itself, held to the papers.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("departures-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ThePapersRunIsHeldToBeRight()
    {
        CandidateReport report = Judge("paper");
        Assert.False(report.Failed);
        string[] passed = [.. report.Results.Where(r => r.Status == CandidateStatus.Passed).Select(r => r.Id)];
        Assert.Superset(
            new HashSet<string> { "config.alias-free", "schedule.layers", "filter.taps", "ada.trace", "training.losses" },
            passed.ToHashSet());
    }

    [Theory]
    [InlineData("no-margin", "config.alias-free")]
    [InlineData("no-lrelu-upsampling", "config.alias-free")]
    [InlineData("slow-ada", "ada.trace")]
    public void ADepartureIsNamed(string name, string check) =>
        Assert.Equal([check], Judge(name).Results.Where(r => r.Status == CandidateStatus.Failed).Select(r => r.Id));

    /// <summary>A log of two thousand images in which p never gets far from 0, which cuts it off again and again.</summary>
    [Theory]
    [InlineData("paper", 0.56)]
    [InlineData("slow-ada", 0.14, "ada.trace")]
    public void AShortLogTellsAStepThatIsTooSmall(string name, double most, params string[] failed)
    {
        var random = new Random(1);
        CandidateReport report = Judge(name, new Settings { Kimg = 2 }, () => 2 * random.Next(2) - 1, out double highest);
        Assert.Equal(failed, report.Results.Where(r => r.Status == CandidateStatus.Failed).Select(r => r.Id));
        Assert.InRange(highest, 0.001, most);
        Assert.All(
            report.Results.SelectMany(r => r.Failures).Where(f => f.Explanation is not null),
            f => Assert.Contains("lacks the factor of 4 iterations", f.Explanation, StringComparison.Ordinal));
    }

    private CandidateReport Judge(string name) => Judge(name, new Settings(), () => 1, out _);

    /// <summary>A log as the run of these settings would leave it.</summary>
    private CandidateReport Judge(string name, Settings settings, Func<int> sign, out double highest)
    {
        RunConfig paper = settings.Paper();
        Departure departure = Departure.All.Single(d => d.Name == name);
        RunConfig config = ConfigOverrides.Apply(paper, departure.Change(paper));

        // p as a controller in float32 moves it.
        int batch = config.Training.Batch, images = batch * config.Augmentation.Interval;
        var step = (float)(images / (config.Augmentation.Kimg * 1000));
        int updates = (int)Math.Round(config.Snapshots.TickKimg * 1000 / images);
        List<TrainingTick> ticks = [];
        float p = 0;
        highest = 0;
        for (int line = 1; line <= settings.Kimg / config.Snapshots.TickKimg; line++)
        {
            for (int i = 0; i < updates; i++)
                p = Math.Max(0, p + sign() * step);
            highest = Math.Max(highest, p);
            ticks.Add(new TrainingTick(
                line * updates, line * updates * images / 1000.0, 4, 1, 0.7, 0.6, 0.6, 0.8, p, null, 0, 0, 0));
        }

        string file = Path.Combine(folder, "export.json");
        File.WriteAllText(file, Export.Of(name, ScheduleJson.Render(LayerSchedule.Create(config.Generator)), paper, ticks));
        return CandidateJudge.Judge(file);
    }
}
