using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary>A tiny run from its start, which the tests of a run share.</summary>
public sealed class TinyRunFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyRunFixture()
    {
        Run = _folder.File("run");
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, TinyRun.OnCats(Run));
        (ExitCode, Output, Everything) = (result.ExitCode, result.Output, result.Everything);
    }

    public string Run { get; }

    public int ExitCode { get; }

    public string Output { get; }

    public string Everything { get; }

    /// <summary>A copy of the run that a test may harm.</summary>
    public string Copy(TemporaryFolder to)
    {
        foreach (string file in Directory.EnumerateFiles(Run, "*", SearchOption.AllDirectories))
        {
            string target = to.File(Path.Combine("run", Path.GetRelativePath(Run, file)));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to.File("run");
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>The way of a run: train, generate, resume, interrupt, and what can be wrong with its files.</summary>
public sealed class RunTests(TinyRunFixture fixture) : IClassFixture<TinyRunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_ends_with_the_name_of_its_sample_grid_and_leaves_a_whole_folder()
    {
        Assert.True(fixture.ExitCode == 0, fixture.Everything);
        string last = fixture.Output.TrimEnd().Split('\n')[^1];
        string grid = last["Sample grid: ".Length..];
        Assert.StartsWith("Sample grid: ", last, StringComparison.Ordinal);
        Assert.Equal((32, 32), PngSize(grid));
        Assert.DoesNotContain('\e', fixture.Output);
        Assert.Contains("kimg", fixture.Output, StringComparison.Ordinal);

        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(fixture.Run, "config.json")));
        Assert.Equal(16, config.RootElement.GetProperty("generator").GetProperty("resolution").GetInt32());
        JsonElement environment = config.RootElement.GetProperty("environment");
        Assert.Contains(environment.GetProperty("torchSharpProvider").GetString(), new[] { "package", "stand-in" });
        Assert.All(File.ReadLines(Path.Combine(fixture.Run, "log.jsonl")), line => JsonDocument.Parse(line).Dispose());
        Assert.Empty(Directory.EnumerateFiles(fixture.Run, "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void On_a_terminal_the_table_and_the_bar_stay_in_place()
    {
        ProgramResult result = Sg3xProcess.OnTerminal(_folder.Path, TinyRun.OnCats("run"));

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("\e[", result.Output, StringComparison.Ordinal);
        Assert.Contains("━", result.Output, StringComparison.Ordinal);
        string last = result.Output[result.Output.LastIndexOf('╭')..];
        Assert.All(["s/kimg", "G loss", "r_t", "memory", "0.020 / 0.02 kimg"],
            text => Assert.Contains(text, last, StringComparison.Ordinal));
        Assert.EndsWith("Sample grid: run/samples/000000.020kimg.png", last.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_are_numbered_and_never_overwrite()
    {
        Directory.CreateDirectory(_folder.File("runs/00041-other"));

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, TinyRun.Train(0.004, "--data", "cats:8"));

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.True(File.Exists(_folder.File("runs/00042-demo/config.json")));
    }

    [Fact]
    public void A_folder_that_is_taken_is_refused()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, TinyRun.OnCats(fixture.Run));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(fixture.Run, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_makes_a_grid_and_the_same_image_for_a_seed_everywhere()
    {
        ProgramResult grid = Sg3xProcess.RunIn(_folder.Path, "generate", fixture.Run, "--seeds", "0-3,9", "--columns", "2",
            "--scale", "2");
        ProgramResult single = Sg3xProcess.RunIn(
            _folder.Path, "generate", fixture.Run, "--seeds", "9,2", "--single", "--out", "a");
        ProgramResult again = Sg3xProcess.RunIn(_folder.Path, "generate", fixture.Run, "--seeds", "2", "--single", "--out", "b");

        Assert.True(grid.ExitCode == 0, grid.Everything);
        Assert.Equal((64, 96), PngSize(_folder.File("generated.png")));
        Assert.True(single.ExitCode == 0, single.Everything);
        Assert.True(again.ExitCode == 0, again.Everything);
        Assert.Equal(["a/seed0002.png", "a/seed0009.png", "b/seed0002.png"],
            _folder.Entries().Where(e => e.Contains('/', StringComparison.Ordinal)));
        Assert.Equal(File.ReadAllBytes(_folder.File("a/seed0002.png")), File.ReadAllBytes(_folder.File("b/seed0002.png")));
        Assert.NotEqual(File.ReadAllBytes(_folder.File("a/seed0009.png")), File.ReadAllBytes(_folder.File("a/seed0002.png")));
    }

    [Fact]
    public void Generate_passes_over_a_damaged_checkpoint()
    {
        string checkpoints = Directory.CreateDirectory(_folder.File("run/checkpoints")).FullName;
        string sound = Directory.GetFiles(Path.Combine(fixture.Run, "checkpoints")).Single();
        File.Copy(sound, Path.Combine(checkpoints, "000000.010kimg.safetensors"));
        string damaged = Path.Combine(checkpoints, "000000.020kimg.safetensors");
        byte[] bytes = File.ReadAllBytes(sound);
        bytes[^1] ^= 1;
        File.WriteAllBytes(damaged, bytes);

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, "generate", "run", "--seeds", "1");
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("000000.020kimg.safetensors", result.Error, StringComparison.Ordinal);
        Assert.Contains("passed over", result.Error, StringComparison.Ordinal);

        File.Delete(Path.Combine(checkpoints, "000000.010kimg.safetensors"));
        result = Sg3xProcess.RunIn(_folder.Path, "generate", "run", "--seeds", "1");
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("no sound checkpoint", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_state_of_a_run_is_named_and_taken_where_it_is_asked_for()
    {
        ProgramResult train = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"),
            "--set", "metrics.everyKimg=0.008", "metrics.samples=4", "metrics.best=spectrum"]);

        Assert.True(train.ExitCode == 0, train.Everything);
        Assert.Contains("quality: after 0.008 kimg slicedWasserstein ", train.Output, StringComparison.Ordinal);
        string line = train.Output.Split('\n').Single(l => l.StartsWith("Best by spectrum: ", StringComparison.Ordinal));
        Assert.EndsWith("kimg, run/checkpoints/best.safetensors", line, StringComparison.Ordinal);

        // Another network in its place tells the two apart.
        File.Copy(
            Repository.Reference("generator-t-32.safetensors"), _folder.File("run/checkpoints/best.safetensors"),
            overwrite: true);
        ProgramResult best = Sg3xProcess.RunIn(_folder.Path, "generate", "run", "--best", "--seeds", "1", "--out", "best.png");
        ProgramResult last = Sg3xProcess.RunIn(_folder.Path, "generate", "run", "--seeds", "1", "--out", "last.png");
        Assert.True(best.ExitCode == 0 && last.ExitCode == 0, best.Everything + last.Everything);
        Assert.Equal(((32, 32), (16, 16)), (PngSize(_folder.File("best.png")), PngSize(_folder.File("last.png"))));

        ProgramResult none = Sg3xProcess.RunIn(_folder.Path, "video", fixture.Run, "--best");
        Assert.True(none.ExitCode == 2, none.Everything);
        Assert.Contains("--best: expected the folder of a run that keeps its best state", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--device", "cuda:x")]
    [InlineData("--device", "gpu")]
    [InlineData("--threads", "-1")]
    public void Generate_refuses_what_it_cannot_compute_with(string option, string value)
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, "generate", fixture.Run, option, value);

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void Generate_takes_a_generator_under_the_official_names()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path,
            "generate", Repository.Reference("generator-t-32.safetensors"), "--seeds", "1", "--trunc", "0.5", "--out", "one.png");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal((32, 32), PngSize(_folder.File("one.png")));
    }

    [Fact]
    public void An_interrupted_run_saves_says_how_to_go_on_and_goes_on()
    {
        string run = _folder.File("run");
        Process process = Sg3xProcess.Start(_folder.Path, TinyRun.OnCats(run, kimg: 100));
        WaitFor(() => File.Exists(Path.Combine(run, "log.jsonl"))
            && File.ReadAllText(Path.Combine(run, "log.jsonl")).Contains("tick", StringComparison.Ordinal));
        Sg3xProcess.Signal(process, "INT");
        ProgramResult interrupted = Sg3xProcess.Wait(process);

        Assert.True(interrupted.ExitCode == 130, interrupted.Everything);
        Assert.Contains($"sg3x train --resume {run}", interrupted.Output, StringComparison.Ordinal);
        string checkpoint = Assert.Single(Directory.GetFiles(Path.Combine(run, "checkpoints")));
        double kimg = double.Parse(Path.GetFileName(checkpoint).Split("kimg")[0],
            System.Globalization.CultureInfo.InvariantCulture);

        double target = kimg + 0.008;
        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path,
            "train", "--resume", run, "--kimg", target.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.True(resumed.ExitCode == 0, resumed.Everything);
        Assert.Contains(Directory.GetFiles(Path.Combine(run, "checkpoints")), f => string.CompareOrdinal(f, checkpoint) > 0);
    }

    [Fact]
    public void Terminate_is_an_interruption_too()
    {
        string run = _folder.File("run");
        Process process = Sg3xProcess.Start(_folder.Path, TinyRun.OnCats(run, kimg: 100));
        WaitFor(() => File.Exists(Path.Combine(run, "log.jsonl")));
        Sg3xProcess.Signal(process, "TERM");
        ProgramResult result = Sg3xProcess.Wait(process);

        Assert.True(result.ExitCode == 130, result.Everything);
        Assert.Single(Directory.GetFiles(Path.Combine(run, "checkpoints")));
    }

    [Fact]
    public void A_stop_before_training_begins_leaves_nothing()
    {
        // A generator that no run ever has: nothing was found of it before.
        string[] of = ["--preset", "cats-64", "--resolution", "32", "--set", "generator.layers=13", "generator.zDim=21"];
        Process process = Sg3xProcess.Start(_folder.Path, ["train", "--data", "cats:8", "--out", "run", .. of]);
        string? line;
        while ((line = process.StandardOutput.ReadLine())?.StartsWith("Checking this build", StringComparison.Ordinal) == false)
        {
        }

        Sg3xProcess.Signal(process, "TERM");
        ProgramResult result = Sg3xProcess.Wait(process);

        Assert.True(result.ExitCode == 130, line + result.Everything);
        Assert.Equal(
            [
                "Stopping before training begins; a second signal stops at once.",
                "Interrupted: training had not begun, and nothing was changed.",
            ],
            result.Output.TrimEnd().Split('\n'));
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void Augmentation_is_configured_by_options_of_its_own()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path,
        [
            .. TinyRun.OnCats("run"), "--dry-run", "--aug", "ada", "--aug-p", "0.25", "--ada-target", "0.5", "--ada-kimg", "7",
            "--ada-interval", "2",
        ]);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.All(["\"mode\": \"ada\"", "\"p\": 0.25", "\"target\": 0.5", "\"kimg\": 7", "\"interval\": 2"],
            text => Assert.Contains(text, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--preset")]
    [InlineData("--config")]
    public void A_file_with_a_preset_and_what_differs_is_a_configuration(string option)
    {
        File.WriteAllText(_folder.File("mine.json"), """{ "preset": "t-128", "training": { "r1Gamma": 3 } }""");

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, "train", option, "mine.json", "--dry-run");

        Assert.True(result.ExitCode == 0, result.Everything);
        string json = result.Output[..result.Output.IndexOf("\n\n", StringComparison.Ordinal)];
        using JsonDocument config = JsonDocument.Parse(json);
        Assert.Equal(3, config.RootElement.GetProperty("training").GetProperty("r1Gamma").GetDouble());
        Assert.Equal(25000, config.RootElement.GetProperty("training").GetProperty("kimg").GetDouble());
        Assert.Equal(128, config.RootElement.GetProperty("generator").GetProperty("resolution").GetInt32());
    }

    [Fact]
    public void A_dry_run_writes_nothing()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"), "--dry-run"]);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.All(["\"channelMax\": 4", "L0_36_4", "Memory, about:", "Time, about:"],
            text => Assert.Contains(text, result.Output, StringComparison.Ordinal));
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_checkpoint_of_another_architecture_is_refused()
    {
        string run = fixture.Copy(_folder);
        string config = Path.Combine(run, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"wDim\": 8", "\"wDim\": 9", StringComparison.Ordinal));

        Refuses(run, "wDim", "train", "--resume", run, "--kimg", "0.024");
    }

    [Fact]
    public void A_checkpoint_of_a_newer_format_is_refused()
    {
        string run = fixture.Copy(_folder);
        Edit(run, bytes => Replace(bytes, "\"sg3x.format\":\"1\"", "\"sg3x.format\":\"9\""));

        Refuses(run, "format", "train", "--resume", run, "--kimg", "0.024");
        Refuses(run, "format", "generate", run);
    }

    [Fact]
    public void A_truncated_checkpoint_is_refused()
    {
        string run = fixture.Copy(_folder);
        Edit(run, bytes => bytes[..^1000]);

        Refuses(run, ".safetensors", "train", "--resume", run, "--kimg", "0.024");
        Refuses(run, ".safetensors", "generate", run);
    }

    [Fact]
    public void A_checkpoint_with_a_changed_byte_is_refused()
    {
        string run = fixture.Copy(_folder);
        Edit(run, bytes =>
        {
            bytes[^500] ^= 0x10;
            return bytes;
        });

        Refuses(run, ".safetensors", "train", "--resume", run, "--kimg", "0.024");
        Refuses(run, ".safetensors", "generate", run);
    }

    private void Refuses(string run, string expected, params string[] arguments)
    {
        string[] before = _folder.Entries();
        byte[] checkpoint = File.ReadAllBytes(Directory.GetFiles(Path.Combine(run, "checkpoints")).Single());

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, arguments);

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Entries());
        Assert.Equal(checkpoint, File.ReadAllBytes(Directory.GetFiles(Path.Combine(run, "checkpoints")).Single()));
    }

    private static void Edit(string run, Func<byte[], byte[]> change)
    {
        string checkpoint = Directory.GetFiles(Path.Combine(run, "checkpoints")).Single();
        File.WriteAllBytes(checkpoint, change(File.ReadAllBytes(checkpoint)));
    }

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from));
        Assert.True(at >= 0, $"{from} is not in the file.");
        Encoding.UTF8.GetBytes(to).CopyTo(bytes, at);
        return bytes;
    }

    private static (int Width, int Height) PngSize(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal([0x89, .. "PNG"u8], bytes[..4]);
        return (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)),
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
    }

    private static void WaitFor(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(10), "It did not happen within ten minutes.");
            Thread.Sleep(100);
        }
    }
}
