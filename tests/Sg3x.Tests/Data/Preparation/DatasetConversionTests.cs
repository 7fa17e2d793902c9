using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sg3x.Data;
using Sg3x.Data.Preparation;

namespace Sg3x.Tests.Data.Preparation;

public sealed class DatasetConversionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_a_thousand_images_thirty_damaged_ones_are_named_and_left_out()
    {
        var source = DamagedThousand.Write(folder, "source.zip");
        var result = DatasetConversion.Run(source, At("good.zip"), new ConversionOptions { Resolution = 4, SkipBad = true });
        Assert.Equal(DamagedThousand.Images - 30, result.Images);
        Assert.Equal(DamagedThousand.Bad.Select(bad => bad.Entry), result.LeftOut.Select(left => left.Entry));
        Assert.All(DamagedThousand.Bad.Zip(result.LeftOut), pair =>
        {
            Assert.StartsWith($"{source}: {pair.First.Entry}: ", pair.Second.Reason, StringComparison.Ordinal);
            Assert.Contains(pair.First.Reason, pair.Second.Reason, StringComparison.Ordinal);
        });

        using var report = JsonDocument.Parse(File.ReadAllBytes(At("good.zip.report.json")));
        Assert.Equal(30, report.RootElement.GetProperty("leftOut").GetArrayLength());
        using var set = ImageDatasets.Open(At("good.zip"), 4);
        Assert.Equal(result.Images, set.Count);
        Assert.False(Directory.Exists(At("good.zip.partial")));
    }

    [Fact]
    public void Without_skipping_it_stops_and_keeps_what_is_converted()
    {
        var source = DamagedThousand.Write(folder, "source.zip");
        var error = Assert.Throws<UserException>(() => DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 4 }));
        Assert.StartsWith($"{source}: 30 images are bad:\n", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{At("out")}.report.json", error.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(At("out")));

        var kept = Directory.GetFiles(At("out.partial"), "*.png", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.Equal(DamagedThousand.Images - 30, kept.Count);
        var result = DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 4, SkipBad = true });
        Assert.Equal(kept.Count, result.Images);
        Assert.All(kept, file => Assert.Equal(
            file.Value, File.GetLastWriteTimeUtc(file.Key.Replace("out.partial/images", "out", StringComparison.Ordinal))));
        Assert.False(Directory.Exists(At("out.partial")));
    }

    [Fact]
    public void Images_are_numbered_by_path_cropped_and_labelled()
    {
        folder.Write("in/b.png", PngFiles.Make(6, 4, 8, 2, false, (_, _, x) => x is 0 or 5 ? 255 : 100));
        folder.Write("in/a/z.png", PngFiles.Rgb(4, 4));
        folder.Write("in/a/skipped.png", [1, 2]);
        folder.Write("in/dataset.json", """{"labels": [["b.png", 7], ["a/z.png", 2], ["a/skipped.png", 2]]}"""u8.ToArray());
        foreach (var to in new[] { "out", "out.zip" })
        {
            var result = DatasetConversion.Run(At("in"), At(to), new ConversionOptions { Resolution = 4, SkipBad = true });
            Assert.Equal((2, 2), (result.Images, result.Classes));
            using var source = ImageSource.Open(At(to), ImageLimits.Default);
            Assert.Equal(["00000/img00000001.png", "00000/img00000002.png"], source.Entries);
            Assert.Equal("""{"labels":[["00000/img00000001.png",2],["00000/img00000002.png",7]]}""", Encoding.UTF8.GetString(source.ReadLabels()!));
            Assert.All(ImageDecoding.Decode(source.ReadBytes(1), "x").Planes, value => Assert.Equal(100, value));
            Assert.Equal(2, DatasetLabels.Read(source)!.ByEntry["00000/img00000001.png"]);
        }
    }

    [Fact]
    public void A_conversion_that_is_stopped_goes_on_and_comes_to_the_same_bytes()
    {
        (string, byte[])[] files = [.. Enumerable.Range(0, 150).Select(i => ($"{i:D3}.png", PngFiles.Rgb(5 + (i % 9), 7)))];
        var source = folder.Zip("in.zip", files);
        DatasetConversion.Run(source, At("whole.zip"), new ConversionOptions { Resolution = 8 });
        using var stop = new CancellationTokenSource();
        var options = new ConversionOptions { Resolution = 8, Threads = 1, Stop = stop.Token, Progress = new Trigger(stop.Cancel) };
        Assert.Throws<OperationCanceledException>(() => DatasetConversion.Run(source, At("out.zip"), options));
        Assert.False(File.Exists(At("out.zip")));
        var done = Directory.GetFiles(At("out.zip.partial"), "*.png", SearchOption.AllDirectories);
        Assert.InRange(done.Length, 1, 149);

        // What a power failure may leave of an image, and a killed process of another and of the zip file.
        File.WriteAllBytes(done[0], []);
        File.WriteAllBytes(done[0] + ".new", [1]);
        File.WriteAllBytes(At("out.zip.partial/whole.zip.999999999.partial"), [1]);
        DatasetConversion.Run(source, At("out.zip"), new ConversionOptions { Resolution = 8 });
        Assert.Equal(File.ReadAllBytes(At("whole.zip")), File.ReadAllBytes(At("out.zip")));
        Assert.False(Directory.Exists(At("out.zip.partial")));
    }

    [Fact]
    public void Another_conversion_does_not_go_on_with_it()
    {
        var source = folder.Zip("in.zip", ("a.png", PngFiles.Rgb(4, 4)), ("b.png", []));
        Assert.Throws<UserException>(() => DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 8 }));
        var error = Assert.Throws<UserException>(() => DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 16 }));
        Assert.Contains("out.partial: it holds the beginning of another conversion", error.Message, StringComparison.Ordinal);
        using (new FileStream(At("out.partial/lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            error = Assert.Throws<UserException>(() => DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 8 }));
            Assert.Contains("out.partial: it cannot be used", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("in")]
    [InlineData("in.zip")]
    public void What_was_converted_of_an_image_that_is_another_since_is_not_taken(string source)
    {
        Fill(4);
        var options = new ConversionOptions { Resolution = 4 };
        Assert.Throws<UserException>(() => DatasetConversion.Run(At(source), At("out"), options));
        Fill(5);
        var error = Assert.Throws<UserException>(() => DatasetConversion.Run(At(source), At("out"), options));
        Assert.Contains("out.partial: it holds the beginning of another conversion", error.Message, StringComparison.Ordinal);

        void Fill(int size)
        {
            folder.Write("in/a.png", PngFiles.Rgb(size, size));
            folder.Write("in/b.png", []);
            File.Delete(At("in.zip"));
            folder.Zip("in.zip", ("a.png", PngFiles.Rgb(size, size)), ("b.png", []));
        }
    }

    [Fact]
    public void Bad_destinations_and_sources_are_named()
    {
        folder.Write("in/a.png", PngFiles.Rgb(4, 4));
        Fails("in", "in", "a name that is not taken");
        Fails("in", "in/out.zip", "a place outside of the source");
        Fails("nowhere", "out", "there is no such folder or file");
        Directory.CreateDirectory(At("empty"));
        Fails("empty", "out", "it has no images");
        var unnamed = Assert.Throws<UserException>(() => DatasetConversion.Run("", At("out"), new ConversionOptions { Resolution = 4 }));
        Assert.StartsWith("SOURCE: ", unnamed.Message, StringComparison.Ordinal);
        unnamed = Assert.Throws<UserException>(() => DatasetConversion.Run(At("in"), "", new ConversionOptions { Resolution = 4 }));
        Assert.StartsWith("DEST: ", unnamed.Message, StringComparison.Ordinal);
        folder.Write("file", [1]);
        Fails("in", "file/out", "cannot be");
        Assert.Throws<UserException>(() => DatasetConversion.Run(At("in"), At("out"), new ConversionOptions { Resolution = 0 }));
        Assert.False(Path.Exists(At("out.partial")));
    }

    [Fact]
    public void Labels_that_do_not_fit_are_named()
    {
        folder.Write("in/a.png", PngFiles.Rgb(4, 4));
        folder.Write("in/b.png", PngFiles.Rgb(4, 4));
        folder.Write("in/dataset.json", """{"labels": [["a.png", 0], ["c.png", 1]]}"""u8.ToArray());
        var error = Assert.Throws<UserException>(() => DatasetConversion.Run(At("in"), At("out"), new ConversionOptions { Resolution = 4 }));
        Assert.Contains("b.png: dataset.json has no label for it", error.Message, StringComparison.Ordinal);
        Assert.Contains("c.png: dataset.json has a label for it, and there is no such image", error.Message, StringComparison.Ordinal);
        var result = DatasetConversion.Run(At("in"), At("out"), new ConversionOptions { Resolution = 4, SkipBad = true });
        Assert.Equal(1, result.Images);
        Assert.Equal(["b.png", "c.png"], result.LeftOut.Select(left => left.Entry));
        Assert.Equal(["00000/img00000000.png", "dataset.json"], Files("out"));
    }

    [Fact]
    public void What_a_killed_writer_left_does_not_reach_the_destination()
    {
        var source = folder.Zip("in.zip", ("a.png", PngFiles.Rgb(4, 4)), ("b.png", []));
        Assert.Throws<UserException>(() => DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 4 }));
        File.WriteAllBytes(At("out.partial/images/00000/img00000001.png.new"), [1]);
        File.WriteAllBytes(At("out.partial/images/dataset.json.999999999.partial"), [1]);
        DatasetConversion.Run(source, At("out"), new ConversionOptions { Resolution = 4, SkipBad = true });
        Assert.Equal(["00000/img00000000.png"], Files("out"));
    }

    [Fact]
    public void Zip_entries_are_stored_and_in_order()
    {
        folder.Write("in/b.png", PngFiles.Rgb(9, 9));
        folder.Write("in/a.png", PngFiles.Rgb(9, 9));
        DatasetConversion.Run(At("in"), At("out.zip"), new ConversionOptions { Resolution = 8 });
        using var zip = ZipFile.OpenRead(At("out.zip"));
        Assert.Equal(["00000/img00000000.png", "00000/img00000001.png"], zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
    }

    private void Fails(string source, string destination, string expected) => Assert.Contains(
        expected,
        Assert.Throws<UserException>(() => DatasetConversion.Run(At(source), At(destination), new ConversionOptions { Resolution = 4 })).Message,
        StringComparison.Ordinal);

    private string[] Files(string name) =>
    [
        .. Directory.GetFiles(At(name), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(At(name), file)).Order(StringComparer.Ordinal),
    ];

    private string At(string name) => Path.Combine(folder.Path, name);

    private sealed class Trigger(Action action) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => action();
    }
}
