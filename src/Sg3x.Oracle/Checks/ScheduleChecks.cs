using Sg3x.Schedule;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>Frequencies, sizes and channels of every layer.</summary>
internal sealed class LayerValuesCheck : ICheck
{
    // Both sides take a power with an exponent of a few roundings; its condition is log(f_cN/f_c0) < 8.
    private const double Frequency = 64 * 1.11e-16;

    public string Id => "schedule.layers";

    public string Equation => "AFG 3.2, F.1: f_c, f_t geometric; s = 2^⌈log2 min(2f_t, s_N)⌉; f_h = max(f_t, s/2) − f_c; "
        + "channels min(cbase/2/f_c, cmax)";

    public string ToleranceBasis => "frequencies 64 roundings of 2⁻⁵³, all else equal";

    public IEnumerable<Finding> Run(Subject subject)
    {
        IReadOnlyList<SpecLayer> expected = Bridge.Schedule(subject.Config).Layers;
        yield return Differences.Equal("layers", expected.Count, subject.Layers.Count, "one layer per entry, and ToRGB");
        foreach ((SpecLayer e, LayerPlan m) in expected.Zip(subject.Layers))
        {
            string at = $"L{e.Index}";
            yield return Differences.Equal($"{at} name", e.Name, m.Name);
            yield return Differences.Equal($"{at} index", e.Index, m.Index);
            yield return Differences.Equal($"{at} ToRGB", e.IsToRgb, m.IsToRgb);
            yield return Differences.Equal(
                $"{at} critically sampled", e.IsCritical, m.IsCritical, "critical are the layers from N − N_crit on");
            yield return Differences.Equal($"{at} kernel", e.Kernel, m.Kernel);
            foreach (Finding f in Side($"{at} in", e.In, m.InCutoff, m.InHalfWidth, m.InRate, m.InSize, m.InChannels))
                yield return f;
            foreach (Finding f in Side($"{at} out", e.Out, m.OutCutoff, m.OutHalfWidth, m.OutRate, m.OutSize, m.OutChannels))
                yield return f;
        }
    }

    private static IEnumerable<Finding> Side(
        string at, Spec.Schedule.Entry e, double cutoff, double halfWidth, double rate, int size, int channels)
    {
        yield return Differences.Number(
            $"{at} cutoff", e.Cutoff, cutoff, Frequency, "layer i reads entry max(i − 1, 0) and writes entry i");
        yield return Differences.Number(
            $"{at} half-width", e.HalfWidth, halfWidth, Frequency * Math.Max(1, e.Stopband / Math.Max(e.HalfWidth, 1e-12)));
        yield return Differences.Equal($"{at} rate", e.Rate, rate);
        yield return Differences.Equal($"{at} size", e.Size, size, $"size is rate + 2·margin, the last two entries the image's");
        yield return Differences.Equal($"{at} channels", Math.Max(1, e.Channels), channels, "round half to even");
    }
}

/// <summary>Factors, taps and padding of every layer's nonlinearity.</summary>
internal sealed class ResamplingCheck : ICheck
{
    public string Id => "schedule.resampling";

    public string Equation =>
        "AFG 3.2, F.1: tmp = max(s_in, s_out)·m; up = tmp/s_in, down = tmp/s_out; n taps per factor; lo = ⌊(total + up)/2⌋";

    public string ToleranceBasis => "equal";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach ((SpecLayer e, LayerPlan m) in Bridge.Schedule(subject.Config).Layers.Zip(subject.Layers))
        {
            string at = $"L{e.Index}";
            yield return Differences.Equal(
                $"{at} temporary rate", e.TmpRate, m.TmpRate, "the nonlinearity runs at twice the higher of the two rates");
            yield return Differences.Equal($"{at} up", e.Up, m.Up);
            yield return Differences.Equal($"{at} down", e.Down, m.Down);
            yield return Differences.Equal($"{at} up taps", e.UpFilter.Count, m.UpTaps, Taps(m.UpTaps, e.UpFilter.Count));
            yield return Differences.Equal(
                $"{at} down taps", e.DownFilter.Count, m.DownTaps, Taps(m.DownTaps, e.DownFilter.Count));
            yield return Differences.Equal(
                $"{at} up filter size", e.UpFilter.Count, m.UpFilter?.Size ?? 1, Taps(m.UpFilter?.Size ?? 1, e.UpFilter.Count));
            yield return Differences.Equal($"{at} down filter size", e.DownFilter.Count, m.DownFilter?.Size ?? 1,
                Taps(m.DownFilter?.Size ?? 1, e.DownFilter.Count));
            yield return Differences.Equal($"{at} radial", e.DownFilter.Grid != null, m.DownFilter?.IsRadial ?? false,
                "radial in config R, but not in critically sampled layers");
            yield return Differences.Equal(
                $"{at} padding", (e.Padding.X0, e.Padding.X1, e.Padding.Y0, e.Padding.Y1),
                    (m.Padding.X0, m.Padding.X1, m.Padding.Y0, m.Padding.Y1),
                "pixels no longer stay at their places: the image moves by a fraction of a pixel a layer");
        }
    }

    private static string Taps(int found, int specified) => found < specified
        ? $"{found} taps where {specified} are specified: a filter this short passes what it should stop"
        : $"{found} taps where {specified} are specified";
}

/// <summary>The Fourier input.</summary>
internal sealed class InputPlanCheck : ICheck
{
    public string Id => "schedule.input";

    public string Equation => "AFG 3.2, F.1: the input is sampled at s[0] with bandwidth f_c[0], margins included";

    public string ToleranceBasis => "equal";

    public IEnumerable<Finding> Run(Subject subject)
    {
        Spec.Schedule.Entry e = Bridge.Schedule(subject.Config).Entries[0];
        yield return Differences.Equal("input channels", Math.Max(1, e.Channels), subject.Input.Channels);
        yield return Differences.Equal("input size", e.Size, subject.Input.Size);
        yield return Differences.Equal("input rate", e.Rate, subject.Input.Rate);
        yield return Differences.Equal(
            "input bandwidth", e.Cutoff, subject.Input.Bandwidth, "frequencies fill the disc of radius f_c[0]");
    }
}
