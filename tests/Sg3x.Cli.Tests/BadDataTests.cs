using System.IO.Compression;

namespace Sg3x.Cli.Tests;

/// <summary>Data that cannot be trained on: exit code 2, a message that names the file, and nothing written.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_folder() => Refuses(_folder.File("nowhere"), "nowhere");

    [Fact]
    public void An_empty_folder() => Refuses(Directory.CreateDirectory(_folder.File("empty")).FullName, "empty");

    [Fact]
    public void An_empty_zip()
    {
        using (ZipFile.Open(_folder.File("empty.zip"), ZipArchiveMode.Create))
        {
        }

        Refuses(_folder.File("empty.zip"), "empty.zip");
    }

    [Fact]
    public void A_zip_that_is_none()
    {
        File.WriteAllText(_folder.File("text.zip"), "not a zip");

        Refuses(_folder.File("text.zip"), "text.zip");
    }

    [Fact]
    public void A_truncated_png() => RefusesAmongGoodOnes("short.png", Samples.Png(32, 9)[..^30]);

    [Fact]
    public void A_jpeg_whose_header_lies() => RefusesAmongGoodOnes("lying.jpg", Samples.LyingJpeg());

    [Fact]
    public void Text_that_is_named_png() => RefusesAmongGoodOnes("text.png", "Hello."u8.ToArray());

    [Fact]
    public void A_damaged_image_is_left_out_where_that_is_asked_for()
    {
        string data = Directory.CreateDirectory(_folder.File("images")).FullName;
        for (int i = 0; i < 4; i++)
        {
            File.WriteAllBytes(Path.Combine(data, $"{i}.png"), Samples.Png(20 + i, i));
        }

        File.WriteAllBytes(Path.Combine(data, "short.png"), Samples.Png(32, 9)[..^30]);

        ProgramResult result = Sg3xProcess.RunIn(
            _folder.Path, TinyRun.Train(TinyRun.Kimg, "--data", data, "--skip-bad", "--out", "run", "--unverified"));

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("1 bad image is left out", result.Everything, StringComparison.Ordinal);
        Assert.Contains("short.png: the PNG file is truncated", result.Everything, StringComparison.Ordinal);
        Assert.Contains("\"skipBad\": true", File.ReadAllText(_folder.File("run/config.json")), StringComparison.Ordinal);
    }

    private void RefusesAmongGoodOnes(string name, byte[] content)
    {
        string data = Directory.CreateDirectory(_folder.File("images")).FullName;
        File.WriteAllBytes(Path.Combine(data, "a.jpg"), Samples.Jpeg());
        for (int i = 0; i < 4; i++)
        {
            File.WriteAllBytes(Path.Combine(data, $"{i}.png"), Samples.Png(20 + i, i));
        }

        File.WriteAllBytes(Path.Combine(data, name), content);
        Refuses(data, name);
    }

    private void Refuses(string data, string named)
    {
        string[] before = _folder.Entries();

        ProgramResult result = Sg3xProcess.RunIn(_folder.Path, TinyRun.Train(TinyRun.Kimg, "--data", data));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Equal(before, _folder.Entries());
    }
}
