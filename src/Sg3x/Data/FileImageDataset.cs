using System.Security.Cryptography;
using Sg3x.Data.Preparation;

namespace Sg3x.Data;

/// <summary>
/// Images from a folder or a zip file, cropped to a centred square and resized, kept in memory as far as that is allowed.
/// </summary>
public sealed class FileImageDataset : IImageDataset
{
    private readonly IImageSource source;
    private readonly ImageDatasetOptions options;
    private readonly ImageCache cache;
    private readonly int[] indices;
    private readonly byte[]? digests;

    internal FileImageDataset(IImageSource source, int resolution, ImageDatasetOptions options)
    {
        (this.source, this.options, Resolution) = (source, options, resolution);
        cache = new ImageCache(source.Entries.Count, 3 * resolution * resolution, options.CacheBytes);
        try
        {
            var skipped = new SortedDictionary<string, SkippedImage>(StringComparer.Ordinal);
            foreach (var entry in source.Bad)
            {
                skipped[entry.Entry] = entry;
            }

            digests = options.CheckAll ? new byte[source.Entries.Count * SHA256.HashSizeInBytes] : null;
            var labels = options.Labels ? DatasetLabels.Read(source) : null;
            var bad = Unlabelled(source, labels);
            bad.AddRange(options.CheckAll ? CheckAll() : []);
            foreach (var (index, error) in bad)
            {
                skipped[source.Entries[index]] = new SkippedImage(source.Entries[index], error);
            }

            Skipped = [.. skipped.Values];
            StopIfBad(source, options, Skipped);
            var left = bad.Select(item => item.Index).ToHashSet();
            indices = [.. Enumerable.Range(0, source.Entries.Count).Where(index => !left.Contains(index))];
            if (indices.Length == 0)
            {
                throw new UserException(Skipped.Count == 0
                    ? $"{source.Name}: it has no images; expected files named .png, .jpg or .jpeg."
                    : $"{source.Name}: all of its {Skipped.Count} images are bad; the first: {Skipped[0].Reason}");
            }

            Labels = labels is null ? null : OfImages(labels);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public int Resolution { get; }

    /// <inheritdoc/>
    public ImageLabels? Labels { get; }

    /// <summary>
    /// What was left out because it is bad, in order of its path; empty unless <see cref="ImageDatasetOptions.SkipBad"/>.
    /// </summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>The path of an image within the folder or zip file.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public string EntryName(int index) => source.Entries[indices[index]];

    /// <inheritdoc/>
    public void Read(int index, Span<byte> rgbChw) => ReadEntry(indices[index], rgbChw);

    /// <summary>SHA-256, in hexadecimal, over that of each image's file, in the order of the images.</summary>
    /// <exception cref="UserException">An image that was not read when the data set was opened cannot be read.</exception>
    public string ContentDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int entry in indices)
        {
            hash.AppendData(digests is null ? SHA256.HashData(source.ReadBytes(entry)) : Digest(entry));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    private static List<(int Index, string Error)> Unlabelled(IImageSource source, DatasetLabels? labels) => labels is null ? []
        : [.. source.Entries.Index().Where(entry => !labels.ByEntry.ContainsKey(entry.Item)).Select(entry => (entry.Index,
            $"{source.Name}: {ImageSource.Printable(entry.Item)}: {ImageSource.LabelsName} has no label for it."))];

    // An image that is left out does not change how many classes there are.
    private ImageLabels OfImages(DatasetLabels labels) => new(
        indices.Select(index => labels.ByEntry[source.Entries[index]]),
        source.Entries.Where(labels.ByEntry.ContainsKey).Max(entry => labels.ByEntry[entry]) + 1);

    private static void StopIfBad(IImageSource source, ImageDatasetOptions options, IReadOnlyList<SkippedImage> skipped)
    {
        if (skipped.Count > 0 && !options.SkipBad)
        {
            throw new UserException(ImageSource.Describe(source.Name, skipped));
        }
    }

    private List<(int Index, string Error)> CheckAll()
    {
        var bad = new List<(int Index, string Error)>();
        var done = 0;
        var threads = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            CancellationToken = options.Stop,
        };
        Parallel.For(0, source.Entries.Count, threads, () => new byte[3 * Resolution * Resolution], (index, _, buffer) =>
        {
            try
            {
                ReadEntry(index, buffer, Digest(index));
            }
            catch (UserException e)
            {
                lock (bad)
                {
                    bad.Add((index, e.Message));
                }
            }

            var count = Interlocked.Increment(ref done);
            if (count % 64 == 0 || count == source.Entries.Count)
            {
                options.Progress?.Report((count, source.Entries.Count));
            }

            return buffer;
        }, _ => { });
        return bad;
    }

    private Span<byte> Digest(int entry) => digests.AsSpan(entry * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);

    /// <summary>Reads an image, and where it is not kept in memory yet and that is asked for, its file's SHA-256.</summary>
    private void ReadEntry(int entry, Span<byte> rgbChw, Span<byte> digest = default)
    {
        if (cache.TryGet(entry, rgbChw))
        {
            return;
        }

        var file = source.ReadBytes(entry);
        if (!digest.IsEmpty)
        {
            SHA256.HashData(file, digest);
        }

        var image = ImageDecoding.Decode(
            file, $"{source.Name}: {ImageSource.Printable(source.Entries[entry])}", options.Limits);
        Resampling.CropAndResize(image, Resolution, rgbChw);
        cache.Put(entry, rgbChw);
    }
}
