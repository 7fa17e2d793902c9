namespace Sg3x.Data.Preparation;

/// <summary>How often something occurs.</summary>
/// <param name="Name">What.</param>
/// <param name="Count">How often.</param>
public sealed record Tally(string Name, int Count);

/// <summary>What is in a data set.</summary>
/// <param name="Source">The folder or zip file.</param>
/// <param name="Images">Sound images.</param>
/// <param name="Kinds">PNG and JPEG, the most frequent first.</param>
/// <param name="Channels">As of <see cref="ImageInfo"/>, the most frequent first.</param>
/// <param name="Sizes"><c>width x height</c> in pixels, the most frequent first.</param>
/// <param name="Classes">Sound images by their class, in its order; null where there are no labels.</param>
/// <param name="Bad">What is wrong, image by image and label by label, in order of path.</param>
public sealed record DatasetReport(
    string Source, int Images, IReadOnlyList<Tally> Kinds, IReadOnlyList<Tally> Channels, IReadOnlyList<Tally> Sizes,
    IReadOnlyList<Tally>? Classes, IReadOnlyList<SkippedImage> Bad);

/// <summary>Looks at every image of a folder or a zip file as a training would, and at its labels.</summary>
public static class DatasetInspection
{
    /// <summary>Looks at a data set.</summary>
    /// <param name="source">A folder (with its subfolders) or a zip file.</param>
    /// <param name="limits">Largest sizes accepted; the defaults where null.</param>
    /// <param name="progress">Told now and then how many images are done, of how many.</param>
    /// <param name="stop">Asks for a stop.</param>
    /// <exception cref="UserException">The source or its labels cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static DatasetReport Run(
        string source, ImageLimits? limits = null, IProgress<(int Done, int Of)>? progress = null, CancellationToken stop = default)
    {
        limits ??= ImageLimits.Default;
        using var images = ImageSource.Open(source, limits);
        var labels = DatasetLabels.Read(images);
        var count = images.Entries.Count;
        var infos = new ImageInfo?[count];
        var problems = new SkippedImage?[count];
        var done = 0;
        var threads = new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, threads, index =>
        {
            var name = $"{images.Name}: {ImageSource.Printable(images.Entries[index])}";
            try
            {
                var file = images.ReadBytes(index);
                infos[index] = ImageDecoding.Check(file, name, limits);
                if (infos[index]!.Kind == "JPEG")
                {
                    // The check is of the structure: what the decoder makes of it is another matter.
                    ImageDecoding.Decode(file, name, limits);
                }
            }
            catch (UserException e)
            {
                problems[index] = new SkippedImage(images.Entries[index], e.Message);
            }

            var number = Interlocked.Increment(ref done);
            if (number % 64 == 0 || number == count)
            {
                progress?.Report((number, count));
            }
        });
        int[] sound = [.. Enumerable.Range(0, count).Where(index => problems[index] is null)];
        var classes = labels is null ? null : sound.Select(index => images.Entries[index])
            .Where(labels.ByEntry.ContainsKey).GroupBy(entry => labels.ByEntry[entry]).OrderBy(group => group.Key)
            .Select(group => new Tally($"{group.Key}", group.Count())).ToArray();
        return new DatasetReport(
            images.Name,
            sound.Length,
            Count(sound.Select(index => infos[index]!.Kind)),
            Count(sound.Select(index => infos[index]!.Channels)),
            Count(sound.Select(index => $"{infos[index]!.Width}x{infos[index]!.Height}")),
            classes,
            [.. problems.OfType<SkippedImage>().Concat(images.Bad).Concat(labels?.Problems(images) ?? [])
                .OrderBy(bad => bad.Entry, StringComparer.Ordinal)]);
    }

    private static Tally[] Count(IEnumerable<string> names) =>
    [
        .. names.GroupBy(name => name).Select(group => new Tally(group.Key, group.Count()))
            .OrderByDescending(tally => tally.Count).ThenBy(tally => tally.Name, StringComparer.Ordinal),
    ];
}
