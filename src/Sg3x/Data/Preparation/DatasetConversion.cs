using System.IO.Compression;
using System.Runtime.ExceptionServices;
using Sg3x.Checkpoints;

namespace Sg3x.Data.Preparation;

/// <summary>How a data set is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>Width and height of the images in pixels.</summary>
    public required int Resolution { get; init; }

    /// <summary>What becomes of images that are not square.</summary>
    public CropMode Crop { get; init; } = CropMode.Center;

    /// <summary>The kernel of the resizing.</summary>
    public ResizeFilter Filter { get; init; }

    /// <summary>Leave bad images out and report them, instead of making nothing of the data set.</summary>
    public bool SkipBad { get; init; }

    /// <summary>Where the report of bad images goes; null: beside the destination, <c>DEST.report.json</c>.</summary>
    public string? Report { get; init; }

    /// <summary>Largest sizes accepted.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Threads; 0 for as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>Told now and then how many images are done, of how many.</summary>
    public IProgress<(int Done, int Of)>? Progress { get; init; }

    /// <summary>Asks for a stop between images.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>What came of a conversion.</summary>
/// <param name="Destination">The folder or zip file.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Classes">Number of classes among their labels; null where the source has no labels.</param>
/// <param name="LeftOut">What was left out and why, in order of its path.</param>
/// <param name="Report">The report of it; null where nothing was left out.</param>
public sealed record ConversionResult(
    string Destination, int Images, int? Classes, IReadOnlyList<SkippedImage> LeftOut, string? Report);

/// <summary>
/// Makes a data set of square PNG images of one size, numbered as the official data set tool does
/// (<c>00000/img00000000.png</c>, by the place of the original in the ordinal order of paths; a number is missing where an image
/// was left out), with the labels of the source in <c>dataset.json</c>. The destination is whole or absent: until then everything
/// is in <c>DEST.partial</c>, where the same conversion goes on after a stop. The same source gives the same bytes.
/// </summary>
public static class DatasetConversion
{
    // Zip entries have a date, and the same source is to give the same file: the first that a zip file can hold.
    private static readonly DateTimeOffset Date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Converts, or goes on with a conversion that was stopped.</summary>
    /// <param name="source">A folder (with its subfolders) or a zip file of PNG and JPEG images.</param>
    /// <param name="destination">A name that is not taken: a zip file where it ends in <c>.zip</c>, a folder otherwise.</param>
    /// <param name="options">How.</param>
    /// <exception cref="UserException">
    /// The source cannot be read, an image is bad (names them, after all have been looked at), or the destination cannot be
    /// written. What was converted is kept for the next call.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was asked to stop. What was converted is kept for the next
    /// call.</exception>
    public static ConversionResult Run(string source, string destination, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Resolution is < 1 or > 16384)
        {
            throw UserException.Mismatch("--resolution", "1 to 16384 pixels", $"{options.Resolution}");
        }

        destination = destination.Length > 1 ? destination.TrimEnd('/') : destination;
        CheckDestination(source, destination);
        using var images = ImageSource.Open(source, options.Limits);
        var labels = DatasetLabels.Read(images);
        if (images.Entries.Count == 0 && images.Bad.Count == 0)
        {
            throw new UserException($"{images.Name}: it has no images; expected files named .png, .jpg or .jpeg.");
        }

        using var folder = ConversionFolder.Open(destination, new
        {
            source = Path.GetFullPath(source),
            images = ConversionFolder.Digest(images.Entries.Select((entry, index) => $"{entry}\n{images.Stamp(index)}")),
            resolution = options.Resolution,
            crop = $"{options.Crop}",
            filter = $"{options.Filter}",
        });
        var bad = new SortedDictionary<string, SkippedImage>(StringComparer.Ordinal);
        foreach (var item in images.Bad.Concat(labels?.Problems(images) ?? []).Concat(ConvertAll(images, folder, options)))
        {
            bad.TryAdd(item.Entry, item);
        }

