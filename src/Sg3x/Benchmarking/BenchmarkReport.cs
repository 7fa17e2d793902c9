namespace Sg3x.Benchmarking;

/// <summary>A whole against its convolutions alone, medians of one run.</summary>
/// <param name="SecondsPerImage">Wall-clock seconds of the whole.</param>
/// <param name="ConvolutionsPerImage">Wall-clock seconds of its convolutions, each by itself in its fastest layout.</param>
/// <param name="ConvolutionGflops">Floating-point operations of the convolutions in their time, in 10⁹ a second.</param>
public sealed record BenchmarkedPass(double SecondsPerImage, double ConvolutionsPerImage, double ConvolutionGflops)
{
    /// <summary>The whole over its convolutions: 1 were everything else free.</summary>
    public double Ratio => SecondsPerImage / ConvolutionsPerImage;

    /// <summary>Floating-point operations of the convolutions in the time of the whole, in 10⁹ a second.</summary>
    public double AchievedGflops => ConvolutionGflops / Ratio;
}

/// <summary>The filtered nonlinearity of one layer on a batch.</summary>
/// <param name="Name">Layer.</param>
/// <param name="Selected">The implementation that the networks use here.</param>
/// <param name="Seconds">Its time forward.</param>
/// <param name="GradientSeconds">Its time for the gradients of input and bias.</param>
/// <param name="DepthwiseSeconds">Forward as depthwise convolutions.</param>
/// <param name="MatrixSeconds">Forward as dense matrix products.</param>
/// <param name="Bytes">The least that either pass moves: the batch's input once and its output once.</param>
public sealed record BenchmarkedLayer(
    string Name, string Selected, double Seconds, double GradientSeconds, double DepthwiseSeconds, double MatrixSeconds,
    double Bytes)
{
    /// <summary>The faster of the two composed implementations.</summary>
    public double ComposedSeconds => Math.Min(DepthwiseSeconds, MatrixSeconds);

    /// <summary>How much faster the selected one is than that.</summary>
    public double Speedup => ComposedSeconds / Seconds;

    /// <summary>Bytes forward by their time, in 10⁹ a second.</summary>
    public double GigabytesPerSecond => Bytes / Seconds / 1e9;

    /// <summary>The same of the gradients, which read the two bits of each upsampled sample besides.</summary>
    public double GradientGigabytesPerSecond => Bytes / GradientSeconds / 1e9;
}

/// <summary>What the device can do, measured: what the networks' figures are to be held to.</summary>
/// <param name="CopyGigabytesPerSecond">A copy within the device, bytes read and bytes written, in 10⁹ a second.</param>
/// <param name="Float32Gflops">A dense float32 product without TF32, in 10⁹ floating-point operations a second.</param>
/// <param name="BFloat16Gflops">A dense bfloat16 product.</param>
public sealed record DeviceRates(double CopyGigabytesPerSecond, double Float32Gflops, double BFloat16Gflops);

/// <summary>Whole training iterations of a named configuration.</summary>
/// <param name="Name">The configuration.</param>
/// <param name="Networks">What it is, in words.</param>
/// <param name="Batch">Images of an iteration.</param>
/// <param name="BatchDevice">Images at once: half as many as often as the device's memory asks for it.</param>
/// <param name="Iterations">Iterations that were timed, one R1 interval.</param>
/// <param name="Seconds">Their time; null where even one image at once does not fit.</param>
/// <param name="DeviceBytes">Memory of the GPU in use afterwards, by all programs, what libtorch keeps of everything before
/// included: the most until then, and this configuration's own only where it takes more than all before. Null on a CPU.</param>
public sealed record BenchmarkedConfiguration(
    string Name, string Networks, int Batch, int BatchDevice, int Iterations, double? Seconds, long? DeviceBytes)
{
    /// <summary>Seconds for a thousand images.</summary>
    public double? SecondsPerKimg => 1000 * Seconds / (Iterations * Batch);
}

/// <summary>What <see cref="NetworkBenchmark"/> measured.</summary>
public sealed record BenchmarkReport
{
    /// <summary>The networks, in words.</summary>
    public required string Networks { get; init; }

    /// <summary>Images at once.</summary>
    public required int Batch { get; init; }

    /// <summary>Device.</summary>
    public required string Device { get; init; }

    /// <summary>Threads of an operation.</summary>
    public required int Threads { get; init; }

    /// <summary>Who provides TorchSharp's interface.</summary>
    public required string Provider { get; init; }

    /// <summary>Version of libtorch.</summary>
    public required string LibTorch { get; init; }

    /// <summary>What the filtered nonlinearity was held to, or "auto".</summary>
    public required string Nonlinearity { get; init; }

    /// <summary>The generator forward.</summary>
    public required BenchmarkedPass Forward { get; init; }

    /// <summary>A training iteration: G's phase, D's phase, and R1 at its share.</summary>
    public required BenchmarkedPass Iteration { get; init; }

    /// <summary>Seconds of each phase on the batch.</summary>
    public required IReadOnlyDictionary<string, double> Phases { get; init; }

    /// <summary>The convolutions of an iteration by themselves with rows last in memory, seconds an image.</summary>
    public required double RowsLastPerImage { get; init; }

    /// <summary>The same with channels last.</summary>
    public required double ChannelsLastPerImage { get; init; }

    /// <summary>The filtered nonlinearity, layer by layer.</summary>
    public required IReadOnlyList<BenchmarkedLayer> Layers { get; init; }

    /// <summary>What the device can do.</summary>
    public required DeviceRates Rates { get; init; }

    /// <summary>
    /// Largest memory during the iterations, in bytes: resident, of this process, or of the GPU, of all programs, what libtorch
    /// keeps for later included; null where the system does not tell.
    /// </summary>
    public required long? PeakBytes { get; init; }

    /// <summary>The same before the first of them, networks and optimisers included.</summary>
    public required long? StartBytes { get; init; }

    /// <summary>Whole iterations of named configurations, where they were asked for.</summary>
    public IReadOnlyList<BenchmarkedConfiguration> Configurations { get; init; } = [];
}
