using Sg3x.Schedule;
using static System.FormattableString;

namespace Sg3x.GoldenDiff;

/// <summary>Compares two schedules value by value and says what each difference does.</summary>
public static class Comparer
{
    /// <summary>Relative difference of frequencies that nine digits cannot tell apart.</summary>
    public const double FrequencyTolerance = 2e-8;

    /// <summary>Difference of taps, relative to the largest, that float32, which the state has, cannot tell apart.</summary>
    public const double TapTolerance = 1.2e-7;

    /// <summary>Every difference that is more than the rounding of a file.</summary>
    /// <param name="old">The one schedule.</param>
    /// <param name="new">The other.</param>
    public static IReadOnlyList<Difference> Compare(ScheduleDocument old, ScheduleDocument @new)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        var found = new List<Difference>();
        foreach ((string name, string value) in old.Config)
        {
            if (@new.Config.TryGetValue(name, out string? other) && other != value)
                found.Add(new Difference("configuration", name, value, other, Effects.Config(name)));
        }
        Input(found, old.Input, @new.Input);
        Add(found, "network", "copies of w", old.NumWs, @new.NumWs,
            (_, _) => "the mapping network is asked for another number of ws");
        // ToRGB is the last layer of both, however many come before it.
        int shared = Math.Min(old.Layers.Count, @new.Layers.Count) - 1;
        for (int i = 0; i < shared; i++)
            Layer(found, old.Layers[i], @new.Layers[i]);
        foreach (LayerPlan layer in old.Layers.Skip(shared).SkipLast(1))
            found.Add(new Difference(layer.Name, "layer", "present", "absent", "its weights have no place any more"));
        foreach (LayerPlan layer in @new.Layers.Skip(shared).SkipLast(1))
            found.Add(new Difference(layer.Name, "layer", "absent", "present", "weights of the other schedule do not fill it"));
        Layer(found, old.Layers[^1], @new.Layers[^1]);
        return found;
    }

    private static void Input(List<Difference> found, InputPlan old, InputPlan @new)
    {
        const string Where = "Fourier input";
        Add(found, Where, "channels", old.Channels, @new.Channels,
            (_, _) => "the mixing matrix has another shape: weights do not fit");
        Add(found, Where, "size", old.Size, @new.Size,
            (a, b) => Invariant($"the canvas has {(b - a) / 2.0:+0.#;-0.#} pixels on every side"));
        Add(found, Where, "rate", old.Rate, @new.Rate,
            (a, b) => Invariant($"features are sampled {b / a:0.###} times as densely: another part of them fits the canvas"));
        Add(found, Where, "bandwidth", old.Bandwidth, @new.Bandwidth,
            (a, b) => Invariant($"the finest feature has {b:G6} cycles per image, not {a:G6}"));
    }

    private static void Layer(List<Difference> found, LayerPlan old, LayerPlan @new)
    {
        string where = @new.Name;
        Add(found, where, "name", old.Name, @new.Name, (_, _) => "the state is stored under other names: checkpoints do not fit");
        Add(found, where, "ToRGB", old.IsToRgb, @new.IsToRgb, (_, b) => b
            ? "no demodulation, no nonlinearity and no filters here" : "demodulation, nonlinearity and filters here");
        Add(found, where, "critically sampled", old.IsCritical, @new.IsCritical, (_, b) => b
            ? "cutoff at half the sampling rate: detail up to Nyquist, and aliasing from the transition band"
            : "cutoff below half the sampling rate: less detail, and room to suppress aliases");
        Add(found, where, "input channels", old.InChannels, @new.InChannels, Effects.Channels);
        Add(found, where, "output channels", old.OutChannels, @new.OutChannels, Effects.Channels);
        Add(found, where, "kernel", old.Kernel, @new.Kernel, (_, b) => b == 1
            ? "the convolution no longer looks at neighbours"
            : Invariant($"the convolution reaches {b / 2} pixels, and weights do not fit"));
        Add(found, where, "input rate", old.InRate, @new.InRate, Effects.Rate);
        Add(found, where, "output rate", old.OutRate, @new.OutRate, Effects.Rate);
        Add(found, where, "temporary rate", old.TmpRate, @new.TmpRate, Effects.TemporaryRate);
        Add(found, where, "input size", old.InSize, @new.InSize, (_, b) => Effects.Size(b, @new.InRate));
        Add(found, where, "output size", old.OutSize, @new.OutSize, (_, b) => Effects.Size(b, @new.OutRate));
        Add(found, where, "input cutoff", old.InCutoff, @new.InCutoff, Effects.Cutoff);
        Add(found, where, "output cutoff", old.OutCutoff, @new.OutCutoff, Effects.Cutoff);
        Add(found, where, "input half-width", old.InHalfWidth, @new.InHalfWidth,
            (a, b) => Effects.HalfWidth(a, b, @new.UpTaps, @new.TmpRate));
        Add(found, where, "output half-width", old.OutHalfWidth, @new.OutHalfWidth,
            (a, b) => Effects.HalfWidth(a, b, @new.DownTaps, @new.TmpRate));
        Add(found, where, "up", old.Up, @new.Up, Effects.Factor);
        Add(found, where, "down", old.Down, @new.Down, Effects.Factor);
        Add(found, where, "padding", old.Padding, @new.Padding, (a, b) => Effects.Padding(a, b, old, @new));
        Filters(found, old, @new);
    }

    private static void Filters(List<Difference> found, LayerPlan old, LayerPlan @new)
    {
        Filter(found, @new.Name, "up filter", old.UpFilter, @new.UpFilter, Effects.Filter(
            "copies of the spectrum that zero insertion makes",
            old.UpFilter, old.TmpRate, old.InCutoff, old.InHalfWidth,
            @new.UpFilter, @new.TmpRate, @new.InCutoff, @new.InHalfWidth));
        Filter(found, @new.Name, "down filter", old.DownFilter, @new.DownFilter, Effects.Filter(
            "frequencies that fold back when samples are dropped",
            old.DownFilter, old.TmpRate, old.OutCutoff, old.OutHalfWidth,
            @new.DownFilter, @new.TmpRate, @new.OutCutoff, @new.OutHalfWidth));
    }

    private static void Filter(List<Difference> found, string where, string value, Filter? old, Filter? @new, string effect)
    {
        if (old?.Size != @new?.Size || old?.IsRadial != @new?.IsRadial)
        {
            found.Add(new Difference(where, value, Describe(old), Describe(@new), effect));
        }
        else if (old is not null && @new is not null && FarthestTap(old, @new) is (int tap, double a, double b))
        {
            string place = old.IsRadial ? Invariant($"[{tap / old.Size}, {tap % old.Size}]") : Invariant($"[{tap}]");
            found.Add(new Difference(where, $"{value}, tap {place}", Invariant($"{a:G9}"), Invariant($"{b:G9}"), effect));
        }
    }

    private static (int Tap, double Old, double New)? FarthestTap(Filter old, Filter @new)
    {
        int tap = Enumerable.Range(0, old.Taps.Count).MaxBy(j => Math.Abs(old.Taps[j] - @new.Taps[j]));
        double scale = old.Taps.Concat(@new.Taps).Max(Math.Abs);
        return Math.Abs(old.Taps[tap] - @new.Taps[tap]) > TapTolerance * scale ? (tap, old.Taps[tap], @new.Taps[tap]) : null;
    }

    private static string Describe(Filter? filter) => filter is null ? "identity"
        : filter.IsRadial ? Invariant($"{filter.Size}×{filter.Size} taps, radial")
        : Invariant($"{filter.Size} taps");

    private static void Add<T>(List<Difference> found, string where, string value, T old, T @new, Func<T, T, string> effect)
        where T : notnull
    {
        bool same = old is double a && @new is double b
            ? Math.Abs(a - b) <= FrequencyTolerance * Math.Max(Math.Abs(a), Math.Abs(b))
            : old.Equals(@new);
        if (!same)
            found.Add(new Difference(where, value, Text(old), Text(@new), effect(old, @new)));
    }

    private static string Text<T>(T value) => value switch
    {
        double number => ScheduleDocument.Text(number),
        bool flag => flag ? "yes" : "no",
        ImagePadding p => Invariant($"x {p.X0} {p.X1}, y {p.Y0} {p.Y1}"),
        _ => Invariant($"{value}"),
    };
}
