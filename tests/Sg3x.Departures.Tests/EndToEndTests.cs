using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sg3x.Departures.Tests;

/// <summary>The whole command at the smallest size: interrupted in its first run, and continued to the table.</summary>
public sealed class EndToEndTests : IDisposable
{
    private static readonly string[] s_tiny =
    [
        "runs", "--resolution", "16", "--kimg", "0.08", "--data", "cats:8", "--samples", "8",
        .. new[]
        {
            "training.batch=4", "training.threads=1", "generator.channelMax=4", "generator.channelBase=64", "generator.zDim=8",
            "generator.wDim=8", "generator.layers=4", "discriminator.channelMax=4", "discriminator.channelBase=64",
            "snapshots.gridColumns=2", "snapshots.gridRows=2", "snapshots.tickKimg=0.016",
        }.SelectMany(set => new[] { "--set", set }),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("departures-").FullName;

    private string Runs => Path.Combine(folder, "runs");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Trait("Category", "Slow")]
    public void AnInterruptedCommandGoesOnToTheTable()
    {
        using (Process first = Start(s_tiny))
        {
            // In the first run, or before it: either way nothing may be lost.
            while (!first.HasExited && !File.Exists(Path.Combine(Runs, "paper", "config.json")))
                Thread.Sleep(20);
            using (Process kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {first.Id}"]))
                kill.WaitForExit();
            string said = first.StandardOutput.ReadToEnd();
            first.WaitForExit();
            Assert.True(first.ExitCode == 130, said);
            Assert.EndsWith("everything is saved. To go on: tools/departures runs\n", said, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(Runs, "table.md")));
        }

        string output = Finish("runs");

        Assert.DoesNotContain($"--out {Path.Combine(Runs, "paper")} ", output, StringComparison.Ordinal);
        using JsonDocument table = JsonDocument.Parse(File.ReadAllText(Path.Combine(Runs, "table.json")));
        JsonElement[] rows = [.. table.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(Departure.All.Select(d => d.Name), rows.Select(r => r.GetProperty("name").GetString()));
        Assert.All(rows, r => Assert.Equal(0.08, r.GetProperty("kimg").GetDouble()));
        Assert.All(rows, r => Assert.Equal(8, r.GetProperty("metrics").GetProperty("samples").GetInt32()));
        Assert.Contains("filter.taps", Ids(rows[1], "refusedBefore"));
        Assert.Contains("filter.taps", Ids(rows[1], "refusedAfterwards"));
        Assert.All(rows[2..4], r => Assert.Contains("config.alias-free", Ids(r, "refusedAfterwards")));
        foreach (JsonElement alike in (JsonElement[])[rows[0], rows[4]])
            Assert.DoesNotContain("config.alias-free", Ids(alike, "refusedAfterwards"));
        Assert.All((JsonElement[])[rows[0], .. rows[2..]], r => Assert.Empty(Ids(r, "refusedBefore")));
        Assert.All(rows[2..4], r => Assert.Equal(["config.alias-free"], Ids(r, "waivedBefore")));
        Assert.All((JsonElement[])[.. rows[..2], rows[4]], r => Assert.Empty(Ids(r, "waivedBefore")));
        Assert.EndsWith(
            File.ReadAllText(Path.Combine(Runs, "table.md")) + "In runs/table.md, with all figures in runs/table.json.\n", output,
            StringComparison.Ordinal);

        // The mark of a run that trained in spite of its preflight, or was declared to depart; of the others none has one.
        Assert.Equal(["delta-filters", "no-margin", "no-lrelu-upsampling"], Departure.All.Select(d => d.Name).Where(name =>
            File.ReadAllText(Path.Combine(Runs, name, "config.json")).Contains("\"unverified\"", StringComparison.Ordinal)));

        // Nothing is left to do, so nothing is done.
        Assert.DoesNotContain("$ sg3x", Finish("runs"), StringComparison.Ordinal);
    }

    [Fact]
    public void DataThatIsNotThereLeavesTheFolderForOther()
    {
        using Process process = Start("runs", "--data", "nowhere");
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("nowhere: there is no such", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Runs, "settings.json")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Runs));
    }

    private static IEnumerable<string?> Ids(JsonElement row, string list) =>
        row.GetProperty(list).EnumerateArray().Select(id => id.GetString());

    private string Finish(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.Result);
        return output;
    }

    private Process Start(params string[] arguments)
    {
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "Sg3x.Departures.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        return Process.Start(start)!;
    }
}
