using System.Globalization;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Ops.Cuda;
using Sg3x.Schedule;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>Times a generator and a training iteration against their convolutions alone, in turns, so that a drifting machine drifts for both.</summary>
public static class NetworkBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="config">A valid configuration; batch, networks and R1's interval are looked at.</param>
    /// <param name="device">Where.</param>
    /// <param name="repeats">Rounds, of which medians are taken.</param>
    /// <param name="progress">Told what is measured next.</param>
    /// <exception cref="TrainingStoppedException">A loss or gradient was not finite.</exception>
    public static BenchmarkReport Run(RunConfig config, Device device, int repeats, Action<string> progress)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeats);
        int batch = config.Training.Batch, interval = config.Training.R1Interval;
        EnvironmentInfo environment = EnvironmentInfo.Collect();
        using DisposeScope scope = NewDisposeScope();
        using var state = new TrainingState(config, device);
        int classes = config.Generator.CDim;
        ImageLabels? labels = classes > 0 ? ImageLabels.Each(classes) : null;
        using var statistics = new TickStatistics();
        var phases = new TrainingPhases(state, statistics, labels);
        Tensor? c = phases.ToLabels(labels?.Draw(0, batch));
        DiscriminatorConfig images = config.Discriminator;
        Tensor real = phases.ToDevice(
            randint(0, 256, [batch, images.ImageChannels, images.Resolution, images.Resolution], dtype: ScalarType.Byte));
        Tensor z = randn([batch, config.Generator.ZDim], device: device);
        (string Name, double Weight, Action Step)[] steps =
        [
            ("G", 1, phases.GeneratorStep),
            ("D", 1, () => phases.DiscriminatorStep(real, c)),
            ("R1", 1.0 / interval, () => phases.R1Step(real, c)),
            ("EMA", 1, phases.AverageWeights),
        ];

        progress("memory of an iteration");
        bool resident = device.type == DeviceType.CPU;
        long? start = resident ? ResidentMemory.Now() : CardMemory.Used(device);
        ResidentMemory.Restart();
        foreach (var step in steps)
            Timing.Once(step.Step, device);
        // What libtorch has taken of a GPU it keeps, so what is in use now is the most that there was.
        long? peak = resident ? ResidentMemory.Peak() : CardMemory.Used(device);

        progress("what the device can do");
        DeviceRates rates = DeviceMeasurement.Run(device);

        progress("layouts of the convolutions");
        ConvolutionShape[] ofGenerator = [.. ConvolutionShape.Of(state.G.Schedule)];
        ConvolutionShape[] all = [.. ofGenerator, .. ConvolutionShape.Of(config.Discriminator, interval)];
        int threads = get_num_threads();
        ScalarType dtype = ConvolutionType(state, device);
        ConvolutionTimer[] timers = [.. all.Select(shape => new ConvolutionTimer(shape, batch, device, dtype, threads))];

        var forward = new List<double>();
        var forwardAlone = new List<double>();
        var iterationAlone = new List<double>();
        double[][] times = [.. steps.Select(_ => new double[repeats])];
        for (int round = 0; round < repeats; round++)
        {
            progress($"round {round + 1} of {repeats}");
            forward.Add(Timing.Once(() => Generate(state.G, z, c), device));
            forwardAlone.Add(timers.Take(ofGenerator.Length).Sum(t => t.Forward()));
            for (int i = 0; i < steps.Length; i++)
                times[i][round] = Timing.Once(steps[i].Step, device);
            iterationAlone.Add(timers.Sum(t => t.Iteration()));
        }

        // Updates that were withheld are not what was to be timed.
        state.DemandFinite();

        BenchmarkedPass ofForward = Pass(Timing.Median(forward), Timing.Median(forwardAlone), batch, ofGenerator.Sum(s => s.Operations));
        BenchmarkedPass ofIteration = Pass(
            steps.Select((s, i) => s.Weight * Timing.Median(times[i])).Sum(), Timing.Median(iterationAlone), batch,
            all.Sum(s => s.Operations * (s.Passes.Forward + s.Passes.InputGradients + s.Passes.WeightGradients)));
        // The composed layers that follow take longer than all before: whoever came for the ratios has them now.
        progress(string.Create(CultureInfo.InvariantCulture,
            $"forward {ofForward.Ratio:F2} times its convolutions, iteration {ofIteration.Ratio:F2} times"));
        progress("the filtered nonlinearity, layer by layer");
        return new()
        {
            Networks = Describe(config),
            Batch = batch,
            Device = device.ToString(),
            Threads = threads,
            Provider = environment.TorchSharpProvider,
            LibTorch = environment.LibTorch ?? "",
            Nonlinearity = FilteredLeakyRelu.Forced?.Name ?? "auto",
            Forward = ofForward,
            Iteration = ofIteration,
            Phases = steps.Select((s, i) => (s.Name, Timing.Median(times[i]))).ToDictionary(),
            RowsLastPerImage = timers.Sum(t => t.Searched(channelsLast: false)) / batch,
            ChannelsLastPerImage = timers.Sum(t => t.Searched(channelsLast: true)) / batch,
            Layers = [.. state.G.Synthesis.Layers.Select(l => Measure(l, batch, device, Math.Min(repeats, 3)))],
            Rates = rates,
            PeakBytes = peak,
            StartBytes = start,
        };
    }

    private static void Generate(Networks.Generator generator, Tensor z, Tensor? labels)
    {
        using IDisposable quiet = no_grad();
        generator.forward(z, labels);
    }

    private static BenchmarkedPass Pass(double seconds, double alone, int batch, double operations) =>
        new(seconds / batch, alone / batch, operations * batch / alone / 1e9);

    // On a CPU bfloat16 is an emulation, whose convolutions are float32's.
    private static ScalarType ConvolutionType(TrainingState state, Device device) =>
        device.type == DeviceType.CPU ? ScalarType.Float32 : state.G.Synthesis.ComputeType ?? ScalarType.Float32;

    private static BenchmarkedLayer Measure(SynthesisLayer layer, int batch, Device device, int repeats)
    {
        using DisposeScope scope = NewDisposeScope();
        LayerPlan plan = layer.Plan;
        long size = plan.InSize + plan.Kernel - 1;
        ScalarType dtype = layer.ComputeType ?? ScalarType.Float32;
        Tensor x = randn([batch, plan.OutChannels, size, size], device: device).to(dtype);
        Tensor bias = randn([plan.OutChannels], device: device).to(dtype);
        Tensor? up = Filter(plan.UpFilter, device), down = Filter(plan.DownFilter, device);
        FilteredLeakyReluShape shape = layer.Shape;
        double Forward(IFilteredLeakyRelu implementation)
        {
            using IDisposable quiet = no_grad();
            return Timing.MedianOf(repeats, () => implementation.Forward(x, bias, up, down, shape), device);
        }

        IFilteredLeakyRelu selected = FilteredLeakyRelu.Select(x, up, down, shape);
        (Tensor a, Tensor b) = (x.clone().requires_grad_(), bias.clone().requires_grad_());
        Tensor y = selected.Forward(a, b, up, down, shape);
        Tensor gradient = randn_like(y);
        double gradients = Timing.MedianOf(repeats, () => autograd.grad([y], [a, b], [gradient], retain_graph: true), device);
        CustomBackward.ThrowIfFailed();
        double bytes = (double)x.element_size() * (x.numel() + y.numel());
        return new(
            plan.Name, selected.Name, Forward(selected), gradients, Forward(FilteredLeakyRelu.Composed),
            Forward(FilteredLeakyRelu.Matrix), bytes);
    }

    private static Tensor? Filter(Filter? filter, Device device) =>
        filter is null ? null : tensor(filter.ToSingle(), device: device).reshape(filter.Shape);

    internal static string Describe(RunConfig config)
    {
        GeneratorConfig g = config.Generator;
        string extras = (config.Training.Precision == "float32" ? "" : $", {config.Training.Precision}")
            + (config.Training.Rematerialise ? ", layers computed again" : "");
        return $"config {(g.RadialFilters ? "R" : "T")} at {g.Resolution}², channel base {g.ChannelBase}, max {g.ChannelMax}{extras}";
    }
}
