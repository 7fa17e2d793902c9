using System.Numerics;
using Sg3x.Networks;

namespace Sg3x.Schedule;

/// <summary>
/// Ranges of a configuration's values, checked with a message that names the option, what was expected and what was found.
/// </summary>
public static class ConfigChecks
{
    private const int LargestResolution = 4096;
    private const int LargestWidth = 65536;

    /// <summary>Checks every value of a generator's configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <exception cref="UserException">A value is out of its range.</exception>
    public static void Check(GeneratorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        CheckResolution("generator.resolution", config.Resolution, 16);
        CheckRange("generator.imageChannels", config.ImageChannels, 1, LargestWidth);
        CheckRange("generator.zDim", config.ZDim, 1, LargestWidth);
        CheckRange("generator.wDim", config.WDim, 1, LargestWidth);
        CheckRange("generator.cDim", config.CDim, 0, LargestWidth);
        CheckRange("generator.mappingLayers", config.MappingLayers, 1, 64);
        CheckRange("generator.channelBase", config.ChannelBase, 1, 1 << 24);
        CheckRange("generator.channelMax", config.ChannelMax, 1, LargestWidth);
        CheckRange("generator.layers", config.Layers, 2, 256);
        CheckRange("generator.criticalLayers", config.CriticalLayers, 1, config.Layers - 1);
        double lastCutoff = config.Resolution / 2.0;
        CheckRange("generator.firstCutoff", config.FirstCutoff, 0.5, lastCutoff);
        if (config.FirstCutoff == lastCutoff)
            throw Bad("generator.firstCutoff", "less than half the resolution", config.FirstCutoff);
        CheckAbove("generator.firstStopband", config.FirstStopband, config.FirstCutoff, "generator.firstCutoff");
        CheckRange("generator.firstStopband", config.FirstStopband, 0.5, 16 * lastCutoff);
        CheckAbove("generator.lastStopbandRelative", config.LastStopbandRelative, 1, "1");
        CheckRange("generator.lastStopbandRelative", config.LastStopbandRelative, 1, 16);
        CheckRange("generator.margin", config.Margin, 0, 1024);
        CheckFinite("generator.outputScale", config.OutputScale);
        CheckRange("generator.kernel", config.Kernel, 1, 15);
        if (config.Kernel % 2 == 0)
            throw Bad("generator.kernel", "an odd number", config.Kernel);
        CheckRange("generator.filterSize", config.FilterSize, 1, 64);
        CheckRange("generator.lreluUpsampling", config.LreluUpsampling, 1, 16);
        CheckAbove("generator.convClamp", config.ConvClamp, 0, "0");
    }

    /// <summary>Checks every value of a discriminator's configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <exception cref="UserException">A value is out of its range.</exception>
    public static void Check(DiscriminatorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        CheckResolution("discriminator.resolution", config.Resolution, 8);
        CheckRange("discriminator.imageChannels", config.ImageChannels, 1, LargestWidth);
        CheckRange("discriminator.cDim", config.CDim, 0, LargestWidth);
        CheckRange("discriminator.channelBase", config.ChannelBase, 1, 1 << 24);
        CheckRange("discriminator.channelMax", config.ChannelMax, 1, LargestWidth);
        CheckRange("discriminator.minibatchStdGroup", config.MinibatchStdGroup, 1, 1024);
        CheckAbove("discriminator.convClamp", config.ConvClamp, 0, "0");
    }

    /// <summary>Checks that an image's side is a power of two within bounds.</summary>
    /// <param name="option">Name of the option in messages.</param>
    /// <param name="resolution">Width and height in pixels.</param>
    /// <param name="least">Smallest allowed.</param>
    /// <exception cref="UserException">It is not.</exception>
    public static void CheckResolution(string option, int resolution, int least)
    {
        if (resolution < least || resolution > LargestResolution || !BitOperations.IsPow2(resolution))
            throw Bad(option, $"a power of two from {least} to {LargestResolution}", resolution);
    }

    /// <summary>Checks that a value lies within a range, both ends included; not-a-number never does.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="option">Name of the option in messages.</param>
    /// <param name="value">The value.</param>
    /// <param name="least">Smallest allowed.</param>
    /// <param name="most">Largest allowed.</param>
    /// <exception cref="UserException">It does not.</exception>
    public static void CheckRange<T>(string option, T value, T least, T most)
        where T : INumber<T>
    {
        if (!(value >= least && value <= most))
            throw Bad(option, FormattableString.Invariant($"a value from {least} to {most}"), value);
    }

    /// <summary>Checks that a value is finite and above a bound.</summary>
    /// <param name="option">Name of the option in messages.</param>
    /// <param name="value">The value.</param>
    /// <param name="bound">What it must exceed.</param>
    /// <param name="boundName">What the bound is called in the message.</param>
    /// <exception cref="UserException">It is not.</exception>
    public static void CheckAbove(string option, double value, double bound, string boundName)
    {
        if (!(value > bound) || !double.IsFinite(value))
        {
            string of = boundName.Contains('.', StringComparison.Ordinal)
                ? FormattableString.Invariant($"{boundName} = {bound}")
                : boundName;
            throw Bad(option, $"a finite value above {of}", value);
        }
    }

    /// <summary>Checks that a value is finite.</summary>
    /// <param name="option">Name of the option in messages.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="UserException">It is not.</exception>
    public static void CheckFinite(string option, double value)
    {
        if (!double.IsFinite(value))
            throw Bad(option, "a finite value", value);
    }

    private static UserException Bad<T>(string option, string expected, T found)
    {
        return UserException.Mismatch(option, expected, FormattableString.Invariant($"{found}"));
    }
}
