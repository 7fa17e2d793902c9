using System.Globalization;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Networks;
using Sg3x.Ops.Cuda;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>
/// Times whole training iterations of a configuration as <see cref="TrainingLoop"/> makes them: both networks' steps, R1 at its
/// interval, augmentation, the average of the weights, and a batch's way to the device.
/// </summary>
public static class IterationBenchmark
{
    /// <summary>Times one R1 interval of iterations after a first iteration that is not counted.</summary>
    /// <param name="name">What the configuration is called.</param>
    /// <param name="config">A valid configuration. Where it does not fit the device, half as many images go through at once, and so
    /// on.</param>
    /// <param name="device">Where.</param>
    /// <param name="progress">Told what is measured next.</param>
    /// <exception cref="TrainingStoppedException">A loss or gradient was not finite.</exception>
    public static BenchmarkedConfiguration Run(string name, RunConfig config, Device device, Action<string> progress)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(progress);
        return Fit(name, config, device, progress, fitting => Measure(name, fitting, device));
    }

    /// <summary>Halves the images that go through at once until the measurement fits the device. Parts that do not divide into
    /// groups of D's minibatch deviation are passed over.</summary>
    internal static BenchmarkedConfiguration Fit(
        string name, RunConfig config, Device device, Action<string> progress, Func<RunConfig, BenchmarkedConfiguration> measure)
    {
        int batch = config.Training.Batch;
        for (int parts = config.BatchDevice; parts >= 1 && batch % parts == 0; parts /= 2)
        {
            if (parts % Math.Min(config.Discriminator.MinibatchStdGroup, parts) != 0)
            {
                continue;
            }

            progress($"{name}, {batch} images in parts of {parts}");
            config = config with { Training = config.Training with { BatchDevice = parts } };
            try
            {
                BenchmarkedConfiguration result = measure(config);
                progress(string.Create(CultureInfo.InvariantCulture, $"{name}: {result.SecondsPerKimg:0.00} s/kimg"));
                return result;
            }
            catch (Exception e) when (OutOfMemory.Is(e))
            {
                progress($"{name}: {OutOfMemory.FirstLine(e)}");
            }

            // What no scope held is freed by its finaliser.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Report(name, config, null, device);
    }

    private static BenchmarkedConfiguration Measure(string name, RunConfig config, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using var state = new TrainingState(config, device);
        using var statistics = new TickStatistics();
        int batch = config.Training.Batch, classes = config.Generator.CDim;
        DiscriminatorConfig images = config.Discriminator;
        ImageLabels? labels = classes > 0 ? ImageLabels.Each(classes) : null;
        var phases = new TrainingPhases(state, statistics, labels);
        Tensor bytes = randint(
            0, 256, [batch, images.ImageChannels, images.Resolution, images.Resolution], dtype: ScalarType.Byte);
        void Iterate()
        {
            using DisposeScope iteration = NewDisposeScope();
            Tensor real = phases.ToDevice(bytes);
            Tensor? c = phases.ToLabels(labels?.Draw(state.Iteration, batch));
            phases.GeneratorStep();
            phases.DiscriminatorStep(real, c);
            if (state.Iteration % config.Training.R1Interval == 0)
                phases.R1Step(real, c);
            phases.AverageWeights();
            phases.AdaptAugmentation();
            state.Iteration++;
        }

        // With R1, which takes the most memory, and whatever is compiled or chosen when it is first used.
        Iterate();
        double seconds = Timing.Once(
            () =>
            {
                for (int i = 0; i < config.Training.R1Interval; i++)
                    Iterate();
            },
            device);

        // Updates that were withheld are not what was to be timed.
        state.DemandFinite();
        return Report(name, config, seconds, device);
    }

    private static BenchmarkedConfiguration Report(string name, RunConfig config, double? seconds, Device device) => new(
        name, NetworkBenchmark.Describe(config), config.Training.Batch, config.BatchDevice, config.Training.R1Interval, seconds,
        CardMemory.Used(device));
}
