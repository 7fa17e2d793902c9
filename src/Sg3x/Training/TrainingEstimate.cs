using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Training;

/// <summary>What a layer costs.</summary>
/// <param name="Network"><c>G</c> or <c>D</c>.</param>
/// <param name="Name">Name of the layer.</param>
/// <param name="Parameters">Trained values.</param>
/// <param name="ConvolutionFlops">Floating-point operations of one image's forward pass in convolutions and matrix
/// products.</param>
/// <param name="FilterFlops">The same in resampling filters.</param>
/// <param name="ActivationBytes">Bytes that one image's forward pass keeps for the backward pass, in float32.</param>
public sealed record LayerEstimate(
    string Network, string Name, long Parameters, double ConvolutionFlops, double FilterFlops, long ActivationBytes);

/// <summary>Memory and time that a run will need, from its configuration alone. An estimate: the right power of two, not
/// more.</summary>
/// <param name="Layers">The layers of both networks.</param>
/// <param name="GeneratorParameters">Trained values of G.</param>
/// <param name="DiscriminatorParameters">Trained values of D.</param>
/// <param name="WeightBytes">G, G_ema, D, both optimisers' states and scratch memory, and the gradients, float32.</param>
/// <param name="ActivationBytes">What the largest step keeps for its backward pass.</param>
/// <param name="SecondsPerKimg">Seconds for a thousand images.</param>
/// <param name="TotalSeconds">Seconds for the whole run, snapshots left out.</param>
/// <param name="Assumptions">What the times rest on, for people.</param>
public sealed record TrainingEstimate(
    IReadOnlyList<LayerEstimate> Layers, long GeneratorParameters, long DiscriminatorParameters, long WeightBytes,
    long ActivationBytes, double SecondsPerKimg, double TotalSeconds, string Assumptions)
{
    private const int FloatBytes = sizeof(float);

    // Of the "bgc" pipeline, as operations in filters: 0.75 µs of a processor thread for a pixel of three channels, at 32² to
    // 128².
    private const double AugmentationFlops = 5000;

    /// <summary>Bytes of weights and activations together.</summary>
    public long TotalBytes => WeightBytes + ActivationBytes;

    /// <summary>Estimates a run.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="cuda">For a GPU, and not for this machine's processor.</param>
    public static TrainingEstimate Of(RunConfig config, bool cuda = false)
    {
        LayerEstimate[] g = [.. GeneratorLayers(config.Generator)];
        LayerEstimate[] d = [.. DiscriminatorLayers(config.Discriminator)];
        long gParameters = g.Sum(l => l.Parameters);
        long dParameters = d.Sum(l => l.Parameters);

        // G, its average, its gradient, Adam's two moments and what it divides by; D without an average.
        long weights = FloatBytes * ((6 * gParameters) + (5 * dParameters));
        long activations = config.BatchDevice * (g.Sum(l => l.ActivationBytes) + (2 * d.Sum(l => l.ActivationBytes)));
        if (cuda && config.Training.Precision == "bfloat16")
        {
            activations /= 2;
        }

        (double convolution, double filter) = IterationFlops(g, d, config);
        int threads = config.Training.Threads > 0 ? config.Training.Threads : Environment.ProcessorCount;
        (double convolutionRate, double filterRate) = cuda ? (10e12, 1e12) : (35e9 * threads, 7e9 * threads);
        double secondsPerKimg = 1000 * ((convolution / convolutionRate) + (filter / filterRate));
        string assumptions = cuda
            ? "float32 on a GPU at 10 TFLOP/s in convolutions and 1 TFLOP/s in filters"
            : $"float32 on {threads} processor threads at 35 GFLOP/s each in convolutions and 7 GFLOP/s in filters";
        return new TrainingEstimate(
            [.. g, .. d], gParameters, dParameters, weights, activations, secondsPerKimg, secondsPerKimg * config.Training.Kimg,
            assumptions);
    }

    /// <summary>
    /// Operations for one image of an iteration. A backward pass costs two forward passes, or one where no weight takes part; R1
    /// costs six of D. Augmentation has no weights: its backward pass costs one forward pass, in G's step alone, and R1 four.
    /// </summary>
    private static (double Convolution, double Filter) IterationFlops(LayerEstimate[] g, LayerEstimate[] d, RunConfig config)
    {
        const double GeneratorPasses = 3 + 1; // G's step, and the images for D's
        double interval = config.Training.R1Interval, discriminatorPasses = 2 + (2 * 3) + (6 / interval);
        double pixels = (double)config.Generator.Resolution * config.Generator.Resolution;
        double augmentation = config.Augmentation.Mode == AugmentationConfig.None ? 0
            : AugmentationFlops * pixels * (2 + 1 + 1 + (4 / interval)); // G's step, generated and real images of D's
        return (
            (GeneratorPasses * g.Sum(l => l.ConvolutionFlops)) + (discriminatorPasses * d.Sum(l => l.ConvolutionFlops)),
            (GeneratorPasses * g.Sum(l => l.FilterFlops)) + (discriminatorPasses * d.Sum(l => l.FilterFlops)) + augmentation);
    }

    private static IEnumerable<LayerEstimate> GeneratorLayers(GeneratorConfig config)
    {
        LayerSchedule schedule = LayerSchedule.Create(config);
        bool conditional = config.CDim > 0;
        long mapping = conditional ? (config.CDim + 1L) * config.WDim : 0;
        int first = config.ZDim + (conditional ? config.WDim : 0);
        for (int i = 0; i < config.MappingLayers; i++)
        {
            mapping += ((i == 0 ? first : config.WDim) + 1L) * config.WDim;
        }

        yield return new LayerEstimate(
            "G", "mapping", mapping, 2.0 * mapping, 0, FloatBytes * config.WDim * (config.MappingLayers + 1L));

        InputPlan input = schedule.Input;
        long area = (long)input.Size * input.Size;
        long mixing = (long)input.Channels * input.Channels;
        yield return new LayerEstimate(
            "G", "input", mixing + (4L * (config.WDim + 1)), 2.0 * mixing * area, 0, FloatBytes * 2 * input.Channels * area);

        foreach (LayerPlan layer in schedule.Layers)
        {
            yield return SynthesisLayer(layer, config.WDim);
        }
    }

    private static LayerEstimate SynthesisLayer(LayerPlan layer, int wDim)
    {
        long k2 = (long)layer.Kernel * layer.Kernel;
        long weights = (long)layer.InChannels * layer.OutChannels * k2;
        long parameters = weights + layer.OutChannels + (layer.InChannels * (wDim + 1L));
        long inArea = (long)layer.InSize * layer.InSize;
        long convSize = layer.InSize + layer.Kernel - 1;
        long convArea = convSize * convSize;
        long outArea = (long)layer.OutSize * layer.OutSize;

        // A polyphase upsampler meets taps/up samples for an output; zeros cost nothing.
        long tmpSize = ((layer.OutSize - 1L) * layer.Down) + layer.DownTaps;
        long tmpArea = tmpSize * tmpSize;
        double up = (layer.UpTaps / (double)layer.Up) * ((convSize * tmpSize) + tmpArea);
        double down = layer.DownRadial
            ? (double)layer.DownTaps * layer.DownTaps * outArea
            : layer.DownTaps * ((tmpSize * layer.OutSize) + (double)outArea);
        double filters = layer.IsToRgb ? 0 : 2.0 * layer.OutChannels * (up + down);

        // Kept: the scaled input, the convolution's output, the signal on both sides of the nonlinearity, the output.
        long kept = (layer.InChannels * inArea) + (layer.OutChannels * (convArea + (layer.IsToRgb ? 0 : 2 * tmpArea) + outArea));
        return new LayerEstimate("G", layer.Name, parameters, 2.0 * weights * convArea, filters, FloatBytes * kept);
    }

    private static IEnumerable<LayerEstimate> DiscriminatorLayers(DiscriminatorConfig config)
    {
        int Channels(int resolution) => Discriminator.Channels(config, resolution);
        for (int r = config.Resolution; r > 4; r /= 2)
        {
            long c = Channels(r);
            long half = Channels(r / 2);
            long area = (long)r * r;
            long rgb = r == config.Resolution ? config.ImageChannels * c : 0;
            long conv0 = 9 * c * c;
            long conv1 = 9 * c * half;
            long skip = c * half;
            double flops = 2.0 * (((rgb + conv0) * area) + ((conv1 + skip) * area / 4));

            // 4×4 taps: over every pixel before conv1, over every second one before the skip.
            double filters = 2.0 * 16 * c * (area + (area / 4.0));
            long kept = (c * area * (rgb > 0 ? 6 : 5)) + (half * area);
            yield return new LayerEstimate(
                "D", $"b{r}", rgb + (rgb > 0 ? c : 0) + conv0 + c + conv1 + half + skip, flops, filters, FloatBytes * kept);
        }

        long last = Channels(4);
        long conv = 9 * last * (last + 1);
        long dense = 16 * last * last;
        long outputs = config.CDim > 0 ? last : 1;
        yield return new LayerEstimate(
            "D", "b4", conv + last + dense + last + ((last + 1) * outputs), 2.0 * ((conv * 16) + dense + (last * outputs)), 0,
            FloatBytes * last * 16 * 4);
        if (config.CDim > 0)
        {
            long mapping = LabelMapping.Parameters(config.CDim, last);
            yield return new LayerEstimate("D", "mapping", mapping, 2.0 * mapping, 0, FloatBytes * last * 9);
        }
    }
}
