using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Schedule;

/// <summary>One entry of the schedule, i = 0…N: the signal between two layers. Frequencies in Hz per image.</summary>
/// <param name="Cutoff">f_c[i].</param>
/// <param name="Stopband">f_t[i], the minimum stopband.</param>
/// <param name="Rate">s[i], samples per image.</param>
/// <param name="HalfWidth">f_h[i].</param>
/// <param name="Size">Samples a side, margins included.</param>
/// <param name="Channels">Feature maps.</param>
public sealed record Entry(double Cutoff, double Stopband, double Rate, double HalfWidth, int Size, int Channels);

/// <summary>Samples added before (0) and after (1) each axis of the upsampled signal; negative crops.</summary>
public readonly record struct Padding(int X0, int X1, int Y0, int Y1);

/// <summary>One layer: it reads <paramref name="In"/> and writes <paramref name="Out"/>.</summary>
/// <param name="Index">i = 0…N; N is ToRGB.</param>
/// <param name="IsToRgb">i = N.</param>
/// <param name="IsCritical">i ≥ N − N_crit.</param>
/// <param name="In">Entry max(i − 1, 0).</param>
/// <param name="Out">Entry i.</param>
/// <param name="TmpRate">Rate at which the nonlinearity is applied.</param>
/// <param name="Up">TmpRate / In.Rate.</param>
/// <param name="Down">TmpRate / Out.Rate.</param>
/// <param name="Kernel">k, taps a side of the convolution.</param>
/// <param name="Padding">Around the upsampled signal.</param>
/// <param name="UpFilter">Low-pass at the input's cutoff, sampled at TmpRate.</param>
/// <param name="DownFilter">Low-pass at the output's cutoff, sampled at TmpRate.</param>
public sealed record Layer(
    int Index,
    bool IsToRgb,
    bool IsCritical,
    Entry In,
    Entry Out,
    double TmpRate,
    int Up,
    int Down,
    int Kernel,
    Padding Padding,
    Filter UpFilter,
    Filter DownFilter)
{
    /// <summary>L{i}_{outSize}_{outChannels}.</summary>
    public string Name => $"L{Index}_{Out.Size}_{Out.Channels}";
}