        var leftOut = (SkippedImage[])[.. bad.Values];
        var report = ConversionReport.Write(options.Report ?? $"{destination}.report.json", images.Name, leftOut);
        int[] good = [.. Enumerable.Range(0, images.Entries.Count).Where(index => !bad.ContainsKey(images.Entries[index]))];
        if (leftOut.Length > 0 && (!options.SkipBad || good.Length == 0))
        {
            var found = ImageSource.Describe(images.Name, leftOut);
            throw new UserException(good.Length == 0
                ? $"{found}\nNone is left. All of them: {report}"
                : $"{found}\nAll of them: {report}. With --skip-bad they are left out; what is converted is kept.");
        }

        (string Entry, int Class)[]? classes = labels is null
            ? null
            : [.. good.Select(index => (ConversionFolder.EntryName(index), labels.ByEntry[images.Entries[index]]))];
        Finish(folder, destination, good, classes);
        return new ConversionResult(destination, good.Length, classes?.DistinctBy(item => item.Class).Count(), leftOut, report);
    }

    private static void CheckDestination(string source, string destination)
    {
        if (source.Length == 0 || destination.Length == 0)
        {
            throw UserException.Mismatch(
                source.Length == 0 ? "SOURCE" : "DEST", "the name of a folder or a zip file", "an empty one");
        }

        if (Path.Exists(destination))
        {
            throw UserException.Mismatch(destination, "a name that is not taken", "something there already");
        }

        var from = Path.GetFullPath(source).TrimEnd('/') + "/";
        if (Directory.Exists(source) && Path.GetFullPath(destination).StartsWith(from, StringComparison.Ordinal))
        {
            throw UserException.Mismatch(destination, "a place outside of the source", $"one in {source}");
        }
    }

    private static List<SkippedImage> ConvertAll(IImageSource images, ConversionFolder folder, ConversionOptions options)
    {
        var bad = new List<SkippedImage>();
        var (done, count) = (0, images.Entries.Count);
        var threads = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            CancellationToken = options.Stop,
        };
        try
        {
            Parallel.For(0, count, threads, index =>
            {
                if (!folder.Has(index, options.Resolution))
                {
                    if (Convert(images, index, options, out var png) is string problem)
                    {
                        lock (bad)
                        {
                            bad.Add(new SkippedImage(images.Entries[index], problem));
                        }
                    }
                    else
                    {
                        folder.Put(index, png);
                    }
                }

                var number = Interlocked.Increment(ref done);
                if (number % 64 == 0 || number == count)
                {
                    options.Progress?.Report((number, count));
                }
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return bad;
    }

    /// <summary>Makes the image, or says what is wrong with it.</summary>
    private static string? Convert(IImageSource images, int index, ConversionOptions options, out byte[] png)
    {
        png = [];
        var name = $"{images.Name}: {ImageSource.Printable(images.Entries[index])}";
        var size = options.Resolution;
        var square = new byte[3 * size * size];
        try
        {
            var image = ImageDecoding.Decode(images.ReadBytes(index), name, options.Limits);
            Cropping.Apply(image, options.Crop, size, options.Filter, square);
        }
        catch (UserException e)
        {
            return e.Message;
        }
        catch (InvalidImageException e)
        {
            return $"{name}: {e.Message}.";
        }

        png = PngWriter.Encode(square, size, size);
        return null;
    }

    private static void Finish(ConversionFolder folder, string destination, int[] images, (string, int)[]? labels)
    {
        try
        {
            if (destination.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                AtomicFile.Write(folder.Zip, stream => WriteZip(stream, folder, images, labels));
                File.Move(folder.Zip, destination);
            }
            else
            {
                folder.KeepOnly(images);
                if (labels is not null)
                {
                    var path = Path.Combine(folder.Images, ImageSource.LabelsName);
                    AtomicFile.Write(path, stream => stream.Write(DatasetLabels.Format(labels)));
                }

                Directory.Move(folder.Images, destination);
            }

            folder.Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{destination}: cannot be written: {e.Message}", e);
        }
    }

    private static void WriteZip(Stream stream, ConversionFolder folder, int[] images, (string, int)[]? labels)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        void Add(string name, byte[] content)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
            entry.LastWriteTime = Date;
            using var to = entry.Open();
            to.Write(content);
        }

        foreach (var index in images)
        {
            var name = ConversionFolder.EntryName(index);
            Add(name, File.ReadAllBytes(Path.Combine(folder.Images, name)));
        }

        if (labels is not null)
        {
            Add(ImageSource.LabelsName, DatasetLabels.Format(labels));
        }
    }
}
