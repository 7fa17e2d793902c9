using System.Globalization;
using Sg3x.Configuration;

namespace Sg3x.Training.Monitors;

/// <summary>
/// Layers that have stopped working: saturated (values at the clamp), dead (values at zero), or with a magnitude average σ² that
/// runs away. A healthy layer of G keeps σ² near 1 and has neither; D's layers have no such average, and no magnitude that is
/// theirs to keep.
/// </summary>
public sealed class LayerMonitor : IRunMonitor
{
    /// <summary>Share of values at the clamp from which a layer is saturated.</summary>
    public const double Clamped = 0.01;

    /// <summary>Share of values at zero from which a layer is dead.</summary>
    public const double Zero = 0.5;

    /// <summary>
    /// Growth of σ² within three of its half-lives from which it drifts. From 1, where it starts, the average comes that far only
    /// where the layer's input has a mean square of 18 or more: 1 + (18 − 1)·(1 − 2⁻³) ≈ 16.
    /// </summary>
    public const double Growth = 16;

    /// <summary>σ², or 1/σ², that no healthy layer has: the root mean square is 64, a quarter of the clamp, or 1/64.</summary>
    public const double Extreme = 4096;

    private readonly MonitorConfig _config;
    private readonly double _driftKimg;
    private readonly Dictionary<(string Layer, string What), Sustained> _troubles = [];
    private readonly Queue<(double Kimg, IReadOnlyDictionary<string, double> Magnitudes)> _past = [];

    /// <summary>A monitor that has seen nothing yet.</summary>
    /// <param name="config">How long a trouble must last.</param>
    /// <param name="magnitudeHalfLifeKimg">Half-life of σ².</param>
    public LayerMonitor(MonitorConfig config, double magnitudeHalfLifeKimg) =>
        (_config, _driftKimg) = (config, 3 * magnitudeHalfLifeKimg);

    /// <inheritdoc/>
    public IEnumerable<MonitorAlarm> Look(TrainingTick tick)
    {
        if (tick.Layers is null || _config.LayersKimg == 0)
        {
            return [];
        }

        while (_past.Count > 0 && tick.Kimg - _past.Peek().Kimg > _driftKimg)
        {
            _past.Dequeue();
        }

        List<MonitorAlarm> alarms = [];
        foreach (LayerActivity layer in tick.Layers)
        {
            Check("saturated", layer.Clamped >= Clamped, $"{Percent(layer.Clamped)} of its values are at the clamp");
            Check("dead", layer.Zero >= Zero, $"{Percent(layer.Zero)} of its values are zero");
            if (layer.Magnitude is double magnitude)
            {
                double least = _past.Select(p => p.Magnitudes.GetValueOrDefault(layer.Name, magnitude)).Append(magnitude).Min();
                Check("drifting", magnitude > Growth * least, string.Create(CultureInfo.InvariantCulture,
                    $"its magnitude average has gone from {least:0.###} to {magnitude:0.###} in {_driftKimg:0.#} kimg"));
                Check("extreme", magnitude is > Extreme or < 1 / Extreme, string.Create(CultureInfo.InvariantCulture,
                    $"its magnitude average is {magnitude:0.###e+0}, and that of a healthy layer near 1"));
            }

            void Check(string what, bool isSo, string seen)
            {
                (string, string) key = (layer.Name, what);
                if (!_troubles.TryGetValue(key, out Sustained? trouble))
                {
                    _troubles[key] = trouble = new Sustained();
                }

                if (trouble.Look(isSo, tick.Kimg, _config.LayersKimg))
                {
                    alarms.Add(new MonitorAlarm("layers", string.Create(CultureInfo.InvariantCulture,
                        $"Layer {layer.Name} is {what}: {seen}, for {trouble.Kimg:0.###} kimg. ")
                        + $"Levers: a lower learning rate of {(layer.IsOfDiscriminator ? "D" : "G")}, a larger γ of R1;"
                        + " a checkpoint from before it to go on from."));
                }
            }
        }

        _past.Enqueue((tick.Kimg, tick.Layers.Where(l => l.Magnitude is not null)
            .ToDictionary(l => l.Name, l => l.Magnitude!.Value, StringComparer.Ordinal)));
        return alarms;
    }

    private static string Percent(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);
}
