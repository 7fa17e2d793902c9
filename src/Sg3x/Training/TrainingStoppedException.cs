namespace Sg3x.Training;

/// <summary>A run that stopped on purpose because going on would have harmed it; programs end with exit code 1.</summary>
public sealed class TrainingStoppedException : Exception
{
    /// <summary>A stop without further words; prefer the other constructors.</summary>
    public TrainingStoppedException()
        : base("The training was stopped.")
    {
    }

    /// <summary>A stop for the reason given.</summary>
    /// <param name="message">What was found and where.</param>
    public TrainingStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>A stop for the reason given, noticed through another exception.</summary>
    /// <param name="message">What was found and where.</param>
    /// <param name="innerException">What was thrown below.</param>
    public TrainingStoppedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A value that is not finite.</summary>
    /// <param name="iteration">Iteration, from 0.</param>
    /// <param name="phase">Phase of the iteration, for example <c>G</c>.</param>
    /// <param name="tensor">Name of the loss or of the parameter whose gradient it is.</param>
    /// <param name="found">The value: <c>NaN</c>, <c>infinity</c>, or a number that is too large.</param>
    public TrainingStoppedException(long iteration, string phase, string tensor, string found)
        : this($"Iteration {iteration}, phase {phase}: {tensor}: expected finite values, found {found}. "
            + "The optimiser did not step; the weights are those from before.")
    {
        (Iteration, Phase, TensorName) = (iteration, phase, tensor);
    }

    /// <summary>Iteration, from 0.</summary>
    public long Iteration { get; }

    /// <summary>Phase of the iteration, for example <c>G</c>.</summary>
    public string Phase { get; } = "";

    /// <summary>Name of the tensor that was not finite.</summary>
    public string TensorName { get; } = "";
}
