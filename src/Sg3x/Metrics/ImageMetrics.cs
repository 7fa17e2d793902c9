using System.Security.Cryptography;
using System.Text;
using Sg3x.Data;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>What is measured, and on how much.</summary>
public sealed record MetricsOptions
{
    /// <summary>Images that are made, and pairs of each equivariance.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Images at once.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>The seed of the first image (<see cref="SeededImages"/>); the next one has the next.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Measures the images of one class, against the real ones of that class; null: of all, with labels drawn from the real
    /// images'. Only of a generator with classes.
    /// </summary>
    public int? Class { get; init; }

    /// <summary>Most real images that features are taken of, evenly spread over the data set.</summary>
    public int MostReal { get; init; } = 50_000;

    /// <summary>Whether to measure EQ-T and EQ-T_frac.</summary>
    public bool Equivariance { get; init; } = true;

    /// <summary>Whether to measure EQ-R; null: of config R, which is made for it.</summary>
    public bool? Rotations { get; init; }

    /// <summary>Gives features for FID, KID, precision and recall; null: none of them.</summary>
    public FeatureExtractor? Features { get; init; }

    /// <summary>Where the real images' features are kept; null: nowhere.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Keeps the real images' features for the next measurement against the same data; null: they are looked up
    /// again.</summary>
    public KeptFeatures? Kept { get; init; }

    /// <summary>Told what is being done, how much of it is done, of how much.</summary>
    public Action<string, int, int>? Progress { get; init; }

    /// <summary>Asks for a stop between batches.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>Measures a generator, by itself and against real images.</summary>
public sealed class ImageMetrics
{
    // Patches are 75 kB an image and level, of both sets.
    private const int MostPatchImages = 4096;

    private readonly Networks.Generator generator;
    private readonly IImageDataset? data;
    private readonly MetricsOptions options;
    private readonly ImageLabels? labels;
    private readonly Device device;

    private ImageMetrics(Networks.Generator generator, IImageDataset? data, ImageLabels? labels, MetricsOptions options)
    {
        (this.generator, this.data, this.labels, this.options) = (generator, data, labels, options);
        device = generator.parameters().First().device;
    }

    /// <summary>Measures.</summary>
    /// <param name="generator">A generator in evaluation mode.</param>
    /// <param name="data">Real images of its resolution, at least 2, of a generator with classes with their labels; null: only
    /// equivariance is measured.</param>
    /// <param name="options">What to measure.</param>
    /// <exception cref="UserException">An image cannot be read, the network for features fails, or images are not
    /// finite.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static MetricsReport Measure(Networks.Generator generator, IImageDataset? data, MetricsOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ImageLabels? labels = LabelsOf(generator.Config.CDim, data, options.Class);
        if (data is not null && options.Class is int number)
        {
            data = new ClassSubset(data, number);
        }

        if (data is not null && (data.Resolution != generator.Config.Resolution || data.Count < 2))
        {
            throw UserException.Mismatch(
                data.Name, $"at least 2 images of {generator.Config.Resolution}x{generator.Config.Resolution} pixels",
                $"{data.Count} of {data.Resolution}x{data.Resolution}");
        }

        return new ImageMetrics(generator, data, labels, options).Measure();
    }

    /// <summary>What labels of generated images are drawn from; null of a generator without classes.</summary>
    private static ImageLabels? LabelsOf(int classes, IImageDataset? data, int? number)
    {
        if (classes == 0)
        {
            return number is null ? null
                : throw UserException.Mismatch("class", "none, since the network has no classes", $"{number}");
        }

        if (data is null ? number is null : data.Labels?.Classes != classes)
        {
            throw UserException.Mismatch(
                data?.Name ?? "the network's classes", $"images of {classes} classes ({ImageSource.LabelsName})"
                    + (data is null ? " to draw labels from, or one class (--class)" : ", as many as the network has"),
                data is null ? "nothing" : data.Labels is null ? "no labels" : $"{data.Labels.Classes} classes");
        }

        return number is int one
            ? one >= 0 && one < classes ? ImageLabels.Only(one, classes)
                : throw UserException.Mismatch("class", $"0 to {classes - 1}", $"{one}")
            : data!.Labels;
    }

