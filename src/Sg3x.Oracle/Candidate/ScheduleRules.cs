using Sg3x.Oracle.Checks;
using Sg3x.Spec.Schedule;

namespace Sg3x.Oracle.Candidate;

/// <summary>The configuration, the layers, and how each resamples.</summary>
internal static class ScheduleRules
{
    private const string Geometry =
        "AFG 3.2, F.1: f_c, f_t geometric; s = 2^⌈log2 min(2·f_t, s_N)⌉; f_h = max(f_t, s/2) − f_c; layer i reads entry max(i"
        + " − 1, 0), writes i";

    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new(AliasFreeBounds.Id, AliasFreeBounds.Equation, AliasFreeBounds.ToleranceBasis,
            "`config`: the arguments that the schedule is computed from",
            (e, _) => e.Config is { } config ? AliasFreeBounds.Judge(config, ConfigNames.Export) : []),
        new("schedule.layers", Geometry, "frequencies 64 roundings of the precision given, all else equal",
            "`schedule.layers`: sizes, rates, cutoffs, channels", Layers),
        new("schedule.resampling",
            "AFG 3.2, F.1: tmp = max(s_in, s_out)·m; up = tmp/s_in; n taps per factor; lo = ⌊(total + up)/2⌋; the convolution"
            + " pads k − 1",
            "equal", "`schedule.layers`: factors, taps, padding", Resampling),
        new("schedule.input", "AFG 3.2, F.1: the input is sampled at s[0] with bandwidth f_c[0], margins included; N + 2"
            + " copies of w", "equal",
            "`schedule.input` and `schedule.num_ws`", Input),
    ];

    /// <summary>The spec's schedule of the same configuration.</summary>
    /// <exception cref="UserException">Its filters would have thousands of taps.</exception>
    public static LayerSchedule Spec(CandidateExport export)
    {
        ScheduleConfig config = export.Config!;
        int most = new LayerSchedule(config with { FilterSize = 1, Radial = false })
            .Layers.Max(layer => Math.Max(layer.Up, layer.Down)) * config.FilterSize;
        int limit = config.Radial ? 256 : 2048;
        return most <= limit ? new LayerSchedule(config)
            : throw UserException.Mismatch($"{export.File}: config", $"filters of at most {limit} taps", $"{most}");
    }

    private static IEnumerable<Finding> Layers(CandidateExport export, List<string> missing)
    {
        if (export.Layers is not { } layers)
            yield break;
        LayerSchedule spec = Spec(export);
        yield return Differences.Equal("layers", spec.Layers.Count, layers.Count, "one layer per entry 0…N, the last ToRGB");
        double u = 64 * export.ScheduleRoundoff;
        foreach ((Layer e, CandidateLayer m) in spec.Layers.Zip(layers))
        {
            string at = $"L{e.Index}";
            if (m.Name is { } name)
                yield return Differences.Equal($"{at} name", e.Name, name);
            if (m.IsToRgb is bool rgb)
                yield return Differences.Equal($"{at} is_torgb", e.IsToRgb, rgb);
            if (m.IsCritical is bool critical)
                yield return Differences.Equal(
                    $"{at} is_critically_sampled", e.IsCritical, critical, "critical are the layers from N − N_crit on");
            foreach ((string prefix, Entry entry, int index) in new[] { ("in", e.In, Math.Max(e.Index - 1, 0)),
                ("out", e.Out, e.Index) })
            {
                string side = $"{at} {prefix}";
                if (Has($"{prefix}_cutoff") is double cutoff)
                    yield return Differences.Number(
                        $"{side}_cutoff", entry.Cutoff, cutoff, u,
                        OtherEntry(spec, index, entry.Cutoff, cutoff, o => o.Cutoff, u));
                if (Has($"{prefix}_half_width") is double half)
                    yield return Differences.Number(
                        $"{side}_half_width", entry.HalfWidth, half,
                        u * Math.Max(1, entry.Stopband / Math.Max(entry.HalfWidth, 1e-12)), HalfWidth(entry, half, u));
                if (Has($"{prefix}_sampling_rate") is double rate)
                    yield return Differences.Number(
                        $"{side}_sampling_rate", entry.Rate, rate, 0, OtherEntry(spec, index, entry.Rate, rate, o => o.Rate, 0));
                if (Has($"{prefix}_size") is double size)
                    yield return Differences.Number($"{side}_size", entry.Size, size, 0, Size(spec, entry, index, size));
                if (Has($"{prefix}_channels") is double channels)
                    yield return Differences.Number($"{side}_channels", Math.Max(1, entry.Channels), channels, 0,
                        OtherEntry(spec, index, entry.Channels, channels, o => o.Channels,
                            0) ?? "min(channel_base/2/f_c, channel_max), half to even");
            }

            double? Has(string number)
            {
                if (m.Numbers.TryGetValue(number, out double value))
                    return value;
                missing.Add($"{at} {number}");
                return null;
            }
        }
    }

    private static string? OtherEntry(
        LayerSchedule spec, int index, double expected, double measured, Func<Entry, double> value, double tolerance)
    {
        if (index + 1 < spec.Entries.Count && expected != measured
            && Math.Abs(value(spec.Entries[index + 1]) - measured) <= tolerance * Math.Abs(measured))
            return $"that is entry {index + 1}: layer i reads entry max(i − 1, 0) and writes entry i, not i and i + 1";
        return null;
    }

    private static string? HalfWidth(Entry entry, double measured, double u) =>
        Math.Abs(measured * entry.Rate - entry.HalfWidth) <= u * entry.HalfWidth ? "divided by the rate twice"
        : measured > 4 * entry.HalfWidth ? "a half-width this wide leaves no stopband"
        : "f_h = max(f_t, s/2) − f_c";

    private static string Size(LayerSchedule spec, Entry entry, int index, double measured) =>
        measured == entry.Rate && entry.Size > entry.Rate
            ? $"the margin of {spec.Config.Margin} pixels a side is missing (same-size padding): the border shows inside the"
            + $" image"
        : OtherEntry(spec, index, entry.Size, measured, o => o.Size,
            0) ?? "size is rate + 2·margin, the last two entries the image's";

    private static IEnumerable<Finding> Resampling(CandidateExport export, List<string> missing)
    {
        foreach ((Layer e, CandidateLayer m) in export.Layers is { } layers ? Spec(export).Layers.Zip(layers) : [])
        {
            string at = $"L{e.Index}";
            (string Name, double Expected, string Explanation)[] numbers =
            [
                ("tmp_sampling_rate", e.TmpRate, "the nonlinearity runs at m times the higher of the two rates"),
                ("up_factor", e.Up, "up = tmp/s_in: with m = 2 no layer but ToRGB has 1"),
                ("down_factor", e.Down, "down = tmp/s_out: with m = 2 no layer but ToRGB has 1"),
                ("up_taps", e.UpFilter.Count, FilterRules.Taps(Number(m, "up_taps"), e.UpFilter.Count)),
                ("down_taps", e.DownFilter.Count, FilterRules.Taps(Number(m, "down_taps"), e.DownFilter.Count)),
                ("conv_kernel", e.Kernel, "3 in config T, 1 in config R and ToRGB"),
                ("conv_padding", e.Kernel - 1,
                    "the convolution pads k − 1 on every side, so that the border stays outside the image"),
            ];
            foreach ((string name, double expected, string explanation) in numbers)
            {
                if (m.Numbers.TryGetValue(name, out double measured))
                    yield return Differences.Number($"{at} {name}", expected, measured, 0, explanation);
                else
                    missing.Add($"{at} {name}");
            }
            if (m.Padding is { } p)
                yield return Differences.Equal(
                    $"{at} padding", Text(e.Padding.X0, e.Padding.X1, e.Padding.Y0, e.Padding.Y1), Text([.. p]),
                    "pixels do not stay at their places: the image moves by a fraction of a pixel a layer, or its border"
                        + " comes in");
            else
                missing.Add($"{at} padding");
            if (m.DownRadial is bool radial)
                yield return Differences.Equal(
                    $"{at} down_radial", e.DownFilter.Grid != null, radial,
                    "radial in config R, but not in critically sampled layers");
        }
    }

    private static double Number(CandidateLayer layer, string name) => layer.Numbers.TryGetValue(name, out double value)
        ? value : 0;

    private static string Text(params int[] padding) => string.Join(", ", padding);

    private static IEnumerable<Finding> Input(CandidateExport export, List<string> missing)
    {
        if (export.Config is null || (export.Input is null && export.NumWs is null))
            yield break;
        LayerSchedule spec = Spec(export);
        Entry e = spec.Entries[0];
        (string Name, double Expected, double? Measured, string Explanation)[] numbers =
        [
            ("num_ws", spec.NumWs, export.NumWs, "one copy of w for the Fourier input, one for each of the N + 1 layers"),
            ("input.channels", Math.Max(1, e.Channels), export.Input?.Channels, "those of entry 0"),
            ("input.size", e.Size, export.Input?.Size, "rate + 2·margin"),
            ("input.sampling_rate", e.Rate, export.Input?.Rate, "the grid is scaled by the rate, not by its own size"),
            ("input.bandwidth", e.Cutoff, export.Input?.Bandwidth, "frequencies fill the disc of radius f_c[0]"),
        ];
        foreach ((string name, double expected, double? measured, string explanation) in numbers)
        {
            if (measured is double value)
                yield return Differences.Number(name, expected, value, 64 * export.ScheduleRoundoff, explanation);
            else
                missing.Add(name);
        }
    }
}
