using Sg3x.Spec.Schedule;

namespace Sg3x.Oracle.Checks;

/// <summary>By which names a finding calls the values of a configuration.</summary>
internal enum ConfigNames
{
    /// <summary>Those of this program's options: <c>generator.margin</c>.</summary>
    Options,

    /// <summary>Those of a candidate's export: <c>margin_size</c>.</summary>
    Export,
}

/// <summary>
/// The papers' values on which a generator's equivariance rests, as bounds: a configuration may go beyond them, and not fall
/// short.
/// </summary>
internal static class AliasFreeBounds
{
    /// <summary>Name of the check, of this program's configurations and of a candidate's alike.</summary>
    public const string Id = "config.alias-free";

    public const string Equation =
        "AFG table 1, F.1: N_crit = 2, f_c0 = 2, f_t0 = 2^2.1, f_tN/f_cN = 2^0.3, margin 10, n = 6, m = 2";

    public const string ToleranceBasis = "no weaker than the paper's";

    // A stopband is 2 to a power, which an export may give in float32.
    private const double Rounding = 1e-6;

    /// <summary>A finding for each value, equal or better than the papers' or not.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="names">What its values are called.</param>
    public static IEnumerable<Finding> Judge(ScheduleConfig config, ConfigNames names)
    {
        var paper = ScheduleConfig.T(config.Resolution);
        yield return Bound(
            "generator.margin", "margin_size", $"at least {paper.Margin}", config.Margin >= paper.Margin, config.Margin,
            "the border's influence reaches the image: 24 dB without a margin, 30 with 3 pixels");
        yield return Bound(
            "generator.lreluUpsampling", "lrelu_upsampling", $"at least {paper.LreluUpsampling}",
            config.LreluUpsampling >= paper.LreluUpsampling, config.LreluUpsampling,
            "without lrelu upsampling most layers have up = down = 1, and the nonlinearity aliases");
        yield return Bound(
            "generator.filterSize", "filter_size", $"at least {paper.FilterSize}", config.FilterSize >= paper.FilterSize,
            config.FilterSize, "shorter filters stop less; equivariance of random weights does not show it");
        yield return Bound(
            "generator.criticalLayers", "num_critical", $"at most {paper.NCrit}", config.NCrit <= paper.NCrit, config.NCrit,
            "critically sampled layers alias: 45 dB with all of them");
        yield return Bound(
            "generator.firstCutoff", "first_cutoff", FormattableString.Invariant($"at most {paper.FirstCutoff}"),
            config.FirstCutoff <= paper.FirstCutoff, config.FirstCutoff,
            "the higher the cutoff, the less room a filter has to stop what lies beyond: 53 dB with 4");
        yield return Bound(
            "generator.firstStopband", "first_stopband", "at least 2^2.1",
            config.FirstStopband >= paper.FirstStopband * (1 - Rounding), config.FirstStopband,
            "narrower transitions need longer filters");
        yield return Bound(
            "generator.lastStopbandRelative", "last_stopband_rel", "at least 2^0.3",
            config.LastStopbandOverCutoff >= paper.LastStopbandOverCutoff * (1 - Rounding), config.LastStopbandOverCutoff,
            "narrower transitions need longer filters");
        yield return Bound(
            "generator.kernel", "conv_kernel", config.Radial ? "1 with radial filters" : "3, or 1",
            config.Kernel == 1 || (config.Kernel == paper.Kernel && !config.Radial), config.Kernel,
            "kernels wider than a pixel are not equivariant to rotation");

        Finding Bound(string option, string field, string expected, bool holds, double measured, string explanation) => new(
            names == ConfigNames.Options ? option : field, expected, FormattableString.Invariant($"{measured:G6}"),
            holds ? 0 : 1, 0, holds ? null : explanation);
    }
}
