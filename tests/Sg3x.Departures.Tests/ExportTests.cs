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

    private CandidateReport Judge(string name)
    {
        RunConfig paper = new Settings().Paper();
        Departure departure = Departure.All.Single(d => d.Name == name);
        RunConfig config = ConfigOverrides.Apply(paper, departure.Change(paper));

        // p as the controller moves it: up at every update, in float32.
        int batch = config.Training.Batch, images = batch * config.Augmentation.Interval;
        var step = (float)(images / (config.Augmentation.Kimg * 1000));
        int updates = (int)Math.Round(config.Snapshots.TickKimg * 1000 / images);
        List<TrainingTick> ticks = [];
        float p = 0;
        for (int line = 1; line <= 25; line++)
        {
            for (int i = 0; i < updates; i++)
                p += step;
            ticks.Add(new TrainingTick(
                line * updates, line * updates * images / 1000.0, 4, 1, 0.7, 0.6, 0.6, 0.8, p, null, 0, 0, 0));
        }

        string file = Path.Combine(folder, "export.json");
        File.WriteAllText(file, Export.Of(name, ScheduleJson.Render(LayerSchedule.Create(config.Generator)), paper, ticks));
        return CandidateJudge.Judge(file);
    }
}
