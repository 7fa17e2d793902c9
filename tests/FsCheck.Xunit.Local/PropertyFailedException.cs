namespace FsCheck.Xunit;

/// <summary>A property that does not hold: the message has the drawn and the shrunk arguments and how to replay them.</summary>
public class PropertyFailedException : Exception
{
    /// <summary>For a result that is no exception: a false, or too many rejected values.</summary>
    public PropertyFailedException(TestResult testResult)
        : base(Environment.NewLine + Runner.onFinishedToString("", testResult))
    {
    }

    /// <summary>For an exception that the property threw.</summary>
    public PropertyFailedException(string userMessage, Exception innerException)
        : base(userMessage, innerException)
    {
    }
}
