using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Schedule;

/// <summary>
/// The layers of the generator (AFG section 3.2, appendix F.1). For i = 0…N, e_i = min(i / (N − N_crit), 1):
/// <code>
///   f_c[i] = f_c0·(f_cN / f_c0)^e_i                 f_cN = s_N / 2
///   f_t[i] = f_t0·(f_tN / f_t0)^e_i                 f_tN = f_cN·2^0.3
///   s[i]   = 2^⌈log2 min(2·f_t[i], s_N)⌉
///   f_h[i] = max(f_t[i], s[i]/2) − f_c[i]
///   size   = s[i] + 2·margin, the last two s_N
///   ch     = round(min(cbase/2 / f_c[i], cmax)), half to even, the last the image's
/// </code>
/// Layer i reads entry max(i − 1, 0) and writes entry i, through
/// <code>
///   tmp    = max(s_in, s_out)·m                     m = 1 for ToRGB
///   up     = tmp / s_in,     n·up taps;  down = tmp / s_out, n·down taps;  1 tap where the factor is 1 or for ToRGB
///   total  = (out − 1)·down + 1 − (in + k − 1)·up + taps_up + taps_down − 2
///   lo     = ⌊(total + up) / 2⌋,  hi = total − lo
/// </code>
/// </summary>
public sealed class LayerSchedule
{
    public LayerSchedule(ScheduleConfig config)
    {
        Config = config;
        Entries = [.. Enumerable.Range(0, config.N + 1).Select(i => EntryOf(config, i))];
        Layers = [.. Enumerable.Range(0, config.N + 1).Select(LayerOf)];
    }

    public ScheduleConfig Config { get; }

    /// <summary>Entries 0…N.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Layers 0…N, the last ToRGB.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Copies of w: one for the Fourier input, one for each of the N + 1 layers.</summary>
    public int NumWs => Config.N + 2;

    private static Entry EntryOf(ScheduleConfig config, int i)
    {
        int N = config.N, NCrit = config.NCrit;
        double sN = config.Resolution;
        double fc0 = config.FirstCutoff, fcN = sN / 2;
        double ft0 = config.FirstStopband, ftN = fcN * config.LastStopbandOverCutoff;

        double e = Math.Min((double)i / (N - NCrit), 1);
        double fc = fc0 * Math.Pow(fcN / fc0, e);
        double ft = ft0 * Math.Pow(ftN / ft0, e);
        double s = Math.Pow(2, Math.Ceiling(Math.Log2(Math.Min(2 * ft, sN))));
        double fh = Math.Max(ft, s / 2) - fc;
        int size = i >= N - 1 ? config.Resolution : (int)s + 2 * config.Margin;
        int channels = i == N
            ? config.ImageChannels
            : (int)Math.Round(Math.Min(config.ChannelBase / 2.0 / fc, config.ChannelMax), MidpointRounding.ToEven);
        return new Entry(fc, ft, s, fh, size, channels);
    }

    private Layer LayerOf(int i)
    {
        Entry input = Entries[Math.Max(i - 1, 0)], output = Entries[i];
        bool toRgb = i == Config.N, critical = i >= Config.N - Config.NCrit;
        int m = toRgb ? 1 : Config.LreluUpsampling, n = Config.FilterSize, k = toRgb ? 1 : Config.Kernel;

        double tmp = Math.Max(input.Rate, output.Rate) * m;
        int up = (int)(tmp / input.Rate), down = (int)(tmp / output.Rate);
        int tapsUp = up > 1 && !toRgb ? n * up : 1;
        int tapsDown = down > 1 && !toRgb ? n * down : 1;

        int total = (output.Size - 1) * down + 1 - (input.Size + k - 1) * up + tapsUp + tapsDown - 2;
        int lo = (int)Math.Floor((total + up) / 2.0), hi = total - lo;

        Filter upFilter = tapsUp == 1
            ? Filter.Identity
            : Filter.Separable(LowPass.Separable(tapsUp, input.Cutoff, input.HalfWidth, tmp));
        Filter downFilter = tapsDown == 1
            ? Filter.Identity
            : Config.Radial && !critical
                ? Filter.Radial(LowPass.Radial(tapsDown, output.Cutoff, output.HalfWidth, tmp))
                : Filter.Separable(LowPass.Separable(tapsDown, output.Cutoff, output.HalfWidth, tmp));

        return new Layer(
            i, toRgb, critical, input, output, tmp, up, down, k, new Padding(lo, hi, lo, hi), upFilter, downFilter);
    }
}
