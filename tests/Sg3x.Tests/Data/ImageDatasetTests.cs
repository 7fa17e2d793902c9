using System.Buffers.Binary;
using Sg3x.Data;

namespace Sg3x.Tests.Data;

public sealed class ImageDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_is_searched_and_in_ordinal_order()
    {
        foreach (var name in new[] { "b.PNG", "a/z.png", "B.jpeg", "a/Y/1.JPG", "10.jpg", "9.png", "a.txt", ".hidden.png", ".cache/x.png" })
        {
            folder.Write(name, name.EndsWith('g') && name[^2] == 'p' ? JpegSamples.Grey : PngFiles.Rgb(5, 4));
        }

        using var set = (FileImageDataset)ImageDatasets.Open(folder.Path, 8);
        Assert.Equal(["10.jpg", "9.png", "B.jpeg", "a/Y/1.JPG", "a/z.png", "b.PNG"], Enumerable.Range(0, set.Count).Select(set.EntryName));
        Assert.Equal(folder.Path, set.Name);
        Assert.Empty(set.Skipped);
    }

    [Fact]
    public void A_folder_and_a_zip_of_it_give_the_same_images_with_and_without_a_cache()
    {
        (string, byte[])[] files = [("x/1.png", PngFiles.Rgb(40, 31)), ("0.jpg", JpegSamples.Progressive), ("x/2.png", PngFiles.Rgb(16, 16))];
        foreach (var (name, content) in files)
        {
            folder.Write("set/" + name, content);
        }

        using var fromFolder = ImageDatasets.Open(Path.Combine(folder.Path, "set"), 16);
        using var fromZip = ImageDatasets.Open(folder.Zip("set.zip", files), 16, new ImageDatasetOptions { CacheBytes = 1000, CheckAll = false });
        Assert.Equal(3, fromFolder.Count);
        for (var i = 0; i < 3; i++)
        {
            byte[] a = new byte[768], b = new byte[768], c = new byte[768];
            fromFolder.Read(i, a);
            fromZip.Read(i, b);
            fromZip.Read(i, c);
            Assert.Equal(a, b);
            Assert.Equal(a, c);
        }
    }

    [Fact]
    public void A_data_set_is_what_its_files_hold_in_their_order()
    {
        byte[] a = PngFiles.Rgb(5, 4), b = JpegSamples.Grey;
        DatasetIdentity Of(bool checkAll, params (string, byte[])[] files)
        {
            using var set = ImageDatasets.Open(
                folder.Zip("set.zip", files), 8, new ImageDatasetOptions { CheckAll = checkAll, SkipBad = true });
            return DatasetIdentity.Of(set);
        }

        DatasetIdentity both = Of(true, ("1.png", a), ("2.jpg", b));
        Assert.Equal(2, both.Count);
        Assert.Equal(both, Of(false, ("1.png", a), ("2.jpg", b)));
        Assert.Equal(both, Of(true, ("x.png", a), ("y.jpg", b), ("z.png", a[..20])));
        Assert.NotEqual(both, Of(true, ("2.png", a), ("1.jpg", b)));
        Assert.NotEqual(both.Digest, Of(true, ("1.png", a), ("2.jpg", b), ("3.png", a)).Digest);

        using CatDataset cats = new(5, 16), more = new(6, 16);
        Assert.Equal(DatasetIdentity.Of(cats), DatasetIdentity.Of(cats));
        Assert.NotEqual(DatasetIdentity.Of(cats).Digest, DatasetIdentity.Of(more).Digest);
    }

    [Fact]
    public void A_stop_is_heard_while_images_are_checked()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        folder.Write("a.png", PngFiles.Rgb(5, 4));
        Assert.ThrowsAny<OperationCanceledException>(
            () => ImageDatasets.Open(folder.Path, 8, new ImageDatasetOptions { Stop = stop.Token }));
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Fails("/no/such/place", "/no/such/place: there is no such folder or file; expected a folder of images");

    [Fact]
    public void A_file_that_is_no_zip_is_named()
    {
        Fails(folder.Write("a.tar", [1, 2]), "a.tar: it is a file; expected a folder");
        Fails(folder.Write("a.zip", [1, 2, 3]), "a.zip: it cannot be read as a zip file");
    }

    [Fact]
    public void An_empty_zip_is_named() => Fails(folder.Zip("none.zip"), "none.zip: it has no images; expected files named .png");

    [Fact]
    public void An_empty_folder_is_named() => Fails(folder.Path, ": it has no images");

    [Fact]
    public void A_truncated_png_is_named()
    {
        folder.Write("good.png", PngFiles.Rgb(5, 4));
        folder.Write("sub/cut.png", PngFiles.Rgb(5, 4)[..^20]);
        Fails(folder.Path, $"{folder.Path}: sub/cut.png: the PNG file is truncated");
    }

    [Fact]
    public void A_text_file_named_png_is_named() =>
        Fails(folder.Zip("a.zip", ("note.png", "Dear all,"u8.ToArray())), "a.zip: note.png: it begins with the text \"Dear all,\"; expected a PNG or a JPEG");

    [Fact]
    public void Bad_images_are_left_out_and_reported_where_asked()
    {
        var huge = PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(90000, 2, 8, 2, false)), PngFiles.Chunk("IEND", []));
        var zip = folder.Zip(
            "mixed.zip", ("0.png", PngFiles.Rgb(4, 4)), ("1.png", []), ("2.jpg", JpegSamples.Baseline420[..200]), ("3.png", huge),
            ("4.jpg", JpegSamples.Grey), ("../5.png", PngFiles.Rgb(4, 4)), ("/6.png", PngFiles.Rgb(4, 4)), ("7\\8.png", PngFiles.Rgb(4, 4)),
            ("a/../9.png", PngFiles.Rgb(4, 4)), ("C:/10.png", PngFiles.Rgb(4, 4)), ("11.png", PngFiles.Rgb(4, 4)[..^1]), ("__MACOSX/._0.png", [1]));
        using var set = (FileImageDataset)ImageDatasets.Open(zip, 8, new ImageDatasetOptions { SkipBad = true });
        Assert.Equal(["0.png", "4.jpg"], Enumerable.Range(0, set.Count).Select(set.EntryName));
        Assert.Equal(
            ["../5.png", "/6.png", "1.png", "11.png", "2.jpg", "3.png", "7\\8.png", "C:/10.png", "a/../9.png"],
            set.Skipped.Select(skipped => skipped.Entry));
        Assert.All(set.Skipped, skipped => Assert.StartsWith($"{zip}: {skipped.Entry}: ", skipped.Reason, StringComparison.Ordinal));

        var stop = Fails(zip, "mixed.zip: 9 images are bad:");
        Assert.All(set.Skipped, skipped => Assert.Contains(skipped.Reason, stop, StringComparison.Ordinal));
    }

    [Fact]
    public void A_data_set_of_nothing_but_bad_images_stops()
    {
        folder.Write("a.png", "text"u8.ToArray());
        var error = Assert.Throws<UserException>(() => ImageDatasets.Open(folder.Path, 8, new ImageDatasetOptions { SkipBad = true }));
        Assert.Contains("all of its 1 images are bad; the first: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_another_sum_or_size_is_named()
    {
        var content = PngFiles.Rgb(9, 9);
        var zip = folder.Zip("z.zip", ("a.png", content));
        var bytes = File.ReadAllBytes(zip);

        // Another stored sum in the central directory: the image itself is sound.
        var directory = bytes.AsSpan().LastIndexOf("PK\x1\x2"u8);
        var damaged = (byte[])bytes.Clone();
        damaged[directory + 16] ^= 0xFF;
        Fails(folder.Write("sum.zip", damaged), "sum.zip: a.png: ");

        // Sizes that say less, or absurdly much more, than there is.
        foreach (var (name, length) in new[] { ("less.zip", (uint)content.Length - 9), ("more.zip", 1u << 20), ("absurd.zip", 0xFFFFFFF0u) })
        {
            damaged = (byte[])bytes.Clone();
            BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(directory + 24), length);
            Fails(folder.Write(name, damaged), $"{name}: a.png: ");
        }

        // Encrypted: bit 0 of the flags.
        damaged = (byte[])bytes.Clone();
        damaged[directory + 8] |= 1;
        damaged[6] |= 1;
        Fails(folder.Write("secret.zip", damaged), "secret.zip: a.png: the entry is encrypted");
    }

    [Fact]
    public void An_entry_that_says_it_is_large_takes_no_more_memory_than_it_is()
    {
        var content = PngFiles.Rgb(9, 9);
        var bytes = File.ReadAllBytes(folder.Zip("z.zip", ("a.png", content)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().LastIndexOf("PK\x1\x2"u8) + 24), 200 << 20);
        var path = folder.Write("large.zip", bytes);
        using var source = new ZipSource(path, ImageLimits.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UserException>(() => source.ReadBytes(0));
        Assert.Contains($"the zip file says {200 << 20} bytes, the entry has {content.Length}", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void A_large_entry_is_read_whole()
    {
        // Noise, stored: more than one piece of it.
        var noise = new byte[5_000_000];
        new Random(3).NextBytes(noise);
        byte[] content = PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(1, 1, 8, 0, false)), PngFiles.Chunk("tEXt", noise));
        using var source = new ZipSource(folder.Zip("z.zip", ("a.png", content)), ImageLimits.Default);
        Assert.Equal(content, source.ReadBytes(0));
    }

    [Fact]
    public void Two_entries_of_one_name_are_named() =>
        Fails(folder.Zip("two.zip", ("a.png", PngFiles.Rgb(4, 4)), ("a.png", PngFiles.Rgb(5, 5))), "two.zip: a.png: the zip file has two entries of this name");

    [Fact]
    public void A_large_file_is_refused_before_it_is_read()
    {
        using (var sparse = File.Create(Path.Combine(folder.Path, "large.png")))
        {
            sparse.SetLength(10L << 30);
        }

        Fails(folder.Path, "large.png: it has 10737418240 bytes; expected at most 268435456");
    }

    [Fact]
    public void An_image_that_goes_bad_later_is_named_when_it_is_read()
    {
        var path = folder.Write("a.png", PngFiles.Rgb(4, 4));
        using var set = ImageDatasets.Open(folder.Path, 8, new ImageDatasetOptions { CacheBytes = 0 });
        File.WriteAllBytes(path, PngFiles.Rgb(4, 4)[..30]);
        Assert.Contains("a.png: the PNG file is truncated", Assert.Throws<UserException>(() => set.Read(0, new byte[192])).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("a.png: it cannot be read", Assert.Throws<UserException>(() => set.Read(0, new byte[192])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_are_followed_to_files_and_not_to_folders()
    {
        folder.Write("set/a.png", PngFiles.Rgb(4, 4));
        var set = Path.Combine(folder.Path, "set");
        File.CreateSymbolicLink(Path.Combine(set, "b.png"), Path.Combine(set, "a.png"));
        Directory.CreateSymbolicLink(Path.Combine(set, "loop"), set);
        using (var images = ImageDatasets.Open(set, 8))
        {
            Assert.Equal(2, images.Count);
        }

        File.CreateSymbolicLink(Path.Combine(set, "c.png"), "/no/such/file");
        Fails(set, "c.png: it is a link to a file that is not there");
    }

    [Fact]
    public void Links_that_go_round_in_a_circle_are_named()
    {
        folder.Write("set/a.png", PngFiles.Rgb(4, 4));
        var set = Path.Combine(folder.Path, "set");
        File.CreateSymbolicLink(Path.Combine(set, "b.png"), Path.Combine(set, "c.png"));
        File.CreateSymbolicLink(Path.Combine(set, "c.png"), Path.Combine(set, "b.png"));
        Fails(set, "b.png: it is a link to a file that is not there");
        using var images = ImageDatasets.Open(set, 8, new ImageDatasetOptions { SkipBad = true });
        Assert.Equal(1, images.Count);
    }

    [Fact]
    public void Progress_is_told()
    {
        for (var i = 0; i < 70; i++)
        {
            folder.Write($"{i}.png", PngFiles.Rgb(2, 2));
        }

        var seen = new List<(int, int)>();
        using var set = ImageDatasets.Open(folder.Path, 2, new ImageDatasetOptions { Progress = new Listener(seen), Threads = 1 });
        Assert.Equal([(64, 70), (70, 70)], seen);
    }

    private static string Fails(string spec, string expected)
    {
        var error = Assert.Throws<UserException>(() => ImageDatasets.Open(spec, 8).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private sealed class Listener(List<(int, int)> seen) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => seen.Add(value);
    }
}
