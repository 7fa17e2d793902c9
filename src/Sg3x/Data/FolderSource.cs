namespace Sg3x.Data;

/// <summary>
/// The PNG and JPEG files below a folder. Names that begin with a dot are passed over, links to folders not followed.
/// </summary>
internal sealed class FolderSource : IImageSource
{
    private readonly List<string> entries = [];
    private readonly List<SkippedImage> bad = [];
    private readonly ImageLimits limits;

    public FolderSource(string folder, ImageLimits limits)
    {
        (Name, this.limits) = (folder, limits);
        Collect(new DirectoryInfo(folder), "");
        entries.Sort(StringComparer.Ordinal);
        bad.Sort((a, b) => string.CompareOrdinal(a.Entry, b.Entry));
    }

    public string Name { get; }

    public IReadOnlyList<string> Entries => entries;

    public IReadOnlyList<SkippedImage> Bad => bad;

    public byte[] ReadBytes(int index) => Read(entries[index]);

    public string Stamp(int index) =>
        Target(new FileInfo(Path.Combine(Name, entries[index]))) is { Exists: true } file
            ? FormattableString.Invariant($"{file.Length} {file.LastWriteTimeUtc.Ticks}")
            : "gone";

    public byte[]? ReadLabels() =>
        File.Exists(Path.Combine(Name, ImageSource.LabelsName)) ? Read(ImageSource.LabelsName) : null;

    public void Dispose()
    {
    }

    private byte[] Read(string entry)
    {
        var path = Path.Combine(Name, entry);
        var where = $"{Name}: {ImageSource.Printable(entry)}";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            if (!stream.CanSeek || stream.Length > limits.MaxFileBytes)
            {
                throw stream.CanSeek
                    ? ImageSource.TooLarge(where, stream.Length, limits)
                    : new UserException($"{where}: it is not a regular file.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{where}: it cannot be read ({e.Message}).", e);
        }
    }

    private void Collect(DirectoryInfo folder, string prefix)
    {
        IEnumerable<FileSystemInfo> found;
        try
        {
            found = folder.GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"{Name}: the folder {(prefix.Length == 0 ? "" : prefix + " ")}cannot be listed ({e.Message}).", e);
        }

        foreach (var item in found.Where(item => !item.Name.StartsWith('.')))
        {
            var entry = prefix + item.Name;
            if (item is DirectoryInfo sub)
            {
                if (sub.LinkTarget is null)
                {
                    Collect(sub, entry + "/");
                }
            }
            else if (ImageSource.IsImageName(item.Name))
            {
                Add(entry, (FileInfo)item);
            }
        }
    }

    private void Add(string entry, FileInfo file)
    {
        var where = $"{Name}: {ImageSource.Printable(entry)}";
        if (Target(file) is not { Exists: true } target)
        {
            bad.Add(new SkippedImage(entry, $"{where}: it is a link to a file that is not there."));
        }
        else if (target.Length == 0)
        {
            // A pipe looks like this too, and opening one would wait for its other end for ever.
            bad.Add(new SkippedImage(entry, $"{where}: it is empty, or not a regular file."));
        }
        else if (target.Length > limits.MaxFileBytes)
        {
            bad.Add(new SkippedImage(entry, ImageSource.TooLarge(where, target.Length, limits).Message));
        }
        else
        {
            entries.Add(entry);
        }
    }

    /// <summary>The file that an entry stands for; null where its links go round in a circle, or to no file.</summary>
    private static FileInfo? Target(FileInfo file)
    {
        try
        {
            return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