    private MetricsReport Measure()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var report = new MetricsReport(options.Samples, options.Seed, null, null, null, data?.Name, null, null, null);
        if (options.Equivariance)
        {
            EquivarianceResult result = Equivariance.Measure(generator, new EquivarianceOptions
            {
                Samples = options.Samples,
                Batch = Math.Min(options.Batch, 4),
                Seed = (int)(options.Seed & int.MaxValue),
                Rotations = options.Rotations ?? generator.Config.RadialFilters,
                Labels = labels,
                Progress = new Listener(value => options.Progress?.Invoke("equivariance", value.Done, value.Of)),
            }, options.Stop);
            report = report with
            {
                Translation = EquivarianceFigure.Of(result.Translation),
                Fractional = EquivarianceFigure.Of(result.Fractional),
                Rotation = result.Rotation is null ? null : EquivarianceFigure.Of(result.Rotation),
            };
        }

        return data is null ? report : Compare(report, data);
    }

    private MetricsReport Compare(MetricsReport report, IImageDataset reals)
    {
        int count = Math.Min(options.Samples, reals.Count);
        int patched = reals.Resolution < SlicedWasserstein.Smallest ? 0 : Math.Min(count, MostPatchImages);
        (PatchSet A, PatchSet B)? patches =
            patched > 0 ? SlicedWasserstein.Sets(patched, reals.Resolution, options.Seed) : null;
        List<double[]> fakeSpectra = [], realSpectra = [];
        var features = new List<Tensor>();
        InBatches("generated images", options.Samples, (start, images) =>
        {
            Tensor fakes = Generate(start, images);
            patches?.A.Add(fakes.narrow(0, 0, Math.Clamp(patched - start, 0, images)));
            fakeSpectra.AddRange(PowerSpectrum.ByImage(fakes));
            if (options.Features is not null)
            {
                features.Add(options.Features.Extract(fakes).MoveToOuterDisposeScope());
            }
        });
        InBatches("real images", count, (start, images) =>
        {
            realSpectra.AddRange(PowerSpectrum.ByImage(RealImages.Read(reals, start, images, count)));
            int rest = Math.Clamp(patched - start, 0, images);
            if (rest > 0)
            {
                patches?.B.Add(RealImages.Read(reals, start, rest, patched));
            }
        });
        options.Progress?.Invoke("distances", 0, 1);
        return report with
        {
            SlicedWasserstein = patches is var (a, b) ? SlicedWassersteinIntervals.Measure(a, b, options.Seed) : null,
            Spectra = Spectra(fakeSpectra, realSpectra),
            Features = options.Features is null ? null : OfFeatures(options.Features, cat(features), reals),
        };
    }

    private SpectraFigure Spectra(List<double[]> generated, List<double[]> real)
    {
        double Difference(IReadOnlyList<int> counts)
        {
            double[] a = PowerSpectrum.Decibels(generated, [.. counts.Take(generated.Count)]);
            double[] b = PowerSpectrum.Decibels(real, [.. counts.Skip(generated.Count)]);
            return Math.Sqrt(a.Zip(b).Skip(1).Average(pair => (pair.First - pair.Second) * (pair.First - pair.Second)));
        }

        double[] drawn = [.. Enumerable.Range(0, 200).Select(i => Difference(
            [.. Bootstrap.Draw(generated.Count, options.Seed, 2 * i), .. Bootstrap.Draw(real.Count, options.Seed, 2 * i + 1)]))];
        int[] once = [.. Enumerable.Repeat(1, generated.Count + real.Count)];
        return new SpectraFigure(
            PowerSpectrum.Decibels(generated, once), PowerSpectrum.Decibels(real, once),
            Bootstrap.Around(Difference(once), drawn));
    }

    private FeatureFigures OfFeatures(FeatureExtractor network, Tensor generated, IImageDataset reals)
    {
        int count = Math.Min(options.MostReal, reals.Count);
        (Tensor real, bool cached) = OfReals(network, reals, count);
        if (real.shape[1] != generated.shape[1])
        {
            throw UserException.Mismatch(
                $"{network.Path}: features of generated images", $"{real.shape[1]} values", $"{generated.shape[1]}");
        }

        long fewest = Math.Min(real.shape[0], generated.shape[0]);
        PrecisionRecallResult? both = fewest >= 4 ? PrecisionRecall.Between(real, generated, options.Stop) : null;
        return new FeatureFigures(
            network.Digest, (int)generated.shape[0], count,
            fewest >= 2 ? FrechetDistance.Between(real, generated) : null,
            fewest >= 2 ? KernelDistance.Between(real, generated, options.Seed, options.Stop) : null,
            both?.Precision, both?.Recall, cached);
    }

    /// <summary>The features of real images, and whether they were there already.</summary>
    private (Tensor Features, bool Cached) OfReals(FeatureExtractor network, IImageDataset reals, int count)
    {
        if (options.Kept?.Take() is Tensor kept)
        {
            return (kept, true);
        }

        string key = Key(network, reals, count);
        Tensor? real = FeatureCache.Read(options.CacheFolder, key, count);
        bool cached = real is not null;
        if (real is null)
        {
            var parts = new List<Tensor>();
            InBatches("features of real images", count, (start, images) =>
                parts.Add(network.Extract(RealImages.Read(reals, start, images, count)).MoveToOuterDisposeScope()));
            real = cat(parts);
            FeatureCache.Keep(options.CacheFolder, key, real);
        }

        options.Kept?.Keep(real);
        return (real, cached);
    }

    /// <summary>SHA-256 over the network's file and the pixels of the images, in their order.</summary>
    private string Key(FeatureExtractor network, IImageDataset reals, int count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{network.Digest} {count} {reals.Resolution} "));
        var pixels = new byte[3 * reals.Resolution * reals.Resolution];
        for (int i = 0; i < count; i++)
        {
            options.Stop.ThrowIfCancellationRequested();
            reals.Read(RealImages.Place(reals, i, count), pixels);
            hash.AppendData(pixels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>uint8 [N, 3, R, R]: what would be in the image files.</summary>
    private Tensor Generate(int start, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = cat(
            [.. Enumerable.Range(0, count).Select(i => SeededImages.Latent(options.Seed + start + i, generator.Config.ZDim))]);
        Tensor? c = labels is null ? null : ImageLabels.OneHot(
            [.. Enumerable.Range(0, count).Select(i =>
                labels.Draw(CounterRandom.Seed(options.Seed + start + i, RandomPurpose.NumberedLabels), 1)[0])],
            labels.Classes, device);
        Tensor images = generator.forward(z.to(device), c).to(ScalarType.Float32);
        if (!float.IsFinite(images.abs().sum().cpu().item<float>()))
        {
            throw UserException.Mismatch(
                $"seeds {options.Seed + start} to {options.Seed + start + count - 1}", "images of finite values",
                "others: the network's weights are damaged");
        }

        return ((images + 1) * 127.5).round().clamp(0, 255).to(ScalarType.Byte).cpu().MoveToOuterDisposeScope();
    }

    private void InBatches(string what, int count, Action<int, int> action)
    {
        for (int start = 0; start < count; start += options.Batch)
        {
            options.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            action(start, Math.Min(options.Batch, count - start));
            options.Progress?.Invoke(what, Math.Min(start + options.Batch, count), count);
        }
    }

    private sealed class Listener(Action<(int Done, int Of)> hear) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => hear(value);
    }
}
