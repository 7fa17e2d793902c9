using System.Diagnostics;
using System.Text.Json;
using Sg3x.Configuration;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff.Tests;

/// <summary>The command over files, presets and git revisions.</summary>
public sealed class ApplicationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("golden-diff-").FullName;

    public static TheoryData<string> Names => [.. Presets.Names];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void AScheduleIsTheSameInEveryForm(string preset)
    {
        RunConfig config = Presets.Get(preset);
        LayerSchedule schedule = LayerSchedule.Create(config.Generator);
        string text = Write("schedule.txt", $"{preset}\n{ScheduleText.Render(schedule)}");
        string json = Write("schedule.json", ScheduleJson.Render(schedule));
        ConfigJson.Save(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "run")).FullName, "config.json"), config);
        foreach (string other in (string[])[text, json, Path.Combine(folder, "run")])
            Assert.Equal((0, $"{preset} -> {other}: no difference"), Run(preset, other));
    }

    [Fact]
    public void ADifferenceIsPrintedUnderItsLayerAndIsExitCode1()
    {
        string text = Write("schedule.txt", Demo().Replace("x -6 -9, y -6 -9", "x -7 -8, y -6 -9", StringComparison.Ordinal));
        (int code, string output) = Run("demo", text);
        Assert.Equal(1, code);
        Assert.Equal($"""
            demo -> {text}:
              L4_52_32
                padding: x -6 -9, y -6 -9 -> x -7 -8, y -6 -9
                  samples move by (+0.5, 0) output pixels against the image, in every layer after it too
            1 differences in 1 of 1 schedules
            """, output);
    }

    [Fact]
    public void JsonSaysTheSame()
    {
        string text = Write("schedule.txt", Demo().Replace("kernel      3", "kernel      1", StringComparison.Ordinal));
        (int code, string output) = Run("--json", "demo", text);
        Assert.Equal(1, code);
        JsonElement differences = JsonDocument.Parse(output).RootElement[0].GetProperty("differences");
        Assert.Equal(10, differences.EnumerateArray().Count(d => d.GetProperty("value").GetString() == "kernel"));
        Assert.Equal("L0_36_32", differences[0].GetProperty("where").GetString());
    }

    [Fact]
    public void RevisionsAreComparedThroughTheirVerifiedSchedules()
    {
        Git("init", "-q");
        string golden = Directory.CreateDirectory(Path.Combine(folder, "golden", "schedules")).FullName;
        File.WriteAllText(Path.Combine(golden, "demo.verified.txt"), Demo());
        File.WriteAllText(Path.Combine(golden, "gone.verified.txt"), Demo());
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one");
        Assert.Equal((0, "demo: no difference\ngone: no difference"), Run("HEAD"));
        string changed = Demo().Replace("2.59367911", "2.69367911", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(golden, "demo.verified.txt"), changed);
        File.Delete(Path.Combine(golden, "gone.verified.txt"));
        (int code, string output) = Run("HEAD");
        Assert.Equal(1, code);
        Assert.Contains("output cutoff: 2.59367911 -> 2.69367911", output, StringComparison.Ordinal);
        Assert.Contains("gone: present -> absent", output, StringComparison.Ordinal);
        Assert.Equal(0, Run("HEAD:demo", "demo").Code);
        Assert.Equal(0, Run("HEAD", "demo").Code);
        Assert.Equal(0, Run("HEAD:golden/schedules/gone.verified.txt", "demo").Code);
        Assert.Equal(2, Run("HEAD:nothing.txt", "demo").Code);
        Assert.Contains("expected a schedule \"t-128\"", Run("HEAD", "t-128").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  kernel      3", "  kernel      three", "line 12: expected \"kernel …\", found \"  kernel      three\"")]
    [InlineData("  cutoff      2 -> 2", "  cutoff      2 -> NaN", "expected a number for \"NaN\"")]
    [InlineData("  up   filter 12 taps", "  up   filter 1 taps", "expected 2 to 4096 taps")]
    [InlineData("  down filter 12 taps", "  down filter 24 taps", "expected 24 taps, not 12")]
    [InlineData("margin 10", "margin ten", "line 2: expected \"resolution …")]
    [InlineData("L1_36_32", "L1", "expected \"L…_…_…\"")]
    [InlineData("7.91902150e-04", "tap", "expected taps, found")]
    [InlineData("7.91902150e-04", "NaN", "expected taps, found")]
    [InlineData("down 2)", "down 0)", "expected a factor of at least 1")]
    public void AVerifiedScheduleThatIsNoneIsBadInput(string good, string bad, string message) =>
        AssertBad(Write("schedule.txt", Demo().Replace(good, bad, StringComparison.Ordinal)), message);

    [Theory]
    [InlineData("\"num_ws\": 12", "\"num_ws\": 12.5", "num_ws: expected an integer, found 12.5")]
    [InlineData("\"is_torgb\": false", "\"is_torgb\": 0", "layer 0: is_torgb: expected true or false, found a number")]
    [InlineData("\"in_cutoff\": 2.0", "\"in_cutof\": 2.0", "layer 0: expected a field \"in_cutoff\", found none")]
    [InlineData("\"margin_size\": 10", "\"margin_size\": \"ten\"", "config: margin_size: expected an integer, found ten")]
    [InlineData("\"up_filter\": null", "\"up_filter\": []", "layer 10: up_filter: expected taps or null, found an array")]
    [InlineData("\"num_ws\": 12", "\"num_ws\" 12", "not JSON")]
    [InlineData("\"down_factor\": 2", "\"down_factor\": 0", "layer 0: down_factor: expected a factor of at least 1, found 0")]
    public void AScheduleInJsonThatIsNoneIsBadInput(string good, string bad, string message)
    {
        string json = ScheduleJson.Render(LayerSchedule.Create(Presets.Get("demo").Generator));
        Assert.Contains(good, json, StringComparison.Ordinal);
        AssertBad(Write("schedule.json", json.Replace(good, bad, StringComparison.Ordinal)), message);
    }

    [Theory]
    [InlineData()]
    [InlineData("demo", "demo", "demo")]
    [InlineData("--what")]
    public void WrongUsageIsExitCode2(params string[] arguments)
    {
        (int code, string output) = Run(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("golden-diff OLD [NEW] [--json]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNothingIsNamed() => AssertBad("nothing-of-that-name", "nothing-of-that-name: expected a file");

    private static string Demo() => "demo\n" + ScheduleText.Render(LayerSchedule.Create(Presets.Get("demo").Generator));

    private void AssertBad(string source, string message)
    {
        (int code, string output) = Run("demo", source);
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    private (int Code, string Output) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        int code = Application.Run(arguments, output, output, folder);
        return (code, output.ToString().ReplaceLineEndings("\n").TrimEnd());
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void Git(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
