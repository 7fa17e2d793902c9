using Sg3x.Checkpoints;

namespace Sg3x.Oracle.Vectors;

/// <summary>The constructor arguments in a file's metadata.</summary>
internal static class Metadata
{
    /// <summary>Makes something of the metadata; an error in them names the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="make">Makes it of the arguments by name.</param>
    public static T Read<T>(SafeTensorsFile file, Func<IReadOnlyDictionary<string, string>, T> make)
    {
        // What this program itself adds to a file's metadata is no argument of a network.
        Dictionary<string, string> arguments = file.Metadata
            .Where(m => !m.Key.StartsWith("sg3x.", StringComparison.Ordinal))
            .ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        try
        {
            return make(arguments);
        }
        catch (UserException e)
        {
            throw new UserException($"{file.FilePath}: metadata: {e.Message}", e);
        }
    }
}
