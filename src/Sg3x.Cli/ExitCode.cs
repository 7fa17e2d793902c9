namespace Sg3x.Cli;

/// <summary>What the program tells its caller when it ends.</summary>
internal static class ExitCode
{
    /// <summary>Done, and everything checked agrees.</summary>
    public const int Done = 0;

    /// <summary>A check failed, or the run stopped on purpose (a loss that is not a number).</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad input or usage: the message says what was found and what was expected.</summary>
    public const int BadInput = 2;

    /// <summary>A bug in this program (EX_SOFTWARE of sysexits): never to be mistaken for a failed check.</summary>
    public const int Bug = 70;

    /// <summary>Interrupted, with everything saved.</summary>
    public const int Interrupted = 130;
}
