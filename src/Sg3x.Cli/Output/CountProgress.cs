using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Tells how much of something long is done: in place on a terminal, a line now and then elsewhere.</summary>
internal sealed class CountProgress : IProgress<(int Done, int Of)>
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200), Line = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private readonly string _what;
    private readonly TimeSpan _pause;
    private readonly Action<string> _show;

    private CountProgress(string what, TimeSpan pause, Action<string> show) => (_what, _pause, _show) = (what, pause, show);

    /// <summary>Runs something that counts.</summary>
    /// <param name="terminal">Where to tell, standard error: standard output is for the result.</param>
    /// <param name="what">What is counted: <c>images</c>.</param>
    /// <param name="run">Does it.</param>
    public static T Around<T>(Terminal terminal, string what, Func<CountProgress, T> run) => terminal.IsTerminal
        ? terminal.Console.Status().Start(what.EscapeMarkup(), status =>
            run(new CountProgress(what, Redraw, text => status.Status = text.EscapeMarkup())))
        : run(new CountProgress(what, Line, terminal.Line));

    /// <summary>The same place to tell for a part with a name of its own.</summary>
    public IProgress<(int Done, int Of)> Named(string what) => new Part(this, what);

    /// <inheritdoc/>
    public void Report((int Done, int Of) value) => Show(_what, value);

    private void Show(string what, (int Done, int Of) value)
    {
        lock (_lock)
        {
            if (_sinceShown.Elapsed >= _pause)
            {
                _show(string.Create(CultureInfo.InvariantCulture, $"{what}: {value.Done} of {value.Of}"));
                _sinceShown.Restart();
            }
        }
    }

    private sealed class Part(CountProgress whole, string what) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => whole.Show(what, value);
    }
}
