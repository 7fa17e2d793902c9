using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using Sg3x.Spec.Filters;
using static TorchSharp.torch;
using SpecFilter = Sg3x.Spec.Signals.Filter;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Reports;

/// <summary>
/// What one of a layer's filters is designed to do to a signal, by the spec's taps, and what production's taps do to it, by their
/// discrete-time Fourier transform. Frequencies in Hz per image, responses in dB.
/// </summary>
internal sealed record FilterResponse
{
    private const int Steps = 200;

    public required string Layer { get; init; }

    public required bool IsUp { get; init; }

    public required int ExpectedTaps { get; init; }

    public required int MeasuredTaps { get; init; }

    public required bool IsRadial { get; init; }

    public required double Cutoff { get; init; }

    /// <summary>f_c + f_h.</summary>
    public required double Stopband { get; init; }

    /// <summary>Half the rate on the filter's other side: of the input where it upsamples, of the output where it downsamples.</summary>
    public required double Nyquist { get; init; }

    /// <summary>The rate of the samples that it filters; half of it is the end of the curves.</summary>
    public required double Rate { get; init; }

    /// <summary>Kaiser's estimate of the stopband, −A.</summary>
    public required double KaiserLevel { get; init; }

    public required IReadOnlyList<double> Frequencies { get; init; }

    public required IReadOnlyList<double> Designed { get; init; }

    public required IReadOnlyList<double> Predicted { get; init; }

    /// <summary>Along the diagonal at the same distance from 0; empty for separable filters.</summary>
    public required IReadOnlyList<double> DesignedDiagonal { get; init; }

    public required IReadOnlyList<double> PredictedDiagonal { get; init; }

    /// <summary>Production's response at the cutoff.</summary>
    public required double AtCutoff { get; init; }

    /// <summary>The largest of production's response from the stopband's begin to the end, along an axis.</summary>
    public required double StopbandPeak { get; init; }

    /// <summary>Every filter of a subject, in the order of the layers, up before down.</summary>
    public static IReadOnlyList<FilterResponse> All(Subject subject)
    {
        Dictionary<string, Tensor>? state = subject.Network?.state_dict();
        var responses = new List<FilterResponse>();
        foreach ((SpecLayer e, LayerPlan m) in Bridge.Schedule(subject.Config).Layers.Zip(subject.Layers))
        {
            SpecFilter up = Measured(m, "up", m.UpFilter), down = Measured(m, "down", m.DownFilter);
            if (!e.UpFilter.IsIdentity || !up.IsIdentity)
                responses.Add(Of(m.Name, true, e.UpFilter, up, e.In, e.TmpRate));
            if (!e.DownFilter.IsIdentity || !down.IsIdentity)
                responses.Add(Of(m.Name, false, e.DownFilter, down, e.Out, e.TmpRate));
        }
        return responses;

        // A network's own taps, where there is one: they came with its weights.
        SpecFilter Measured(LayerPlan layer, string direction, Filter? designed) =>
            state?.GetValueOrDefault($"synthesis.{layer.Name}.{direction}_filter") is Tensor taps ? Own(taps) : Bridge.Filter(designed);
    }

    private static SpecFilter Own(Tensor taps)
    {
        double[] values = Bridge.Values(taps);
        if (taps.dim() < 2)
            return SpecFilter.Separable(values);
        var grid = new double[taps.shape[0], taps.shape[1]];
        Buffer.BlockCopy(values, 0, grid, 0, sizeof(double) * values.Length);
        return SpecFilter.Radial(grid);
    }

    private static FilterResponse Of(
        string layer, bool isUp, SpecFilter expected, SpecFilter measured, Spec.Schedule.Entry entry, double rate)
    {
        double[] f = [.. Enumerable.Range(0, Steps + 1).Select(i => rate / 2 * i / Steps)];
        bool radial = expected.Grid is not null || measured.Grid is not null;
        double stopband = Math.Min(entry.Cutoff + entry.HalfWidth, rate / 2);
        double[] predicted = Axis(measured);
        return new FilterResponse
        {
            Layer = layer,
            IsUp = isUp,
            ExpectedTaps = expected.Count,
            MeasuredTaps = measured.Count,
            IsRadial = radial,
            Cutoff = entry.Cutoff,
            Stopband = stopband,
            Nyquist = entry.Rate / 2,
            Rate = rate,
            KaiserLevel = -KaiserWindow.Attenuation(expected.Count, entry.HalfWidth, rate),
            Frequencies = f,
            Designed = Axis(expected),
            Predicted = predicted,
            DesignedDiagonal = radial ? Diagonal(expected) : [],
            PredictedDiagonal = radial ? Diagonal(measured) : [],
            AtCutoff = Decibels(measured, entry.Cutoff, 0),
            StopbandPeak = f.Zip(predicted).Where(p => p.First >= stopband).Max(p => p.Second),
        };

        double[] Axis(SpecFilter filter) => [.. f.Select(hz => Decibels(filter, hz, 0))];

        double[] Diagonal(SpecFilter filter) => [.. f.Select(hz => Decibels(filter, hz / Math.Sqrt(2), hz / Math.Sqrt(2)))];

        double Decibels(SpecFilter filter, double x, double y) => FrequencyResponse.Decibels(FrequencyResponse.At(filter, rate, x, y));
    }
}
