namespace Sg3x.Oracle.Candidate;

/// <summary>Reads the schedule of an export, under the names of <c>golden/reference/schedule-*.json</c>.</summary>
internal static class CandidateLayers
{
    private const int MostTaps = 2048;
    private const int LargestGrid = 512;

    /// <summary>Numbers of a layer; the last is what the convolution pads on each side.</summary>
    public static readonly string[] Numbers =
    [
        "in_channels", "out_channels", "in_size", "out_size", "in_sampling_rate", "out_sampling_rate", "tmp_sampling_rate",
        "in_cutoff", "out_cutoff", "in_half_width", "out_half_width", "up_factor", "down_factor", "up_taps", "down_taps",
            "conv_kernel",
        "conv_padding",
    ];

    private static readonly string[] Known =
        [.. Numbers, "name", "is_torgb", "is_critically_sampled", "down_radial", "padding", "up_filter", "down_filter"];

    public static CandidateExport Read(JsonEntry schedule, CandidateExport export, ArraySource arrays, int most)
    {
        schedule.Only("precision", "num_ws", "input", "layers");
        JsonEntry? input = schedule.Get("input")?.Only("channels", "size", "sampling_rate", "bandwidth");
        return export with
        {
            ScheduleRoundoff = schedule.Get("precision") is { } u ? Precisions.OfConstants(u) : Math.ScaleB(1, -24),
            NumWs = schedule.Get("num_ws")?.Whole(0, 1000),
            Input = input is { } i
                ? new CandidateInput(
                    i.Get("channels")?.Whole(1, 1 << 20), i.Get("size")?.Whole(1, 1 << 16), i.Get("sampling_rate")?.Finite(),
                        i.Get("bandwidth")?.Finite())
                : null,
            Layers = schedule.Get("layers") is { } layers ? [.. layers.Items(most).Select(layer => Layer(layer, arrays))] : null,
        };
    }

    private static CandidateLayer Layer(JsonEntry layer, ArraySource arrays)
    {
        layer.Only(Known);
        return new CandidateLayer
        {
            Name = layer.Get("name")?.Text(),
            IsToRgb = layer.Get("is_torgb")?.Truth(),
            IsCritical = layer.Get("is_critically_sampled")?.Truth(),
            DownRadial = layer.Get("down_radial")?.Truth(),
            Numbers = Numbers.Where(name => layer.Get(name) is not null)
                .ToDictionary(name => name, name => layer.Get(name)!.Value.Finite()),
            Padding = layer.Get("padding") is { } padding ? Padding(padding) : null,
            HasUpFilter = layer.Get("up_filter") is not null,
            HasDownFilter = layer.Get("down_filter") is not null,
            UpFilter = Filter(layer.Get("up_filter"), arrays),
            DownFilter = Filter(layer.Get("down_filter"), arrays),
        };
    }

    private static int[] Padding(JsonEntry padding)
    {
        IReadOnlyList<JsonEntry> items = padding.Items(4);
        return items.Count is 2 or 4
            ? [.. items.Concat(items).Take(4).Select(item => item.Whole(-100_000, 100_000))]
            : throw padding.Bad("two numbers (lo, hi) or four (x0, x1, y0, y1)");
    }

    private static NumericArray? Filter(JsonEntry? entry, ArraySource arrays)
    {
        if (entry is not { IsNull: false } value)
            return null;
        NumericArray taps = arrays.Read(value)!;
        bool shaped = taps.Shape.Count == 1 || (taps.Shape.Count == 2 && taps.Shape[0] == taps.Shape[1]);
        if (!shaped || taps.Values.Length == 0 || taps.Shape[0] > (taps.Shape.Count == 1 ? MostTaps : LargestGrid))
            throw value.Bad($"taps [n] up to {MostTaps}, a grid [n, n] up to {LargestGrid} a side, or null", taps.Sizes);
        return taps.Values.Length == 1 ? null : taps;
    }
}
