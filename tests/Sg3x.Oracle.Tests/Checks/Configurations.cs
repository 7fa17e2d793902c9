using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>Drawn configurations, every one valid.</summary>
internal static class Configurations
{
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
}
