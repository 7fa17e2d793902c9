using Sg3x.Ops;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>A filtered leaky ReLU of drawn shape, factors, padding and filters, with its input, bias and output gradient.</summary>
internal sealed class DrawnCase
{
    public required int Batch { get; init; }

    public required int Channels { get; init; }

    public required ResampleAxis Horizontal { get; init; }

    public required ResampleAxis Vertical { get; init; }

    public required FilterTaps Up { get; init; }

    public required FilterTaps Down { get; init; }

    public required double Gain { get; init; }

    public required double Slope { get; init; }

    public required double Limit { get; init; }

    public required double[] Input { get; init; }

    public required double[] Bias { get; init; }

    public required double[] OutputGradient { get; init; }

    public int Planes => Batch * Channels;

    public int InputSize => Horizontal.Input * Vertical.Input;

    public int OutputSize => Horizontal.Output * Vertical.Output;

    public required bool ShortBands { get; init; }

    public FilteredLeakyReluPlan Plan => ShortBands
        ? new(Horizontal, Vertical, Up, Down, Gain, Slope, Limit) { BandBytes = 1 }
        : new(Horizontal, Vertical, Up, Down, Gain, Slope, Limit);

    /// <summary>A case whose values are representable in float32 and in fewer bits where asked.</summary>
    public static DrawnCase Draw(int seed, Func<double, double> round)
    {
        var random = new Random(seed);
        while (true)
        {
            var (up, down) = (random.Next(1, 5), random.Next(1, 5));
            // A half of the cases are of the shape that the networks use: separable, six taps a phase.
            var usual = random.Next(2) == 0;
            var upFilter = usual ? DrawFilter(random, 6 * up, 1) : DrawFilter(random, up);
            var downFilter = usual ? DrawFilter(random, 6 * down, 1) : DrawFilter(random, down);
            // A few are wide enough for the loops that take four of the widest vectors at a time.
            var (width, height) = random.Next(8) == 0 ? (random.Next(70, 300), random.Next(1, 5)) : (random.Next(1, 36), random.Next(1, 16));
            if (TryDraw(random, width, height, up, down, upFilter, downFilter, round) is { } drawn)
                return drawn;
        }
    }

    /// <summary>A case with these factors and filters, small, square where they are radial.</summary>
    public static DrawnCase Draw(
        int seed, int up, int down, (int Taps, bool Radial) upFilter, (int Taps, bool Radial) downFilter, Func<double, double> round,
        int smallest = 1, int largest = 39)
    {
        var random = new Random(seed);
        FilterTaps Filter((int Taps, bool Radial) of) => of.Taps == 1
            ? FilterTaps.Identity
            : DrawFilter(random, of.Taps, of.Radial ? of.Taps : 1, !of.Radial);
        var (first, second) = (Filter(upFilter), Filter(downFilter));
        while (true)
        {
            if (TryDraw(random, random.Next(smallest, largest + 1), random.Next(smallest, largest + 1), up, down, first, second, round) is { } drawn)
                return drawn;
        }
    }

    private static DrawnCase? TryDraw(
        Random random, int width, int height, int up, int down, FilterTaps upFilter, FilterTaps downFilter, Func<double, double> round)
    {
        var horizontal = DrawAxis(random, width, up, down, upFilter.Width, downFilter.Width);
        var vertical = DrawAxis(random, height, up, down, upFilter.VerticalCount, downFilter.VerticalCount);
        if (horizontal.Output < 1 || vertical.Output < 1)
            return null;
        var (batch, channels) = (random.Next(1, 3), random.Next(1, 4));
        var scale = Math.Pow(10, random.Next(-2, 3));
        double[] Values(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => round(size * Normal(random)))];
        return new()
        {
            ShortBands = random.Next(2) == 0,
            Batch = batch,
            Channels = channels,
            Horizontal = horizontal,
            Vertical = vertical,
            Up = upFilter,
            Down = downFilter,
            Gain = random.Next(8) switch { 0 => -1.5, 1 => -0.5, _ => Math.Sqrt(2) },
            Slope = random.Next(4) == 0 ? 1 : 0.2,
            Limit = random.Next(4) == 0 ? double.PositiveInfinity : round(scale),
            Input = Values(batch * channels * width * height, scale),
            Bias = Values(channels, scale),
            OutputGradient = Values(batch * channels * horizontal.Output * vertical.Output, 1),
        };
    }

    public override string ToString() =>
        $"[{Batch}, {Channels}] {Horizontal} × {Vertical}, up {Up.Height}×{Up.Width} {Up.Separable}, "
        + $"down {Down.Height}×{Down.Width} {Down.Separable}, gain {Gain}, slope {Slope}, limit {Limit}";

    private static FilterTaps DrawFilter(Random random, int factor)
    {
        if (random.Next(6) == 0)
            return FilterTaps.Identity;
        var separable = random.Next(3) != 0;
        var width = random.Next(1, separable ? (6 * factor) + 2 : 9);
        return DrawFilter(random, width, separable ? 1 : random.Next(1, 9), separable);
    }

    private static FilterTaps DrawFilter(Random random, int width, int height, bool separable = true)
    {
        var scale = 1 / Math.Sqrt(width * height);
        return new([.. Enumerable.Range(0, width * height).Select(_ => (double)(float)(scale * Normal(random)))], height, width, separable);
    }

    private static ResampleAxis DrawAxis(Random random, int input, int up, int down, int upTaps, int downTaps)
    {
        var (low, high) = random.Next(3) == 0 ? (random.Next(-9, 20), random.Next(-9, 20)) : (random.Next(0, 12), random.Next(0, 12));
        return ResampleAxis.Create(input, up, down, upTaps, downTaps, low, high);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
