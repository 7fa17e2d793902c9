using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sg3x.Data;

/// <summary>What makes a data set the one that it is.</summary>
/// <param name="Count">Number of images.</param>
/// <param name="Digest">SHA-256, in hexadecimal, of their content in their order, and of their classes where they have
/// such.</param>
public sealed record DatasetIdentity(int Count, string Digest)
{
    // Images that are drawn follow from their number and the program, of which a few tell as much as all.
    private const int Drawn = 16;

    /// <summary>
    /// The identity of a data set: of files their bytes, so that it does not depend on who decodes them, nor on names and places;
    /// of other images the pixels of some.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <exception cref="UserException">An image cannot be read any more.</exception>
    public static DatasetIdentity Of(IImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        string images = data is FileImageDataset files ? files.ContentDigest() : OfPixels(data);
        return new DatasetIdentity(data.Count, data.Labels is null ? images : WithLabels(images, data.Labels));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Count} {(Count == 1 ? "image" : "images")} of SHA-256 {Digest[..Math.Min(12, Digest.Length)]}…");

    private static string WithLabels(string images, ImageLabels labels)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{images} {labels.Classes}: {string.Join(' ', labels.OfImages)}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }

    private static string OfPixels(IImageDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int some = Math.Min(Drawn, data.Count);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{data.Count} {data.Resolution} ")));
        var pixels = new byte[3 * data.Resolution * data.Resolution];
        for (int i = 0; i < some; i++)
        {
            data.Read((int)((long)i * data.Count / some), pixels);
            hash.AppendData(pixels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
