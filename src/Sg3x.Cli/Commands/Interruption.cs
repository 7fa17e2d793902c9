using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sg3x.Cli.Commands;

/// <summary>Turns the first SIGINT or SIGTERM into a request to stop; a later one ends the program as it would
/// without this.</summary>
internal sealed class Interruption : IDisposable
{
    // timeout(1) and supervisors signal a process and then its group: that is one request, sent twice.
    private static readonly TimeSpan SameRequest = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _source = new();
    private readonly Action _asked;
    private readonly PosixSignalRegistration[] _registrations;
    private long _first;
    private bool _isAsked;
    private bool _disposed;

    /// <summary>Listens until disposed.</summary>
    /// <param name="asked">Called once, from another thread, when a stop is asked for.</param>
    public Interruption(Action asked)
    {
        _asked = asked;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    /// <summary>Cancelled when a stop is asked for.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        // A signal may be on its way through Handle on another thread.
        lock (_source)
        {
            _disposed = true;
            _source.Dispose();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        lock (_source)
        {
            if (_disposed)
            {
                return;
            }

            if (_isAsked)
            {
                context.Cancel = Stopwatch.GetElapsedTime(_first) < SameRequest;
                return;
            }

            context.Cancel = _isAsked = true;
            _first = Stopwatch.GetTimestamp();
        }

        try
        {
            // First, so that what the stop leads to is said after it.
            _asked();
        }
        finally
        {
            lock (_source)
            {
                if (!_disposed)
                {
                    _source.Cancel();
                }
            }
        }
    }
}
