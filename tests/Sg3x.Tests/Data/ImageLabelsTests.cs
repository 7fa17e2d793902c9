using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Tests.Data;

public sealed class ImageLabelsTests : IDisposable
{
    private static readonly ImageDatasetOptions WithLabels = new() { Labels = true };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_classes_of_a_data_set_are_in_the_order_of_its_images(bool zipped)
    {
        var source = Fill(zipped, """{"labels": [["x/c.png", 4], ["b.png", 0], ["a.png", 1], ["gone.png", 9]]}""");
        using var set = ImageDatasets.Open(source, 8, WithLabels);
        Assert.Equal([1, 0, 4], set.Labels!.OfImages);
        Assert.Equal(5, set.Labels.Classes);
        Assert.Equal([0, 1, 4], set.Labels.Present);

        // Nobody asked for them.
        using var without = ImageDatasets.Open(source, 8);
        Assert.Null(without.Labels);
    }

    [Fact]
    public void An_image_without_a_label_stops_it_or_is_left_out()
    {
        var source = Fill(false, """{"labels": [["a.png", 1], ["b.png", 2]]}""");
        var error = Assert.Throws<UserException>(() => ImageDatasets.Open(source, 8, WithLabels));
        Assert.Equal($"{source}: x/c.png: dataset.json has no label for it.", error.Message);
        using var set = (FileImageDataset)ImageDatasets.Open(source, 8, WithLabels with { SkipBad = true });
        Assert.Equal([1, 2], set.Labels!.OfImages);
        Assert.Equal("x/c.png", Assert.Single(set.Skipped).Entry);
    }

    [Fact]
    public void An_image_that_is_left_out_does_not_change_how_many_classes_there_are()
    {
        var source = Fill(false, """{"labels": [["a.png", 0], ["b.png", 1], ["x/c.png", 2]]}""");
        File.WriteAllBytes(Path.Combine(source, "x", "c.png"), [1, 2, 3]);
        using var set = ImageDatasets.Open(source, 8, WithLabels with { SkipBad = true });
        Assert.Equal([0, 1], set.Labels!.OfImages);
        Assert.Equal(3, set.Labels.Classes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"labels": null}""")]
    public void Images_may_have_no_labels(string? json)
    {
        using var set = ImageDatasets.Open(Fill(false, json), 8, WithLabels);
        Assert.Null(set.Labels);
        Assert.Equal(3, set.Count);
    }

    [Fact]
    public void Labels_that_cannot_be_read_are_named_where_they_are_asked_for()
    {
        var source = Fill(false, """{"labels": [["a.png", -1]]}""");
        var error = Assert.Throws<UserException>(() => ImageDatasets.Open(source, 8, WithLabels));
        Assert.Contains("dataset.json: labels[0]: expected a class", error.Message, StringComparison.Ordinal);
        using var set = ImageDatasets.Open(source, 8);
        Assert.Equal(3, set.Count);
    }

    /// <summary>The labels of a batch are those of its images, from whatever position the stream is taken up.</summary>
    [Property(MaxTest = 25)]
    public void A_batch_has_the_labels_of_its_images(PositiveInt drawn, bool mirror)
    {
        using var set = new Coloured(1 + (drawn.Get % 11));
        int batch = 1 + (drawn.Get % 5);
        using var batches = new ImageBatches(set, batch, mirror, seed: drawn.Get, startImage: drawn.Get % 40);
        Assert.Null(batches.Classes);
        for (var i = 0; i < 9; i++)
        {
            using Tensor images = batches.Next();
            Assert.Equal(Enumerable.Range(0, batch).Select(k => (int)images.bytes[k * 12]), batches.Classes!);
        }
    }

    [Property(MaxTest = 50)]
    public void Drawn_labels_are_of_the_data_and_follow_from_the_seed(PositiveInt drawn, NonEmptyArray<byte> ofImages)
    {
        var labels = new ImageLabels(ofImages.Get.Select(number => (int)number), 256);
        var once = labels.Draw(drawn.Get, 20);
        Assert.Equal(once, labels.Draw(drawn.Get, 20));
        Assert.Equal(once[..7], labels.Draw(drawn.Get, 7));
        Assert.Empty(once.Except(labels.OfImages));
        Assert.All(ImageLabels.Only(3, 5).Draw(drawn.Get, 4), number => Assert.Equal(3, number));
        Assert.Equal([0, 1, 2], ImageLabels.Each(3).Present);
    }

    [Property(MaxTest = 30)]
    public void A_vector_has_a_one_where_its_class_is(PositiveInt drawn)
    {
        int classes = 1 + (drawn.Get % 9);
        int[] numbers = [.. Enumerable.Range(0, drawn.Get % 5 + 1).Select(i => (drawn.Get + (i * 7)) % classes)];
        using Tensor vectors = ImageLabels.OneHot(numbers, classes);
        Assert.Equal([numbers.Length, classes], vectors.shape);
        Assert.Equal(
            numbers.SelectMany(number => Enumerable.Range(0, classes).Select(k => k == number ? 1f : 0f)),
            vectors.data<float>().ToArray());
    }

    [Fact]
    public void A_class_that_there_is_not_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageLabels.OneHot([3], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageLabels.OneHot([-1], 3));
        Assert.Throws<ArgumentException>(() => new ImageLabels([0, 3], 3));
        Assert.Throws<ArgumentException>(() => new ImageLabels([], 3));
    }

    [Fact]
    public void A_subset_has_the_images_of_its_class()
    {
        using var set = new Coloured(7);
        using var subset = new ClassSubset(set, 1);
        Assert.Equal((2, "coloured, class 1", 2), (subset.Count, subset.Name, subset.Resolution));
        Assert.Equal([1, 1], subset.Labels!.OfImages);
        Assert.Equal(3, subset.Labels.Classes);
        var pixels = new byte[12];
        for (var i = 0; i < subset.Count; i++)
        {
            subset.Read(i, pixels);
            Assert.Equal(1, pixels[0]);
        }

        using var none = new ClassSubset(set, 5);
        Assert.Equal(0, none.Count);
        using var cats = new CatDataset(3, 8);
        Assert.Throws<ArgumentException>(() => new ClassSubset(cats, 0));
    }

    private string Fill(bool zipped, string? json)
    {
        (string Entry, byte[] Content)[] files =
        [
            ("x/c.png", PngFiles.Rgb(8, 8)), ("a.png", PngFiles.Rgb(9, 8)), ("b.png", PngFiles.Rgb(8, 9)),
            .. json is null ? Array.Empty<(string, byte[])>() : [("dataset.json", Encoding.UTF8.GetBytes(json))],
        ];
        if (zipped)
        {
            return folder.Zip("set.zip", files);
        }

        foreach (var (entry, content) in files)
        {
            folder.Write("set/" + entry, content);
        }

        return Path.Combine(folder.Path, "set");
    }

    /// <summary>2×2 images of one value, which is their class: 0, 1, 2, 0, …</summary>
    private sealed class Coloured(int count) : IImageDataset
    {
        public string Name => "coloured";

        public int Count => count;

        public int Resolution => 2;

        public ImageLabels? Labels { get; } = new(Enumerable.Range(0, count).Select(index => index % 3), 3);

        public void Read(int index, Span<byte> rgbChw) => rgbChw.Fill((byte)(index % 3));

        public void Dispose()
        {
        }
    }
}
