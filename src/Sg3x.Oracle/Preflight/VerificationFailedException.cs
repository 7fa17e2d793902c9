using Sg3x.Oracle.Reports;

namespace Sg3x.Oracle.Preflight;

/// <summary>A run was not begun, because this build does not compute what the papers say.</summary>
public sealed class VerificationFailedException : Exception
{
    /// <summary>Refuses a run.</summary>
    public VerificationFailedException()
        : this("The build failed its checks.")
    {
    }

    /// <summary>Refuses a run.</summary>
    /// <param name="message">Why.</param>
    public VerificationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Refuses a run.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">What was thrown below.</param>
    public VerificationFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal VerificationFailedException(VerificationReport report, string path)
        : this(FormattableString.Invariant($"Not trained: {TrainingPreflight.Failed(report)} (all of it in {path})")) =>
        Report = report;

    /// <summary>What was found; null where nobody told.</summary>
    public VerificationReport? Report { get; }
}
