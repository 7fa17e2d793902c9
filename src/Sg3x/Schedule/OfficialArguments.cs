using System.Globalization;
using System.Text.Json;

namespace Sg3x.Schedule;

/// <summary>Configurations from the constructor arguments of the official release, as reference files record them.</summary>
public static class OfficialArguments
{
    // Arguments that say how a reference was made and shape nothing here.
    private static readonly HashSet<string> Ignored = ["torch", "num_fp16_res", "magnitude_ema_beta"];

    /// <summary>A generator's configuration.</summary>
    /// <param name="arguments">A JSON object of arguments; those left out keep their defaults.</param>
    /// <returns>The configuration, not yet checked.</returns>
    /// <exception cref="UserException">An argument is unknown or not of its type, or `img_resolution` is missing.</exception>
    public static GeneratorConfig Generator(JsonElement arguments) => Generator(Strings(arguments));

    /// <summary>A generator's configuration.</summary>
    /// <param name="arguments">Arguments by name, written as Python writes them; those left out keep their defaults.</param>
    /// <returns>The configuration, not yet checked.</returns>
    /// <exception cref="UserException">An argument is unknown or not of its type, or `img_resolution` is missing.</exception>
    public static GeneratorConfig Generator(IReadOnlyDictionary<string, string> arguments)
    {
        var config = new GeneratorConfig { Resolution = Resolution(arguments) };
        foreach ((string name, string value) in arguments.Where(argument => !Ignored.Contains(argument.Key)))
        {
            config = name switch
            {
                "img_resolution" => config,
                "img_channels" => config with { ImageChannels = Integer(name, value) },
                "z_dim" => config with { ZDim = Integer(name, value) },
                "w_dim" => config with { WDim = Integer(name, value) },
                "c_dim" => config with { CDim = Integer(name, value) },
                "mapping_layers" => config with { MappingLayers = Integer(name, value) },
                "channel_base" => config with { ChannelBase = Integer(name, value) },
                "channel_max" => config with { ChannelMax = Integer(name, value) },
                "num_layers" => config with { Layers = Integer(name, value) },
                "num_critical" => config with { CriticalLayers = Integer(name, value) },
                "first_cutoff" => config with { FirstCutoff = Real(name, value) },
                "first_stopband" => config with { FirstStopband = Real(name, value) },
                "last_stopband_rel" => config with { LastStopbandRelative = Real(name, value) },
                "margin_size" => config with { Margin = Integer(name, value) },
                "output_scale" => config with { OutputScale = Real(name, value) },
                "conv_kernel" => config with { Kernel = Integer(name, value) },
                "filter_size" => config with { FilterSize = Integer(name, value) },
                "lrelu_upsampling" => config with { LreluUpsampling = Integer(name, value) },
                "use_radial_filters" => config with { RadialFilters = Boolean(name, value) },
                "conv_clamp" => config with { ConvClamp = Real(name, value) },
                _ => throw UserException.Mismatch(name, "an argument of the official generator", "an unknown name"),
            };
        }
        return config;
    }

    /// <summary>β of the average of each layer's σ², <c>magnitude_ema_beta</c>: an argument of the network there, of the training
    /// here.</summary>
    /// <param name="arguments">Arguments by name, written as Python writes them.</param>
    /// <returns>From 0 to 1; null where it is not given.</returns>
    /// <exception cref="UserException">It is no such number.</exception>
    public static double? MagnitudeBeta(IReadOnlyDictionary<string, string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        const string Name = "magnitude_ema_beta";
        if (!arguments.TryGetValue(Name, out string? value))
            return null;
        double beta = Real(Name, value);
        ConfigChecks.CheckRange(Name, beta, 0, 1);
        return beta;
    }

    /// <summary>A discriminator's configuration.</summary>
    /// <param name="arguments">Arguments by name, written as Python writes them; those left out keep their defaults.</param>
    /// <returns>The configuration, not yet checked.</returns>
    /// <exception cref="UserException">An argument is unknown or not of its type, or `img_resolution` is missing.</exception>
    public static Networks.DiscriminatorConfig Discriminator(IReadOnlyDictionary<string, string> arguments)
    {
        var config = new Networks.DiscriminatorConfig { Resolution = Resolution(arguments) };
        foreach ((string name, string value) in arguments.Where(argument => !Ignored.Contains(argument.Key)))
        {
            config = name switch
            {
                "img_resolution" => config,
                "img_channels" => config with { ImageChannels = Integer(name, value) },
                "channel_base" => config with { ChannelBase = Integer(name, value) },
                "channel_max" => config with { ChannelMax = Integer(name, value) },
                "c_dim" => config with { CDim = Integer(name, value) },
                "mbstd_group_size" => config with { MinibatchStdGroup = Integer(name, value) },
                "conv_clamp" => config with { ConvClamp = Real(name, value) },
                _ => throw UserException.Mismatch(name, "an argument of the official discriminator", "an unknown name"),
            };
        }
        return config;
    }

    private static Dictionary<string, string> Strings(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
            throw UserException.Mismatch("config", "an object of constructor arguments", arguments.ValueKind.ToString());
        return arguments.EnumerateObject()
            .ToDictionary(argument => argument.Name, argument => argument.Value.ToString(), StringComparer.Ordinal);
    }

    private static int Resolution(IReadOnlyDictionary<string, string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.TryGetValue("img_resolution", out string? value)
            ? Integer("img_resolution", value)
            : throw UserException.Mismatch("img_resolution", "the width of the image in pixels", "nothing");
    }

    private static int Integer(string name, string value)
    {
        return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw UserException.Mismatch(name, "an integer", value);
    }

    private static double Real(string name, string value)
    {
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw UserException.Mismatch(name, "a number", value);
    }

    private static bool Boolean(string name, string value)
    {
        return bool.TryParse(value, out bool truth) ? truth : throw UserException.Mismatch(name, "True or False", value);
    }
}
