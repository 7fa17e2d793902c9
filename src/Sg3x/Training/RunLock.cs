namespace Sg3x.Training;

/// <summary>
/// The right to train in a run's folder. A second process would cut the log of the first, and remove what it saves. The system takes it
/// back from a process that ends, however that ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _held;

    private RunLock(FileStream held) => _held = held;

    /// <summary>Takes it.</summary>
    /// <param name="run">The run, whose folder is made if it is not there.</param>
    /// <exception cref="UserException">Another process has it, or the folder cannot be written to.</exception>
    internal static RunLock Take(RunFolder run)
    {
        try
        {
            Directory.CreateDirectory(run.Root);
            return new RunLock(new FileStream(
                run.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{run.Root}: expected a folder that no other process trains in: {e.Message}", e);
        }
    }

    public void Dispose() => _held.Dispose();
}
