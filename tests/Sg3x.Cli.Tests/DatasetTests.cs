using System.IO.Compression;
using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x dataset</c>: the commands, their messages and exit codes.</summary>
public sealed class DatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Converts_and_checks()
    {
        Fill("in");
        Directory.CreateDirectory(_folder.File("in/more"));
        File.WriteAllBytes(_folder.File("in/more/x.jpg"), Samples.Jpeg());

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, "dataset", "convert", "in", "out.zip", "--resolution", "16", "--filter", "box");

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal("out.zip: 5 images\n", result.Output);
        Assert.DoesNotContain("error", result.Error, StringComparison.Ordinal);
        using (ZipArchive zip = ZipFile.OpenRead(_folder.File("out.zip")))
        {
            Assert.Equal(5, zip.Entries.Count);
        }

        result = Sg3xProcess.RunIn(_folder.Path, "dataset", "check", "out.zip");
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal("out.zip: 5 sound images\n  kinds     PNG (5)\n  channels  RGB (5)\n  sizes     16x16 (5)\n", result.Output);
    }

    [Fact]
    public void A_damaged_file_stops_it_or_is_left_out_and_is_reported()
    {
        Fill("in");
        File.WriteAllBytes(_folder.File("in/bad.png"), Samples.Png(32, 9)[..^30]);

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, "dataset", "convert", "in", "out", "--resolution", "16");
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains("in: bad.png: the PNG file is truncated", result.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-bad", result.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.File("out")));

        result = Sg3xProcess.RunIn(_folder.Path, "dataset", "convert", "in", "out", "--resolution", "16", "--skip-bad", "--json");
        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(4, json.RootElement.GetProperty("images").GetInt32());
        Assert.Equal("bad.png", json.RootElement.GetProperty("leftOut")[0].GetProperty("entry").GetString());
        Assert.Contains("truncated", File.ReadAllText(_folder.File("out.report.json")), StringComparison.Ordinal);

        // A report that is no longer true does not stay; a file of another making does.
        File.WriteAllBytes(_folder.File("in/bad.png"), Samples.Png(32, 9));
        File.Copy(_folder.File("out.report.json"), _folder.File("again.report.json"));
        File.WriteAllText(_folder.File("other.report.json"), "{}");
        foreach (string name in (string[])["again", "other"])
        {
            result = Sg3xProcess.RunIn(_folder.Path, "dataset", "convert", "in", name, "--resolution", "16");
            Assert.True(result.ExitCode == 0, result.Everything);
        }

        Assert.False(File.Exists(_folder.File("again.report.json")));
        Assert.True(File.Exists(_folder.File("other.report.json")));
        File.WriteAllBytes(_folder.File("in/bad.png"), Samples.Png(32, 9)[..^30]);

        result = Sg3xProcess.RunIn(_folder.Path, "dataset", "check", "in");
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("in: 4 sound images", result.Output, StringComparison.Ordinal);
        Assert.Contains("bad.png: the PNG file is truncated", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected center, center-wide or none, found \"left\"", "in", "out", "--resolution", "16", "--crop", "left")]
    [InlineData("expected lanczos or box, found \"nearest\"", "in", "out", "--resolution", "16", "--filter", "nearest")]
    [InlineData("--resolution", "in", "out")]
    [InlineData("there is no such folder or file", "nowhere", "out", "--resolution", "16")]
    [InlineData("in: expected a name that is not taken", "in", "in", "--resolution", "16")]
    public void Bad_usage_is_named(string expected, params string[] arguments)
    {
        Fill("in");
        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, ["dataset", "convert", .. arguments]);
        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(["in"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    private void Fill(string name)
    {
        string data = Directory.CreateDirectory(_folder.File(name)).FullName;
        for (int i = 0; i < 4; i++)
        {
            File.WriteAllBytes(Path.Combine(data, $"{i}.png"), Samples.Png(20 + i, i));
        }
    }
}
