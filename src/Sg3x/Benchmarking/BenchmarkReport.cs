namespace Sg3x.Benchmarking;

/// <summary>A whole against its convolutions alone, medians of one run.</summary>
/// <param name="SecondsPerImage">Wall-clock seconds of the whole.</param>
/// <param name="ConvolutionsPerImage">Wall-clock seconds of its convolutions, each by itself in its fastest layout.</param>
/// <param name="ConvolutionGflops">Floating-point operations of the convolutions in their time, in 10⁹ a second.</param>
public sealed record BenchmarkedPass(double SecondsPerImage, double ConvolutionsPerImage, double ConvolutionGflops)
{
    /// <summary>The whole over its convolutions: 1 were everything else free.</summary>
    public double Ratio => SecondsPerImage / ConvolutionsPerImage;
}

/// <summary>The filtered nonlinearity of one layer, forward, on a batch.</summary>
/// <param name="Name">Layer.</param>
/// <param name="Selected">The implementation that the networks use here.</param>
/// <param name="Seconds">Its time.</param>
/// <param name="DepthwiseSeconds">As depthwise convolutions.</param>
/// <param name="MatrixSeconds">As dense matrix products.</param>
public sealed record BenchmarkedLayer(string Name, string Selected, double Seconds, double DepthwiseSeconds, double MatrixSeconds)
{
    /// <summary>The faster of the two composed implementations.</summary>
    public double ComposedSeconds => Math.Min(DepthwiseSeconds, MatrixSeconds);

    /// <summary>How much faster the selected one is than that.</summary>
    public double Speedup => ComposedSeconds / Seconds;
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

    /// <summary>The filtered nonlinearity, layer by layer.</summary>
    public required IReadOnlyList<BenchmarkedLayer> Layers { get; init; }

    /// <summary>Largest resident memory of the process during the iterations, in bytes; null where the system does not tell.</summary>
    public required long? PeakBytes { get; init; }

    /// <summary>Resident memory before the first of them, networks and optimisers included.</summary>
    public required long? StartBytes { get; init; }
}
