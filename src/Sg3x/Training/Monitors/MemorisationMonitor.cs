using System.Globalization;
using Sg3x.Configuration;

namespace Sg3x.Training.Monitors;

/// <summary>
/// Memorisation: D knows the training images. r_t = E[sign D(x)] over real images (ADA section 3) is near 1 over a whole window and does
/// not fall by itself. At the start of a run r_t is often near 1 for a while, because G's images are easily told apart; that passes.
/// </summary>
public sealed class MemorisationMonitor : IRunMonitor
{
    /// <summary>A fall of r_t over the window from which on it counts as falling.</summary>
    internal const double Fall = 0.05;

    // How far r_t must come down before the next alarm.
    private const double Recovery = 0.1;

    private readonly MonitorConfig _config;
    private readonly Queue<(double Kimg, double Sign)> _window = [];
    private bool _reported;

    /// <summary>A monitor that has seen nothing yet.</summary>
    /// <param name="config">The window, and the r_t that is too much.</param>
    public MemorisationMonitor(MonitorConfig config) => _config = config;

    /// <summary>Mean of r_t over the window, and its trend: the slope of the least-squares line times the window.</summary>
    /// <param name="points">Kimg and r_t, two or more.</param>
    internal static (double Mean, double Trend) Fit(IReadOnlyCollection<(double Kimg, double Sign)> points)
    {
        double x = points.Average(p => p.Kimg), y = points.Average(p => p.Sign);
        double squares = points.Sum(p => (p.Kimg - x) * (p.Kimg - x));
        double slope = points.Sum(p => (p.Kimg - x) * (p.Sign - y)) / squares;
        return (y, slope * (points.Max(p => p.Kimg) - points.Min(p => p.Kimg)));
    }

    /// <inheritdoc/>
    public IEnumerable<MonitorAlarm> Look(TrainingTick tick)
    {
        if (_config.MemorisationKimg == 0)
        {
            yield break;
        }

        _window.Enqueue((tick.Kimg, tick.RealSign));
        if (tick.Kimg - _window.Peek().Kimg < _config.MemorisationKimg || _window.Count < 3)
        {
            yield break;
        }

        (double mean, double trend) = Fit(_window);
        double kimg = tick.Kimg - _window.Peek().Kimg;
        while (tick.Kimg - _window.Peek().Kimg >= _config.MemorisationKimg)
        {
            _window.Dequeue();
        }

        _reported &= mean >= _config.MemorisationSign - Recovery;
        if (mean >= _config.MemorisationSign && trend > -Fall && !_reported)
        {
            _reported = true;
            yield return new MonitorAlarm("memorisation", string.Create(CultureInfo.InvariantCulture,
                $"Memorisation: over the last {kimg:0.###} kimg r_t, the mean sign of D on real images, was {mean:0.00} ({trend:+0.00;-0.00} ")
                + "from its beginning to its end): D knows the training images. Levers: adaptive augmentation, or a faster one; more "
                + "images; mirroring.");
        }
    }
}
