using System.Text.RegularExpressions;

namespace Sg3x.Architecture.Tests;

/// <summary>
/// Within an iteration of the training the host does not wait for the device: nothing is read back from it, and what is sent to
/// it goes through <c>DeviceTransfer</c>. On a CPU both are free, so only the sources can say.
/// </summary>
public partial class HostReadTests
{
    /// <summary>What an iteration runs through.</summary>
    private static readonly string[] Path =
    [
        "src/Sg3x/Augmentation", "src/Sg3x/Networks", "src/Sg3x/Ops", "src/Sg3x/Data/DeviceTransfer.cs",
        "src/Sg3x/Data/ImageLabels.cs",
        "src/Sg3x/Training/AdamOptimiser.cs", "src/Sg3x/Training/CounterRandom.cs", "src/Sg3x/Training/FiniteRecord.cs",
        "src/Sg3x/Training/FlatLayout.cs", "src/Sg3x/Training/InitialBlur.cs", "src/Sg3x/Training/Losses.cs",
        "src/Sg3x/Training/TickStatistics.cs", "src/Sg3x/Training/TrainingLoop.cs", "src/Sg3x/Training/TrainingPhases.cs",
        "src/Sg3x/Training/TrainingState.cs", "src/Sg3x/Training/WeightAverage.cs",
    ];

    /// <summary>Where it happens all the same, as often as it does, and why that is not within an iteration.</summary>
    private static readonly (string File, int Reads, int Sends, string Why)[] Known =
    [
        ("src/Sg3x/Training/FiniteRecord.cs", 2, 0, "Read: once for a line of statistics, and before anything is saved"),
        ("src/Sg3x/Training/TickStatistics.cs", 2, 0, "Mean: once for a line of statistics"),
        ("src/Sg3x/Augmentation/RunAugmentation.cs", 1, 0, "Probability: p for a line of statistics"),
        ("src/Sg3x/Augmentation/AugmentationDraws.cs", 1, 0, "the quantile of a normal distribution, on the CPU and for tests"),
        ("src/Sg3x/Augmentation/AmountTable.cs", 0, 3, "constants of a pipeline, made once"),
        ("src/Sg3x/Augmentation/AugmentationPipeline.cs", 0, 1, "constants of a pipeline, made once"),
        ("src/Sg3x/Augmentation/BandFilter.cs", 0, 2, "constants of a pipeline, made once"),
        ("src/Sg3x/Augmentation/GeometricWarp.cs", 0, 2, "constants of a pipeline, made once for a dtype"),
        ("src/Sg3x/Augmentation/TransformMatrices.cs", 0, 1, "constants of a pipeline, made once"),
        ("src/Sg3x/Networks/NonlinearityChoice.cs", 1, 1, "looked at before a training; its read is the host's taps"),
        ("src/Sg3x/Ops/AxisMatrix.cs", 0, 1, "a filter's pattern, kept"),
        ("src/Sg3x/Ops/SamplingAxis.cs", 0, 1, "an axis' rows, kept"),
        ("src/Sg3x/Ops/FilteredResample.cs", 1, 0, "the factors of a filter, asked for on the CPU alone"),
        ("src/Sg3x/Ops/Cpu/PlanCache.cs", 2, 0, "a filter of the CPU's kernel"),
        ("src/Sg3x/Ops/Cpu/TensorMemory.cs", 1, 0, "the memory of the CPU's kernel"),
        ("src/Sg3x/Networks/Discriminator.cs", 0, 1, "a network that is made"),
        ("src/Sg3x/Networks/Generator.cs", 0, 1, "a network that is made"),
        ("src/Sg3x/Networks/NetworkState.cs", 1, 0, "the taps of a schedule's filter, which are the host's"),
    ];

    [Fact]
    public void An_iteration_does_not_wait_for_the_device()
    {
        string[] files = [.. SourceTests.Sources(Path)];
        Assert.True(files.Length > 60, $"{files.Length}");
        var found = files
            .Select(f => (File: f, Text: Comment().Replace(SourceTests.Text(f), "")))
            .Select(f => (f.File, Reads: Read().Count(f.Text), Sends: IsTransfer(f.File) ? 0 : Send().Count(f.Text)))
            .Where(f => f.Reads + f.Sends > 0);
        Assert.Equal(Known.Select(k => (k.File, k.Reads, k.Sends)).Order(), found.Order());

        static bool IsTransfer(string file) => file.EndsWith("/DeviceTransfer.cs", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.item<float>()", 1, 0)]
    [InlineData("x.cpu().data<float>()", 2, 0)]
    [InlineData("x.to(CPU)", 1, 0)]
    [InlineData("(double)x.ToDouble()", 1, 0)]
    [InlineData("if (x.allclose(y)) x.nonzero();", 2, 0)]
    [InlineData("x.to(device, copy: true)", 0, 1)]
    [InlineData("y.to(x.device)", 0, 1)]
    [InlineData("tensor(values, dtype: x.dtype, device: x.device)", 0, 1)]
    [InlineData("tensor([.. f(g(1))], dtype: Float64, device: device)", 0, 1)]
    [InlineData("x.to(weight.dtype).mul(tensor(values))", 0, 0)]
    public void What_waits_is_recognised(string text, int reads, int sends) =>
        Assert.Equal((reads, sends), (Read().Count(text), Send().Count(text)));

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\.(item|data)<|\.cpu\(\)|\.to\((torch\.)?CPU|\.bytes\b|\.To(Single|Double|Boolean|U?Int\d+|Byte)\(\)"
        + @"|\.(nonzero|masked_select|equal|allclose)\(")]
    private static partial Regex Read();

    [GeneratedRegex(@"\.(to|cuda)\([^()]*\bdevice\b|\btensor\((?:[^()]|(?<open>\()|(?<-open>\)))*?\bdevice:")]
    private static partial Regex Send();
}
