using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using Sg3x.Ops;
using Sg3x.Ops.Cpu;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarks;

/// <summary>The implementations of the filtered leaky ReLU on 64 channels.</summary>
[Config(typeof(InProcess))]
public class FilteredLeakyReluBenchmarks
{
    private IFilteredLeakyRelu _implementation = FilteredLeakyRelu.Composed;
    private Tensor _x = null!;
    private Tensor _bias = null!;
    private Tensor _up = null!;
    private Tensor _down = null!;
    private Tensor _gradient = null!;
    private FilteredLeakyReluShape _shape;

    /// <summary>Output size and upsampling factor; down is 2.</summary>
    [Params("36 up 2", "52 up 4", "84 up 2", "148 up 2")]
    public string Layer { get; set; } = "";

    /// <summary>What computes it.</summary>
    [Params("fused scalar", "fused 256", "fused 512", "matrix", "composed")]
    public string Implementation { get; set; } = "";

    /// <summary>Draws the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        string[] words = Layer.Split(' ');
        int size = int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), up = words[2] == "4" ? 4 : 2;
        int input = up == 2 ? size + 2 : (size / 2) + 12;
        int total = ((size - 1) * 2) + 1 - (input * up) + (6 * up) + 12 - 2;
        int low = (int)Math.Floor((total + up) / 2.0);
        _shape = new(up, 2, new ImagePadding(low, total - low, low, total - low), Math.Sqrt(2), 0.2, 256);
        _up = (ones(6 * up) / (6 * up)).DetachFromDisposeScope();
        _down = (ones(12) / 12).DetachFromDisposeScope();
        _x = randn(1, 64, input, input).requires_grad_();
        _bias = randn(64).requires_grad_();
        _gradient = randn(1, 64, size, size);
        _implementation = Implementation switch
        {
            "fused scalar" => new FusedFilteredLeakyRelu(SimdWidth.Scalar),
            "fused 256" => new FusedFilteredLeakyRelu(SimdWidth.Bits256),
            "fused 512" => new FusedFilteredLeakyRelu(SimdWidth.Bits512),
            "matrix" => FilteredLeakyRelu.Matrix,
            _ => FilteredLeakyRelu.Composed,
        };
    }

    /// <summary>Without gradients.</summary>
    [Benchmark]
    public void Forward()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        _implementation.Forward(_x, _bias, _up, _down, _shape);
    }

    /// <summary>Forward, then the gradients of input and bias.</summary>
    [Benchmark]
    public void ForwardAndBackward()
    {
        using DisposeScope scope = NewDisposeScope();
        autograd.grad([_implementation.Forward(_x, _bias, _up, _down, _shape)], [_x, _bias], [_gradient]);
        CustomBackward.ThrowIfFailed();
    }

    // The native library is found beside this program, which one made elsewhere would not have.
    private sealed class InProcess : ManualConfig
    {
        public InProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance));
    }
}
