using Sg3x.Data;
using Sg3x.Metrics;
using Sg3x.Tests.Training;
using static TorchSharp.torch;

namespace Sg3x.Tests.Metrics;

public sealed class ImageMetricsTests : IDisposable
{
    private readonly Data.TemporaryFolder folder = new();

    private readonly Sg3x.Networks.Generator generator = new(TinyRun.Config.Generator, 3);

    private static string NetworkFile => Path.Combine(AppContext.BaseDirectory, "script-network.pt");

    public void Dispose()
    {
        generator.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Everything_is_measured_and_features_of_real_images_are_kept()
    {
        generator.eval();
        using var data = new CatDataset(9, 16);
        using var network = FeatureExtractor.Load(NetworkFile, CPU);
        var options = new MetricsOptions { Samples = 7, Batch = 3, Features = network, CacheFolder = folder.Path, Rotations = true };
        MetricsReport report = ImageMetrics.Measure(generator, data, options);
        foreach (EquivarianceFigure? figure in new[] { report.Translation, report.Fractional, report.Rotation })
        {
            Assert.True(figure!.Decibels.Low <= figure.Decibels.Value && figure.Decibels.Value <= figure.Decibels.High, $"{figure}");
        }

        Assert.Equal([16], report.SlicedWasserstein!.Levels.Select(level => level.Resolution));
        Assert.Equal(7, report.SlicedWasserstein.Images);
        Assert.Equal(9, report.Spectra!.Real.Count);
        Assert.Equal((7, 9, false), (report.Features!.Generated, report.Features.Real, report.Features.FromCache));
        Assert.True(report.Features.Fid > 0 && report.Features.Precision is >= 0 and <= 1);

        MetricsReport again = ImageMetrics.Measure(generator, data, options);
        Assert.True(again.Features!.FromCache);
        Assert.Equal(report.Features with { FromCache = true }, again.Features);
        Assert.Equal(report.SlicedWasserstein.Mean, again.SlicedWasserstein!.Mean);

        // Another image, or a damaged file, and the features are computed anew.
        using var others = new CatDataset(8, 16);
        Assert.False(ImageMetrics.Measure(generator, others, options).Features!.FromCache);
        foreach (string file in Directory.GetFiles(folder.Path))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        again = ImageMetrics.Measure(generator, data, options);
        Assert.Equal(report.Features, again.Features);
    }

    [Fact]
    public void The_images_of_a_data_set_are_at_no_distance_from_themselves()
    {
        // A generator that makes the data set's own images: what is measured is what is in the files.
        using var data = new Drawn(generator);
        generator.eval();
        MetricsReport report = ImageMetrics.Measure(generator, data, new MetricsOptions { Samples = data.Count, Equivariance = false });
        Assert.Null(report.Translation);
        Assert.Equal(0, report.Spectra!.Difference.Value, 1e-9);
        Assert.Equal(report.Spectra.Real, report.Spectra.Generated);
    }

    [Fact]
    public void A_network_for_features_that_is_none_is_named()
    {
        Assert.Contains("nowhere.pt: it cannot be read", Fails("nowhere.pt"), StringComparison.Ordinal);
        folder.Write("text.pt", "no module"u8.ToArray());
        Assert.Contains("text.pt: expected a TorchScript module", Fails("text.pt"), StringComparison.Ordinal);
        using var network = FeatureExtractor.Load(NetworkFile, CPU);
        using var grey = zeros(1, 1, 16, 16, dtype: uint8);
        Assert.Contains(
            "script-network.pt: the network fails on uint8 [1, 1, 16, 16]: RuntimeError",
            Assert.Throws<UserException>(() => network.Extract(grey)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_set_of_another_size_is_named()
    {
        using var data = new CatDataset(9, 32);
        Assert.Contains(
            "expected at least 2 images of 16x16 pixels, found 9 of 32x32",
            Assert.Throws<UserException>(() => ImageMetrics.Measure(generator, data, new MetricsOptions())).Message, StringComparison.Ordinal);
    }

    private string Fails(string name) =>
        Assert.Throws<UserException>(() => FeatureExtractor.Load(Path.Combine(folder.Path, name), CPU)).Message;

    /// <summary>The first images of a generator, as they would be in files.</summary>
    private sealed class Drawn(Sg3x.Networks.Generator generator) : IImageDataset
    {
        public string Name => "drawn";

        public int Count => 4;

        public int Resolution => 16;

        public void Read(int index, Span<byte> rgbChw)
        {
            using Tensor image = Sg3x.Training.SeededImages.Image(generator, index, 1, CPU);
            using Tensor bytes = ImageGrid.Compose(image, 1);
            bytes.bytes.CopyTo(rgbChw);
        }

        public void Dispose()
        {
        }
    }
}
