namespace Sg3x.Schedule;

/// <summary>The layers of a synthesis network, derived from its configuration (AFG section 3.2 and appendix F.1).</summary>
public sealed class LayerSchedule
{
    // A configuration from outside must not ask for hours of filter design: a radial filter costs the square of its taps.
    private const int MostTaps = 1 << 16;
    private const int MostRadialTaps = 256;

    private LayerSchedule(GeneratorConfig config, InputPlan input, IReadOnlyList<LayerPlan> layers)
    {
        Config = config;
        Input = input;
        Layers = layers;
    }

    /// <summary>The configuration that the schedule follows from.</summary>
    public GeneratorConfig Config { get; }

    /// <summary>The Fourier input.</summary>
    public InputPlan Input { get; }

    /// <summary>The N synthesis layers, then ToRGB.</summary>
    public IReadOnlyList<LayerPlan> Layers { get; }

    /// <summary>Copies of w that the network takes: one for the input, one for each layer; N + 2.</summary>
    public int NumWs => Layers.Count + 1;

    /// <summary>Derives every layer.</summary>
    /// <param name="config">The generator's configuration.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="UserException">A value of the configuration is out of its range; the message names it.</exception>
    public static LayerSchedule Create(GeneratorConfig config)
    {
        ConfigChecks.Check(config);
        Entry[] entries = Entries(config);
        var input = new InputPlan(entries[0].Channels, entries[0].Size, entries[0].Rate, entries[0].Cutoff);
        var layers = new LayerPlan[config.Layers + 1];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Plan(config, i, entries[Math.Max(i - 1, 0)], entries[i]);
        return new LayerSchedule(config, input, layers);
    }

    // Entry i of the schedule is what layer i writes: f_c[i], f_h[i], s[i], its size and channels.
    private readonly record struct Entry(double Cutoff, double HalfWidth, double Rate, int Size, int Channels);

    private static Entry[] Entries(GeneratorConfig config)
    {
        int n = config.Layers;
        double lastCutoff = config.Resolution / 2.0;
        double lastStopband = lastCutoff * config.LastStopbandRelative;
        var entries = new Entry[n + 1];
        for (int i = 0; i <= n; i++)
        {
            double e = Math.Min((double)i / (n - config.CriticalLayers), 1);
            double cutoff = config.FirstCutoff * Math.Pow(lastCutoff / config.FirstCutoff, e);
            double stopband = config.FirstStopband * Math.Pow(lastStopband / config.FirstStopband, e);
            double rate = Math.Pow(2, Math.Ceiling(Math.Log2(Math.Min(2 * stopband, config.Resolution))));
            double halfWidth = Math.Max(stopband, rate / 2) - cutoff;
            int size = i >= n - 1 ? config.Resolution : (int)rate + 2 * config.Margin;
            double channels = Math.Round(Math.Min(config.ChannelBase / 2.0 / cutoff, config.ChannelMax), MidpointRounding.ToEven);
            entries[i] = new Entry(cutoff, halfWidth, rate, size, i == n ? config.ImageChannels : Math.Max(1, (int)channels));
        }
        return entries;
    }

    private static LayerPlan Plan(GeneratorConfig config, int index, Entry from, Entry to)
    {
        bool isToRgb = index == config.Layers;
        bool isCritical = index >= config.Layers - config.CriticalLayers;
        double tmpRate = Math.Max(from.Rate, to.Rate) * (isToRgb ? 1 : config.LreluUpsampling);
        int up = (int)Math.Round(tmpRate / from.Rate);
        int down = (int)Math.Round(tmpRate / to.Rate);
        int upTaps = up > 1 && !isToRgb ? config.FilterSize * up : 1;
        int downTaps = down > 1 && !isToRgb ? config.FilterSize * down : 1;
        bool radial = config.RadialFilters && !isCritical;
        CheckTaps(index, "upsampling", upTaps, MostTaps);
        CheckTaps(index, "downsampling", downTaps, radial ? MostRadialTaps : MostTaps);
        int kernel = isToRgb ? 1 : config.Kernel;
        return new LayerPlan
        {
            Index = index,
            Name = $"L{index}_{to.Size}_{to.Channels}",
            IsToRgb = isToRgb,
            IsCritical = isCritical,
            InChannels = from.Channels,
            OutChannels = to.Channels,
            InSize = from.Size,
            OutSize = to.Size,
            InRate = from.Rate,
            OutRate = to.Rate,
            TmpRate = tmpRate,
            InCutoff = from.Cutoff,
            OutCutoff = to.Cutoff,
            InHalfWidth = from.HalfWidth,
            OutHalfWidth = to.HalfWidth,
            Up = up,
            Down = down,
            UpTaps = upTaps,
            DownTaps = downTaps,
            DownRadial = radial,
            Padding = PaddingFor(from.Size, to.Size, kernel, up, down, upTaps, downTaps),
            Kernel = kernel,
            UpFilter = Design(upTaps, from.Cutoff, from.HalfWidth, tmpRate, radial: false),
            DownFilter = Design(downTaps, to.Cutoff, to.HalfWidth, tmpRate, radial),
        };
    }

    private static void CheckTaps(int index, string filter, int taps, int most)
    {
        if (taps > most)
            throw UserException.Mismatch(
                $"layer {index}: taps of its {filter} filter (filterSize × factor)", $"at most {most}", $"{taps}");
    }

    private static Filter? Design(int taps, double cutoff, double halfWidth, double rate, bool radial)
    {
        if (taps == 1)
            return null;
        return radial ? LowPass.Radial(taps, cutoff, halfWidth, rate) : LowPass.Separable(taps, cutoff, halfWidth, rate);
    }

    // total = (out−1)·down + 1 − (in+k−1)·up + taps_up + taps_down − 2, so that samples stay at pixel centres;
    // lo = ⌊(total+up)/2⌋.
    private static ImagePadding PaddingFor(int inSize, int outSize, int kernel, int up, int down, int upTaps, int downTaps)
    {
        int total = (outSize - 1) * down + 1 - (inSize + kernel - 1) * up + upTaps + downTaps - 2;
        int lo = (total + up) >> 1;
        int hi = total - lo;
        return new ImagePadding(lo, hi, lo, hi);
    }
}
