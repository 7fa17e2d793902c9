using Sg3x.Checkpoints;
using Sg3x.Configuration;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// Features of real images in a folder of the user's, <c>$XDG_CACHE_HOME/sg3x/metrics</c>, under a key that is made of the
/// images' content and the network's: another image, order, size or network is another key.
/// </summary>
public static class FeatureCache
{
    private const string Name = "features";

    private const int Most = 16;

    /// <summary>The folder of this user; null where there is none.</summary>
    public static string? DefaultFolder() => UserCache.Folder("metrics");

    /// <summary>What is kept under a key; null where there is nothing sound.</summary>
    internal static Tensor? Read(string? folder, string key, int images)
    {
        if (folder is null || !File.Exists(PathOf(folder, key)))
        {
            return null;
        }

        try
        {
            using SafeTensorsFile file = SafeTensors.Read(PathOf(folder, key));
            if (file.Entry(Name) is not { Dtype: ScalarType.Float32, Shape: [var count, > 0] } || count != images)
            {
                return null;
            }

            file.VerifyChecksum();
            return file.Load(Name);
        }
        catch (UserException)
        {
            // A damaged file costs the time to compute the features again, and no more.
            return null;
        }
    }

    /// <summary>Keeps features, and of all that is kept the newest.</summary>
    internal static void Keep(string? folder, string key, Tensor features)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            SafeTensors.Write(PathOf(folder, key), [(Name, features)]);
            foreach (FileInfo old in new DirectoryInfo(folder).EnumerateFiles("*.safetensors")
                .OrderByDescending(file => file.LastWriteTimeUtc).Skip(Most))
            {
                old.Delete();
            }
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs the next call the time to compute the features, and no more.
        }
    }

    private static string PathOf(string folder, string key) => Path.Combine(folder, $"{key}.safetensors");
}
