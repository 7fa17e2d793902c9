namespace Sg3x;

/// <summary>
/// Bad input or bad usage: something that the person who started the program can put right. Programs print the message alone,
/// without a stack, and end with exit code 2.
/// </summary>
/// <remarks>The message names the file, entry, option or layer, then what was expected and what was found.</remarks>
public sealed class UserException : Exception
{
    /// <summary>An error without further words; prefer the other constructors.</summary>
    public UserException()
        : base("Bad input.")
    {
    }

    /// <summary>An error that is described by <paramref name="message"/>.</summary>
    /// <param name="message">Where it is, what was expected, what was found.</param>
    public UserException(string message)
        : base(message)
    {
    }

    /// <summary>An error that is described by <paramref name="message"/> and was noticed through another exception.</summary>
    /// <param name="message">Where it is, what was expected, what was found.</param>
    /// <param name="innerException">What was thrown below.</param>
    public UserException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error of the usual form: "<c>where: expected X, found Y.</c>"</summary>
    /// <param name="where">File and entry, option, layer.</param>
    /// <param name="expected">What would have been right.</param>
    /// <param name="found">What is there instead.</param>
    public static UserException Mismatch(string where, string expected, string found) =>
        new($"{where}: expected {expected}, found {found}.");
}
