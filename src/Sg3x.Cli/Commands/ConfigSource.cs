using Sg3x.Configuration;

namespace Sg3x.Cli.Commands;

/// <summary>Where a configuration comes from: the name of a preset, a file, or the folder of a run.</summary>
internal static class ConfigSource
{
    /// <summary>Name of the configuration in a run's folder.</summary>
    public const string FileName = "config.json";

    /// <summary>Finds a configuration and sets values in it.</summary>
    /// <param name="source">Name of a preset, path of a JSON file, or folder of a run.</param>
    /// <param name="assignments">Texts of the form <c>path=value</c>.</param>
    /// <exception cref="UserException">There is no such preset, file or folder, or a value is not valid.</exception>
    public static RunConfig Load(string source, IEnumerable<string> assignments)
    {
        RunConfig config = Directory.Exists(source) ? LoadRun(source)
            : File.Exists(source) ? ConfigJson.Load(source, overPreset: true)
            : Presets.Names.Contains(source, StringComparer.OrdinalIgnoreCase) ? Presets.Get(source)
            : throw UserException.Mismatch(
                source, $"a preset ({string.Join(", ", Presets.Names)}), a configuration in JSON, or a run's folder",
                "nothing of that name");
        return ConfigOverrides.Apply(config, assignments).Validate();
    }

    /// <summary>The configuration of the run in a folder.</summary>
    /// <exception cref="UserException">The folder holds no run.</exception>
    public static RunConfig LoadRun(string folder) => File.Exists(Path.Combine(folder, FileName))
        ? ConfigJson.Load(Path.Combine(folder, FileName))
        : throw UserException.Mismatch(
            folder, "the folder of a run", Directory.Exists(folder) ? $"no {FileName} in it" : "no such folder");
}
