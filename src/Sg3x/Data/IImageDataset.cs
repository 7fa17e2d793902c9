namespace Sg3x.Data;

/// <summary>Images of one size, by number. Reading is safe from several threads at once.</summary>
public interface IImageDataset : IDisposable
{
    /// <summary>What it is, for people: the folder, the file, <c>cats:</c>.</summary>
    string Name { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>Width and height in pixels.</summary>
    int Resolution { get; }

    /// <summary>The images' classes; null where they have none, or none were asked for.</summary>
    ImageLabels? Labels => null;

    /// <summary>Writes one image: red, green and blue planes of 8 bits, [3, Resolution, Resolution].</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="rgbChw">Room for exactly 3·Resolution² values.</param>
    /// <exception cref="UserException">The image cannot be read any more; names file and entry.</exception>
    void Read(int index, Span<byte> rgbChw);
}

/// <summary>How a data set is opened.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>Leave bad images out, and say which, instead of stopping at them.</summary>
    public bool SkipBad { get; init; }

    /// <summary>
    /// Check and decode every image when the data set is opened, so that a bad one stops a run before it begins and not days
    /// later. Without it bad images are found when they are read, and <see cref="SkipBad"/> leaves out only what has a bad name
    /// or size.
    /// </summary>
    public bool CheckAll { get; init; } = true;

    /// <summary>Read the images' classes (<c>dataset.json</c>), where there are any; an image without one is bad then.</summary>
    public bool Labels { get; init; }

    /// <summary>Bytes of resized images to keep in memory.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Largest sizes accepted.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Threads that check the images on opening; 0 for as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>Told now and then how many images are checked, of how many.</summary>
    public IProgress<(int Done, int Of)>? Progress { get; init; }

    /// <summary>Asks for a stop while images are checked.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>An image that was left out, and why.</summary>
/// <param name="Entry">Its path in the folder or the zip file.</param>
/// <param name="Reason">The whole error.</param>
public sealed record SkippedImage(string Entry, string Reason);
