using System.Globalization;
using Sg3x.Data.Cats;

namespace Sg3x.Data;

/// <summary>
/// The procedural data set <c>cats:</c>: drawn cat faces of varied pose, shape, coat, eyes, light and surroundings, at any
/// resolution, the same bits for the same number on any machine. It is there so that training, tests and examples need no
/// download.
/// </summary>
public sealed class CatDataset : IImageDataset
{
    /// <summary>What its name begins with; a count may follow.</summary>
    public const string Prefix = "cats:";

    /// <summary>Cats in <c>cats:</c> without a count.</summary>
    public const int DefaultCount = 10000;

    /// <summary>Most cats in a set: the order of a larger one would not fit in memory.</summary>
    public const int MaxCount = 1 << 24;

    private readonly ImageCache cache;

    /// <summary>A data set of so many cats.</summary>
    /// <param name="count">Number of cats. A smaller set is the beginning of a larger one.</param>
    /// <param name="resolution">Width and height in pixels.</param>
    /// <param name="cacheBytes">Bytes of drawn cats to keep in memory.</param>
    public CatDataset(int count, int resolution, long cacheBytes = 1L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resolution, 1);
        (Count, Resolution) = (count, resolution);
        cache = new ImageCache(count, 3 * resolution * resolution, cacheBytes);
    }

    /// <inheritdoc/>
    public string Name => Count == DefaultCount ? Prefix : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Count}");

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Resolution { get; }

    /// <inheritdoc/>
    public void Read(int index, Span<byte> rgbChw)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (!cache.TryGet(index, rgbChw))
        {
            new CatPainter(index).Paint(Resolution, rgbChw);
            cache.Put(index, rgbChw);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    internal static CatDataset Open(string spec, int resolution, ImageDatasetOptions options)
    {
        var text = spec[Prefix.Length..];
        if (text.Length == 0)
        {
            return new CatDataset(DefaultCount, resolution, options.CacheBytes);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MaxCount
            ? new CatDataset(count, resolution, options.CacheBytes)
            : throw new UserException(
                $"{spec}: \"{ImageSource.Printable(text)}\" is no number of cats; "
                + $"expected cats: or cats:COUNT with a count from 1 to {MaxCount}.");
    }
}
