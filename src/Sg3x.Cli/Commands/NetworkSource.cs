using Sg3x.Cli.Output;
using Sg3x.Training;

namespace Sg3x.Cli.Commands;

/// <summary>Where a network comes from: the folder of a run, whose last sound checkpoint it is or the best one, or a
/// file.</summary>
internal static class NetworkSource
{
    /// <summary>The file that holds the network.</summary>
    /// <param name="source">A run's folder, a checkpoint, or a generator in safetensors.</param>
    /// <param name="best">Of a run's folder, the best checkpoint by the metric that the run was given.</param>
    /// <exception cref="UserException">There is no such file, or no sound checkpoint in the folder.</exception>
    public static string Find(string source, bool best = false)
    {
        if (best)
        {
            string kept = new RunFolder(source).Best;
            return Directory.Exists(source) && File.Exists(kept) ? kept : throw UserException.Mismatch(
                "--best", $"the folder of a run that keeps its best state (metrics.best), which is {kept}",
                Directory.Exists(source) ? "no such file" : $"{source}");
        }

        if (!Directory.Exists(source))
        {
            return File.Exists(source) ? source
                : throw UserException.Mismatch(source, "a run's folder or a network's file", "nothing of that name");
        }

        UserException? first = null;
        foreach (string path in new RunFolder(source).Checkpoints())
        {
            if (Checkpoint.FindDamage(path) is not string damage)
            {
                return path;
            }

            Terminal.Error().Warning($"{damage} The checkpoint is passed over for the one before it.");
            first ??= new UserException($"{damage} The run has no sound checkpoint.");
        }

        throw first ?? UserException.Mismatch(source, "a run's folder with a checkpoint", "none in it");
    }
}
