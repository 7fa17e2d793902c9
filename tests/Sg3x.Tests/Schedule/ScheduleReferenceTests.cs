using System.Text.Json;
using Sg3x.Schedule;

namespace Sg3x.Tests.Schedule;

/// <summary>The schedules that the official release derives.</summary>
public class ScheduleReferenceTests
{
    private static readonly string[] Expected =
    [
        "README.md", "augment-public.safetensors", "discriminator-32.safetensors", "generator-r-32.safetensors", "generator-t-32.safetensors",
        "ops-basic.safetensors", "schedule-r-256.json", "schedule-t-128-11-layers.json", "schedule-t-256.json",
    ];

    [Fact]
    public void EveryReferenceFileIsThere()
    {
        IEnumerable<string> found = Directory.EnumerateFiles(Path.GetDirectoryName(RepositoryFiles.Reference("x"))!).Select(Path.GetFileName)!;
        Assert.Equal(Expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("schedule-t-256.json")]
    [InlineData("schedule-r-256.json")]
    [InlineData("schedule-t-128-11-layers.json")]
    public void EveryValueAgrees(string file)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Reference(file)));
        LayerSchedule schedule = LayerSchedule.Create(OfficialArguments.Generator(reference.RootElement.GetProperty("config")));
        using JsonDocument ours = JsonDocument.Parse(ScheduleJson.Render(schedule));
        foreach (string section in (string[])["num_ws", "input", "layers"])
            Compare(section, reference.RootElement.GetProperty(section), ours.RootElement.GetProperty(section));
    }

    [Fact]
    public void ConfigTAt256HasThePapersLayers()
    {
        LayerSchedule schedule = LayerSchedule.Create(new GeneratorConfig { Resolution = 256 });
        Assert.Equal(
            "L0_36_512 L1_36_512 L2_36_512 L3_52_512 L4_52_512 L5_84_512 L6_84_512 L7_148_512 L8_148_512 L9_148_362 L10_276_256 L11_276_181 L12_276_128 L13_256_128 L14_256_3",
            string.Join(' ', schedule.Layers.Select(layer => layer.Name)));
    }

    private static void Compare(string path, JsonElement expected, JsonElement found)
    {
        Assert.True(expected.ValueKind == found.ValueKind, $"{path}: {expected.ValueKind}, not {found.ValueKind}");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(p => p.Name), found.EnumerateObject().Select(p => p.Name));
                foreach (JsonProperty property in expected.EnumerateObject())
                    Compare($"{path}.{property.Name}", property.Value, found.GetProperty(property.Name));
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), found.GetArrayLength());
                for (int i = 0; i < expected.GetArrayLength(); i++)
                    Compare($"{path}[{i}]", expected[i], found[i]);
                break;
            case JsonValueKind.Number:
                CompareNumber(path, expected.GetDouble(), found.GetDouble());
                break;
            default:
                Assert.True(expected.ToString() == found.ToString(), $"{path}: {expected}, not {found}");
                break;
        }
    }

    // Taps are float32 values; two units in the last place leave room for another libm.
    private static void CompareNumber(string path, double expected, double found)
    {
        double tolerance = path.Contains("filter", StringComparison.Ordinal)
            ? 2 * (MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected))
            : 1e-14 * Math.Abs(expected);
        Assert.True(Math.Abs(expected - found) <= tolerance, $"{path}: {expected:R}, not {found:R}");
    }
}
