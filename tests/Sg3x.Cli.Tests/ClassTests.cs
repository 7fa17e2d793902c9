using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary>A tiny run on images of two classes, which the tests of classes share.</summary>
public sealed class ClassRunFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ClassRunFixture()
    {
        Directory.CreateDirectory(Images);
        for (int i = 0; i < 6; i++)
        {
            File.WriteAllBytes(Path.Combine(Images, $"{i}.png"), Samples.Png(16, i));
        }

        File.WriteAllText(Path.Combine(Images, "dataset.json"),
            """{"labels": [["0.png", 0], ["1.png", 1], ["2.png", 0], ["3.png", 1], ["4.png", 0], ["5.png", 0]]}""");
        Trained = Sg3xProcess.RunIn(_folder.Path, TinyRun.Train(0.008, "--data", Images, "--cond", "--out", Run));
    }

    public string Images => _folder.File("images");

    public string Run => _folder.File("run");

    internal ProgramResult Trained { get; }

    public void Dispose() => _folder.Dispose();
}

/// <summary><c>train --cond</c>, and what a network with classes asks of the other commands.</summary>
public sealed class ClassTests(ClassRunFixture fixture, TinyRunFixture plain)
    : IClassFixture<ClassRunFixture>, IClassFixture<TinyRunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_on_classes_says_how_many_and_records_them()
    {
        Assert.True(fixture.Trained.ExitCode == 0, fixture.Trained.Everything);
        Assert.Contains("(6 images of 2 classes)", fixture.Trained.Output, StringComparison.Ordinal);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(fixture.Run, "config.json")));
        Assert.Equal(2, config.RootElement.GetProperty("generator").GetProperty("cDim").GetInt32());
        Assert.Equal(2, config.RootElement.GetProperty("discriminator").GetProperty("cDim").GetInt32());

        ProgramResult resumed = Sg3xProcess.RunIn(_folder.Path, "train", "--resume", fixture.Run, "--dry-run", "--kimg", "1");
        Assert.True(resumed.ExitCode == 0, resumed.Everything);
    }

    [Fact]
    public void Images_of_a_class()
    {
        ProgramResult zero = Generate("--class", "0", "--seeds", "3", "--out", "zero.png");
        ProgramResult one = Generate("--class", "1", "--seeds", "3", "--out", "one.png");

        Assert.True(zero.ExitCode == 0 && one.ExitCode == 0, zero.Everything + one.Everything);
        Assert.NotEqual(File.ReadAllBytes(_folder.File("zero.png")), File.ReadAllBytes(_folder.File("one.png")));
    }

    [Fact]
    public void A_video_of_a_class()
    {
        ProgramResult result = Sg3xProcess.RunIn(
            _folder.Path, "video", fixture.Run, "--class", "1", "--seeds", "1", "--seconds", "0.2", "--fps", "10", "--out",
            "one.png");
        Assert.True(result.ExitCode == 0, result.Everything);
        Refused("--class: expected 0 to 1, one of the network's classes, found none", "video", fixture.Run, "--out", "x.png");
    }

    [Fact]
    public void Metrics_take_labels_from_the_data_or_measure_a_class()
    {
        ProgramResult all = Measure("--data", fixture.Images), one = Measure("--data", fixture.Images, "--class", "1");
        ProgramResult alone = Measure("--class", "0");
        Assert.All([all, one, alone], result => Assert.True(result.ExitCode == 0, result.Everything));
        Assert.Contains("images, class 1", one.Output, StringComparison.Ordinal);

        Refused(
            "--data: expected images whose classes labels are drawn from, or one class (--class), found nothing",
            "metrics", fixture.Run);
        Refused("cats:4: expected images of 2 classes (dataset.json), as many as the network has, found no labels",
            "metrics", fixture.Run, "--data", "cats:4");

        ProgramResult Measure(params string[] arguments) =>
            Sg3xProcess.Run(["metrics", fixture.Run, "--samples", "4", "--json", .. arguments]);
    }

    [Fact]
    public void A_class_that_there_is_not_is_named()
    {
        Refused("--class: expected 0 to 1, one of the network's classes, found none", "generate", fixture.Run);
        Refused("--class: expected 0 to 1, found 2", "generate", fixture.Run, "--class", "2");
        Refused("--class: expected 0 to 1, found -1", "generate", fixture.Run, "--class", "-1");
        Refused("--class: expected 0 to 1, found 7", "metrics", fixture.Run, "--class", "7");
        Refused("--class: expected none, since the network has no classes, found 0", "generate", plain.Run, "--class", "0");
        Refused("--class: expected none, since the network has no classes, found 0", "metrics", plain.Run, "--class", "0");
    }

    [Fact]
    public void Images_without_classes_are_named_and_leave_no_folder()
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, [.. TinyRun.OnCats("run"), "--cond"]);
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(
            "cats:8: expected the images' classes (dataset.json), on which --cond trains, found none", result.Error,
            StringComparison.Ordinal);
        Assert.Empty(_folder.Entries());
    }

    private ProgramResult Generate(params string[] arguments) =>
        Sg3xProcess.RunIn(_folder.Path, ["generate", fixture.Run, .. arguments]);

    private void Refused(string expected, params string[] arguments)
    {
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, arguments);
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
