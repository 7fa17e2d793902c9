using Sg3x.Spec.Schedule;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Layer schedules.</summary>
internal static class ScheduleCases
{
    private static readonly Bug NoMargin = new(
        "NoMargin", "the layers have no margin around the canvas (same-size padding)",
            "the border shows inside the image: 24 dB", Sources.WriteUp);

    private static readonly Bug ThreePixels = new(
        "NarrowMargin", "a margin of 3 pixels in the place of 10", "the border shows inside the image: 30 dB", Sources.Measured);

    private static readonly Bug NoUpsampling = new(
        "NoLreluUpsampling", "the nonlinearity is not oversampled: most layers have up = down = 1 and no filter",
        "the nonlinearity aliases: 49 dB", Sources.WriteUp);

    private static readonly Bug ReadsEntryI = new(
        "ReadsEntryI", "layer i reads entry i and writes entry i + 1", "every filter has the cutoff of a later layer",
            Sources.WriteUp);

    private static readonly Bug TapsOfTheText = new(
        "TapsOfTheText", "27 and 81 taps where n = 6 and m = 2 give 12 and 24",
            "other filters, and padding that no longer centres them", Sources.WriteUp);

    private static readonly Bug AllCritical = new(
        "AllCritical", "every layer is critically sampled: the cutoff is at half the rate", "45 dB", Sources.Measured);

    private static readonly Bug ShortFilters = new(
        "ShortFilters", "filter size 2 in the place of 6", "weak stopbands; equivariance of random weights does not show it",
            Sources.Measured);

    private static readonly Bug FlooredChannels = new(
        "ChannelsFloored", "channels are rounded down", "weights of the official release do not fit", Sources.Classic);

    private static readonly Bug CentredPadding = new(
        "PaddingSplitEvenly", "lo = ⌊total/2⌋: the phase of the zero insertion is left out",
            "the image moves by a fraction of a pixel a layer", Sources.Classic);

    private static readonly Bug RatesFloored = new(
        "RatesFloored", "the rate is 2^⌊log2⌋ in the place of 2^⌈log2⌉", "the stopband lies beyond half the rate",
            Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "layer-schedule",
        Equation = "AFG 3.2, F.1: f_c, f_t geometric; s = 2^⌈log2 min(2·f_t, s_N)⌉; f_h = max(f_t, s/2) − f_c; tmp ="
            + " max(s_in, s_out)·m; lo = ⌊(total + up)/2⌋",
        Instructions = "Of the official generator's arguments: for each layer 0…N (the last ToRGB) the values of its output"
            + " `cutoff`,"
            + " `half_width`, `rate`, `size`, `channels`, then `up`, `down`, `up_taps`, `down_taps`, and `padding` [N + 1, 2]"
                + " as (lo, hi).",
        Cases = CaseBuilder.Number(
        [
            Of("config T at 256²", ScheduleConfig.T(256)),
            Of("config R at 256²", ScheduleConfig.R(256)),
            Of("config T at 1024²", ScheduleConfig.T(1024)),
            Of("11 layers at 128², the write-up's run", ScheduleConfig.T(128) with { N = 11 }),
            Of("small: 32², few channels", ScheduleConfig.T(32) with { ChannelBase = 1024, ChannelMax = 32 }),
        ]),
    };

    private static CaseBuilder Of(string comment, ScheduleConfig config)
    {
        var schedule = new LayerSchedule(config);
        IReadOnlyDictionary<string, NumericArray> expected = Outputs(schedule.Layers);
        CaseBuilder built = new CaseBuilder(comment, 16)
            .With("img_resolution", config.Resolution).With("num_layers", config.N).With("num_critical", config.NCrit)
            .With("channel_base", config.ChannelBase).With("channel_max", config.ChannelMax)
            .With("conv_kernel", config.Kernel).With("use_radial_filters", config.Radial)
            .Expect(expected)
            .Fault(NoMargin, Outputs(config with { Margin = 0 }))
            .Fault(ThreePixels, Outputs(config with { Margin = 3 }))
            .Fault(NoUpsampling, Outputs(config with { LreluUpsampling = 1 }))
            .Fault(ShortFilters, Outputs(config with { FilterSize = 2 }))
            .Fault(AllCritical, Outputs(config with { NCrit = config.N - 1 }))
            .Fault(ReadsEntryI, Outputs([.. schedule.Layers.Select(layer => layer with
            {
                Out = schedule.Entries[Math.Min(layer.Index + 1, config.N)],
            })]))
            .Fault(TapsOfTheText, new Dictionary<string, NumericArray>(expected)
            {
                ["up_taps"] = NumericArray.Of(schedule.Layers.Select(layer => Taps(layer.UpFilter.Count))),
                ["down_taps"] = NumericArray.Of(schedule.Layers.Select(layer => Taps(layer.DownFilter.Count))),
            })
            .Fault(CentredPadding, new Dictionary<string, NumericArray>(expected)
            {
                ["padding"] = NumericArray.Of([.. schedule.Layers.Select(layer =>
                {
                    int total = layer.Padding.X0 + layer.Padding.X1, lo = (int)Math.Floor(total / 2.0);
                    return (double[])[lo, total - lo];
                })]),
            })
            .Fault(RatesFloored, new Dictionary<string, NumericArray>(expected)
            {
                ["rate"] = NumericArray.Row([.. schedule.Layers.Select(layer =>
                    Math.Pow(2, Math.Floor(Math.Log2(Math.Min(2 * layer.Out.Stopband, config.Resolution)))))]),
            });
        double[] floored = [.. schedule.Layers.Select(layer => layer.IsToRgb
            ? config.ImageChannels : Math.Floor(Math.Min(config.ChannelBase / 2.0 / layer.Out.Cutoff, config.ChannelMax)))];
        if (!floored.SequenceEqual(schedule.Layers.Select(layer => (double)layer.Out.Channels)))
            built.Fault(FlooredChannels, new Dictionary<string,
                NumericArray>(expected) { ["channels"] = NumericArray.Row(floored) });
        return built;
    }

    private static int Taps(int specified) => specified switch { 12 => 27, 24 => 81, _ => specified };

    private static Dictionary<string, NumericArray> Outputs(ScheduleConfig config) => Outputs(new LayerSchedule(config).Layers);

    private static Dictionary<string, NumericArray> Outputs(IReadOnlyList<Layer> layers) => new()
    {
        ["cutoff"] = NumericArray.Row([.. layers.Select(layer => layer.Out.Cutoff)]),
        ["half_width"] = NumericArray.Row([.. layers.Select(layer => layer.Out.HalfWidth)]),
        ["rate"] = NumericArray.Row([.. layers.Select(layer => layer.Out.Rate)]),
        ["size"] = NumericArray.Of(layers.Select(layer => layer.Out.Size)),
        ["channels"] = NumericArray.Of(layers.Select(layer => layer.Out.Channels)),
        ["up"] = NumericArray.Of(layers.Select(layer => layer.Up)),
        ["down"] = NumericArray.Of(layers.Select(layer => layer.Down)),
        ["up_taps"] = NumericArray.Of(layers.Select(layer => layer.UpFilter.Count)),
        ["down_taps"] = NumericArray.Of(layers.Select(layer => layer.DownFilter.Count)),
        ["padding"] = NumericArray.Of([.. layers.Select(layer => (double[])[layer.Padding.X0, layer.Padding.X1])]),
    };
}
