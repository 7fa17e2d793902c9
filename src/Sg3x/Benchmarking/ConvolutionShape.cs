using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Benchmarking;

/// <summary>A convolution of a network and how often an iteration makes it, for each image of a batch.</summary>
/// <param name="Name">Layer.</param>
/// <param name="In">Channels that go in.</param>
/// <param name="Out">Channels that come out.</param>
/// <param name="Kernel">Kernel width.</param>
/// <param name="Size">Width and height that go in, in pixels.</param>
/// <param name="Padding">Zeros on every side.</param>
/// <param name="Stride">Stride.</param>
/// <param name="Passes">What an iteration makes of it.</param>
public sealed record ConvolutionShape(
    string Name, int In, int Out, int Kernel, int Size, int Padding, int Stride, ConvolutionPasses Passes)
{
    /// <summary>Width and height that come out.</summary>
    public int OutSize => ((Size + (2 * Padding) - Kernel) / Stride) + 1;

    /// <summary>Floating-point operations of one pass on one image, an addition and a multiplication for each tap.</summary>
    public double Operations => 2.0 * In * Out * Kernel * Kernel * OutSize * OutSize;

    /// <summary>The convolutions of a generator.</summary>
    /// <param name="schedule">Its layers.</param>
    public static IReadOnlyList<ConvolutionShape> Of(LayerSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);

        // Once in G's phase with its gradients, once without in D's.
        var passes = new ConvolutionPasses(2, 1, 1);
        return [.. schedule.Layers.Select(l => new ConvolutionShape(l.Name, l.InChannels, l.OutChannels, l.Kernel, l.InSize, l.Kernel - 1, 1, passes))];
    }

    /// <summary>The convolutions of a discriminator.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="r1Interval">Iterations from one R1 step to the next.</param>
    public static IReadOnlyList<ConvolutionShape> Of(DiscriminatorConfig config, int r1Interval)
    {
        ArgumentNullException.ThrowIfNull(config);

        // G's phase wants the images' gradient alone, D's goes over fakes and reals and wants the weights' as well, and R1 takes the
        // gradient of a gradient: each pass of the first order comes back as one of the second.
        double r1 = 2.0 / r1Interval;
        var inner = new ConvolutionPasses(3 + r1, 3 + r1, 2 + r1);
        var first = inner with { InputGradients = 1 + r1 };
        var shapes = new List<ConvolutionShape>();
        for (int size = config.Resolution; size > 4; size /= 2)
        {
            int channels = Discriminator.Channels(config, size), next = Discriminator.Channels(config, size / 2);
            if (size == config.Resolution)
                shapes.Add(new($"b{size}.fromrgb", config.ImageChannels, channels, 1, size, 0, 1, first));
            shapes.Add(new($"b{size}.conv0", channels, channels, 3, size, 1, 1, inner));
            shapes.Add(new($"b{size}.conv1", channels, next, 3, size + 1, 0, 2, inner));
            shapes.Add(new($"b{size}.skip", channels, next, 1, size / 2, 0, 1, inner));
        }
        int last = Discriminator.Channels(config, 4);
        shapes.Add(new("b4.conv", last + 1, last, 3, 4, 1, 1, inner));
        return shapes;
    }
}

/// <summary>How often an iteration makes a convolution.</summary>
/// <param name="Forward">Passes forward.</param>
/// <param name="InputGradients">Gradients of its input.</param>
/// <param name="WeightGradients">Gradients of its weight.</param>
public readonly record struct ConvolutionPasses(double Forward, double InputGradients, double WeightGradients);
