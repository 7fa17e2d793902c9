using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sg3x.Checkpoints;

namespace Sg3x.Data.Preparation;

/// <summary>
/// The folder beside a destination in which a conversion goes on, <c>DEST.partial</c>: the images that are done, and what the
/// conversion is, so that only the same one continues it. One conversion at a time works in it.
/// </summary>
internal sealed class ConversionFolder : IDisposable
{
    private readonly FileStream held;

    private ConversionFolder(string root, FileStream held) => (Root, this.held) = (root, held);

    /// <summary>The images and labels, as they will stand at the destination.</summary>
    public string Images => Path.Combine(Root, "images");

    /// <summary>The zip file before it has its name.</summary>
    public string Zip => Path.Combine(Root, "whole.zip");

    private string Root { get; }

    /// <summary>The name of an image, as the official data set tool counts: <c>00000/img00000000.png</c>.</summary>
    public static string EntryName(int index) => string.Create(CultureInfo.InvariantCulture, $"{index / 1000:D5}/img{index:D8}.png");

    /// <summary>Opens the folder, or makes it.</summary>
    /// <param name="destination">The conversion's destination.</param>
    /// <param name="identity">Everything that shapes the result.</param>
    /// <exception cref="UserException">Another conversion was begun there, or is at work.</exception>
    public static ConversionFolder Open(string destination, object identity)
    {
        var root = Path.GetFullPath(destination) + ".partial";
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "images"));
            held = new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            AtomicFile.RemoveLeftovers(root);
            CheckIdentity(root, JsonSerializer.Serialize(identity));
            return new ConversionFolder(root, held);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{root}: it cannot be used: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>A number for a list of texts.</summary>
    public static string Digest(IEnumerable<string> entries)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            sum.AppendData(Encoding.UTF8.GetBytes(entry + "\n"));
        }

        return Convert.ToHexString(sum.GetHashAndReset());
    }

    /// <summary>Whether an image is there, whole: after a power failure its name may be, and its content not.</summary>
    public bool Has(int index, int resolution)
    {
        var path = Path.Combine(Images, EntryName(index));
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            var image = ImageDecoding.Decode(File.ReadAllBytes(path), path);
            return image.Width == resolution && image.Height == resolution;
        }
        catch (Exception e) when (e is UserException or IOException)
        {
            return false;
        }
    }

    /// <summary>Writes an image, which is there as a whole or not at all.</summary>
    /// <exception cref="UserException">It cannot be written.</exception>
    public void Put(int index, byte[] png)
    {
        var path = Path.Combine(Images, EntryName(index));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path + ".new", png);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Deletes every other file among the images: those that are left out for want of a label, what killed writers left.</summary>
    public void KeepOnly(IEnumerable<int> indices)
    {
        var kept = indices.Select(index => Path.Combine(Images, EntryName(index))).ToHashSet(StringComparer.Ordinal);
        foreach (var other in Directory.GetFiles(Images, "*", SearchOption.AllDirectories).Where(file => !kept.Contains(file)))
        {
            File.Delete(other);
        }
    }

    /// <summary>Lets go of the folder and deletes it.</summary>
    public void Remove()
    {
        held.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    private static void CheckIdentity(string root, string identity)
    {
        var path = Path.Combine(root, "conversion.json");
        if (!File.Exists(path))
        {
            AtomicFile.WriteText(path, identity + "\n");
        }
        else if (File.ReadAllText(path).TrimEnd() is var found && found != identity)
        {
            throw new UserException(
                $"{root}: it holds the beginning of another conversion: expected {identity}, found {ImageSource.Printable(found)}."
                + " Go on with that one, or delete the folder.");
        }
    }
}
