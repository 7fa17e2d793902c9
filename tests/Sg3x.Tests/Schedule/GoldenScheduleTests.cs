using Sg3x.Configuration;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>The layer schedule of every preset, as golden/schedules has it.</summary>
public class GoldenScheduleTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public Task ThePresetsScheduleIsTheVerifiedOne(string preset)
    {
        string text = $"{preset}\n{ScheduleText.Render(LayerSchedule.Create(Presets.Get(preset).Generator))}";
        return Verifier.Verify(text).UseDirectory("../../../golden/schedules").UseFileName(preset).DisableDiff();
    }

    [Fact]
    public void EveryPresetHasAFileAndEveryFileAPreset()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "golden", "schedules"))
            .Select(Path.GetFileName).Where(name => !name!.Contains(".received.", StringComparison.Ordinal))!;
        Assert.Equal(Presets.Names.Select(name => name + ".verified.txt").Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }
}
