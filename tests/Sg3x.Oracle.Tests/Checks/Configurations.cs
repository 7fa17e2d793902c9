using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>Drawn configurations, every one valid.</summary>
internal static class Configurations
{
    // The plainest there is.
    private static readonly GeneratorConfig s_plain = new() { Resolution = 16, Layers = 3, CriticalLayers = 1 };

    /// <summary>Any configuration of schedules and filters.</summary>
    public static GeneratorConfig Draw(int seed)
    {
        var random = new Random(seed);
        double Uniform(double from, double to) => from + (to - from) * random.NextDouble();
        int layers = random.Next(3, 17);
        double first = Uniform(1, 3);
        bool radial = random.Next(2) == 1;
        return new GeneratorConfig
        {
            Resolution = 1 << random.Next(4, 10),
            Layers = layers,
            CriticalLayers = random.Next(1, layers),
            ChannelBase = 1 << random.Next(10, 16),
            ChannelMax = random.Next(4, 513),
            FirstCutoff = first,
            FirstStopband = first * Uniform(1.05, 2.2),
            LastStopbandRelative = Uniform(1.02, 1.5),
            Margin = random.Next(2, 15),
            Kernel = radial ? 1 : 3,
            RadialFilters = radial,
            FilterSize = random.Next(1, 9),
            LreluUpsampling = 1 << random.Next(0, 3),
        };
    }

    /// <summary>One whose filters are not too large to be applied by definition, and of few layers: another draw brings as much
    /// that is new.</summary>
    public static GeneratorConfig DrawForOperations(int seed)
    {
        GeneratorConfig config = DrawSmall(seed);
        int layers = 3 + config.Layers % 2;
        return config with { Layers = layers, CriticalLayers = Math.Min(config.CriticalLayers, layers - 1) };
    }

    /// <summary>One whose narrow version can be run by definition.</summary>
    public static GeneratorConfig DrawForNetworks(int seed)
    {
        GeneratorConfig config = DrawSmall(seed);
        int layers = 3 + config.Layers % 6;
        return config with
        {
            Resolution = 16 << (seed & 1),
            Layers = layers,
            CriticalLayers = Math.Min(config.CriticalLayers, layers - 1),
            LreluUpsampling = Math.Min(config.LreluUpsampling, 2),
        };
    }

    private static GeneratorConfig DrawSmall(int seed)
    {
        GeneratorConfig config = Draw(seed);
        return config with
        {
            Resolution = Math.Min(config.Resolution, 64),
            FilterSize = Math.Min(config.FilterSize, 6),
            LreluUpsampling = config.RadialFilters ? Math.Min(config.LreluUpsampling, 2) : config.LreluUpsampling,
        };
    }

    /// <summary>The configuration with every field that does not matter at its plainest value: what is left makes it
    /// fail.</summary>
    public static GeneratorConfig Reduce(GeneratorConfig config, Func<GeneratorConfig, bool> fails)
    {
        Func<GeneratorConfig, GeneratorConfig>[] steps =
        [
            c => c with { Resolution = s_plain.Resolution },
            c => c with { Layers = s_plain.Layers, CriticalLayers = s_plain.CriticalLayers },
            c => c with { CriticalLayers = s_plain.CriticalLayers },
            c => c with { ChannelBase = s_plain.ChannelBase },
            c => c with { ChannelMax = s_plain.ChannelMax },
            c => c with { FirstCutoff = s_plain.FirstCutoff, FirstStopband = s_plain.FirstStopband },
            c => c with { LastStopbandRelative = s_plain.LastStopbandRelative },
            c => c with { Margin = s_plain.Margin },
            c => c with { Kernel = s_plain.Kernel, RadialFilters = s_plain.RadialFilters },
            c => c with { FilterSize = s_plain.FilterSize },
            c => c with { LreluUpsampling = s_plain.LreluUpsampling },
        ];
        bool smaller = true;
        while (smaller)
        {
            smaller = false;
            foreach (GeneratorConfig next in steps.Select(step => step(config)).Where(next => next != config))
            {
                // A step back from one that was taken before would never end.
                if (Distance(next) < Distance(config) && fails(next))
                {
                    (config, smaller) = (next, true);
                    break;
                }
            }
        }
        return config;
    }

    private static int Distance(GeneratorConfig c) => new[]
    {
        c.Resolution != s_plain.Resolution, c.Layers != s_plain.Layers, c.CriticalLayers != s_plain.CriticalLayers,
        c.ChannelBase != s_plain.ChannelBase, c.ChannelMax != s_plain.ChannelMax, c.FirstCutoff != s_plain.FirstCutoff,
        c.FirstStopband != s_plain.FirstStopband, c.LastStopbandRelative != s_plain.LastStopbandRelative,
            c.Margin != s_plain.Margin,
        c.Kernel != s_plain.Kernel, c.FilterSize != s_plain.FilterSize, c.LreluUpsampling != s_plain.LreluUpsampling,
    }.Count(differs => differs);
}
