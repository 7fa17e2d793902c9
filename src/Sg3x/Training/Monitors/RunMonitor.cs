namespace Sg3x.Training.Monitors;

/// <summary>Something that a monitor found.</summary>
/// <param name="Monitor">Which kind of trouble it is: <c>collapse</c>, <c>memorisation</c>, <c>layers</c>, <c>filters</c>.</param>
/// <param name="Message">What was seen, and what can be done about it.</param>
/// <param name="StopsRun">The run is not to go on.</param>
public sealed record MonitorAlarm(string Monitor, string Message, bool StopsRun = false);

/// <summary>Watches a run by the lines of its statistics alone: the same lines make the same alarms.</summary>
public interface IRunMonitor
{
    /// <summary>Takes the next line of statistics.</summary>
    /// <param name="tick">The line.</param>
    /// <returns>What is found now and was not before; a trouble that lasts is reported once.</returns>
    IEnumerable<MonitorAlarm> Look(TrainingTick tick);
}

/// <summary>The time for which something has been so without a break.</summary>
internal sealed class Sustained
{
    private double? _since;
    private bool _reported;

    /// <summary>Kimg for which it has lasted, as of the last <see cref="Look"/>.</summary>
    internal double Kimg { get; private set; }

    /// <summary>Takes the next line of statistics.</summary>
    /// <param name="isSo">Whether it was so throughout the line's time.</param>
    /// <param name="kimg">The line's end.</param>
    /// <param name="least">Kimg from which it counts as sustained.</param>
    /// <returns>Whether it has become sustained with this line.</returns>
    internal bool Look(bool isSo, double kimg, double least)
    {
        if (!isSo)
        {
            (_since, _reported, Kimg) = (null, false, 0);
            return false;
        }

        _since ??= kimg;
        Kimg = kimg - _since.Value;
        bool begins = Kimg >= least && !_reported;
        _reported |= begins;
        return begins;
    }
}
