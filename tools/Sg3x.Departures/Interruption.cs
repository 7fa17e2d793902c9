using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sg3x.Departures;

/// <summary>
/// Hands SIGINT and SIGTERM on to the program that is running, which saves and ends, and keeps the next one from starting.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly Lock gate = new();
    private readonly PosixSignalRegistration[] registrations;
    private Process? running;

    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>Whether a stop was asked for.</summary>
    public bool Requested { get; private set; }

    /// <summary>Starts a program, waits for its end, and says how it ended.</summary>
    /// <param name="start">The program.</param>
    /// <param name="output">Its standard output where that is redirected; else empty.</param>
    /// <returns>Its exit code; 130 where a stop was asked for before it began.</returns>
    public int Run(ProcessStartInfo start, out string output)
    {
        output = "";
        using var process = new Process { StartInfo = start };
        lock (gate)
        {
            if (Requested)
                return 130;
            process.Start();
            running = process;
        }

        if (start.RedirectStandardOutput)
            output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        lock (gate)
            running = null;
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (gate)
        {
            Requested = true;

            // A terminal's Ctrl-C has reached it already; sg3x takes two signals so close together for one.
            if (running is { HasExited: false })
                Process.Start("/bin/sh", ["-c", $"kill -TERM {running.Id}"]).Dispose();
        }
    }
}
