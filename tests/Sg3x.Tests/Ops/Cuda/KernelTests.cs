using Sg3x.Ops;
using Sg3x.Ops.Cpu;
using Sg3x.Ops.Cuda;
using Sg3x.Schedule;
using Sg3x.Tests.Ops.Cpu;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops.Cuda;

/// <summary>
/// The GPU's kernel, its source compiled as C++, against the definition in float64. A variant takes the compiler half a second, so
/// factors and filters are a list; sizes, paddings, constants and numbers are drawn.
/// </summary>
public sealed class KernelTests
{
    private const int Cases = 12;
    private const double Roundoff = 1.0 / (1 << 24);

    // Little shared memory, for tiles of 4 and 8: images have several, and there are few variants to compile.
    private static readonly HostLauncher s_launcher = new(12 * 1024);

    // Factors and filters of both configurations' layers, and others, with every remainder of taps by factors.
    public static TheoryData<int, int, int, bool, int, bool> Layers => new()
    {
        { 2, 2, 12, false, 12, false }, { 4, 2, 24, false, 12, false }, { 2, 2, 12, false, 12, true }, { 4, 2, 24, false, 12, true },
        { 1, 1, 1, false, 1, false }, { 2, 1, 5, false, 3, false }, { 1, 4, 1, false, 7, true }, { 4, 1, 6, true, 1, false },
        { 2, 4, 3, true, 6, true }, { 1, 2, 5, false, 2, true },
    };

    [Theory, MemberData(nameof(Layers))]
    public void The_kernel_is_the_definition(int up, int down, int upTaps, bool upRadial, int downTaps, bool downRadial)
    {

        // A bias' gradient is summed in float32: four outputs of a thread, eight threads, 32 of those, and the 4² tiles of two images of at most
        // 40².
        var agreement = new Agreement(Roundoff, biasTerms: 4 + 8 + 32 + 200);
        for (int seed = 0; seed < Cases; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            DrawnCase c = DrawnCase.Draw(seed, up, down, (upTaps, upRadial), (downTaps, downRadial), x => (float)x);
            var kernel = new KernelCase(c, s_launcher, ScalarType.Float32);
            (Tensor y, Tensor mask) = kernel.Forward();
            Assert.True(y.equal(kernel.ForwardUnrecorded()).all().item<bool>());

            // A byte holds four rows between the filters, the first counted from where the first filter's phases begin.
            int rows = ResampleAxis.Modulo(-c.Vertical.Low, c.Vertical.Up) + c.Vertical.Mid;
            Assert.Equal(c.Batch * c.Channels * (long)Math.Ceiling(rows / 4.0) * c.Horizontal.Mid, mask.numel());
            (Tensor input, Tensor bias) = kernel.Call.Adjoint(kernel.OutputGradient, mask);
            agreement.Check(c, seed, TensorAssert.Values(y), TensorAssert.Values(input), TensorAssert.Values(bias));
        }
        agreement.EndWithFewUndecided();
    }

    /// <summary>Rows of shared memory are of an odd length, whatever their number: of squares of taps too.</summary>
    [Theory]
    [InlineData(4, 8)]
    [InlineData(2, 6)]
    public void Shared_memory_is_what_the_source_takes(int up, int taps)
    {
        foreach (int tile in (int[])[4, 16, 32])
        {
            var variant = new KernelVariant(up, 4, taps, taps, true, true, tile, KernelStage.Activate, KernelStorage.Float32);
            s_launcher.Prepare(variant, 0);
            s_launcher.Prepare(variant with { UpRadial = false, DownRadial = false }, 0);
        }
    }

    [Fact]
    public void What_is_not_of_the_call_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        DrawnCase c = DrawnCase.Draw(0, 2, 2, (12, false), (12, false), x => (float)x);
        var kernel = new KernelCase(c, s_launcher, ScalarType.Float32);
        Assert.Throws<ArgumentException>(() => kernel.Call.Forward(kernel.Input.to(ScalarType.Float16), kernel.Bias, null));
        Assert.Throws<ArgumentException>(() => kernel.Call.Forward(kernel.Input.narrow(0, 0, 0), kernel.Bias, null));
        Assert.Throws<ArgumentException>(() => kernel.Call.Forward(kernel.Input.reshape(-1), kernel.Bias, null));
    }

    /// <summary>Tiles as large as a GPU's, several along each axis.</summary>
    [Theory]
    [InlineData(2, 2, 12, 12, false)]
    [InlineData(4, 2, 24, 12, false)]
    [InlineData(2, 2, 12, 12, true)]
    public void Large_tiles_meet_without_a_seam(int up, int down, int upTaps, int downTaps, bool downRadial)
    {
        var launcher = new HostLauncher(64 * 1024);
        var agreement = new Agreement(Roundoff, biasTerms: 4 + 8 + 32 + 200);
        for (int seed = 0; seed < 2; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            DrawnCase c = DrawnCase.Draw(seed, up, down, (upTaps, false), (downTaps, downRadial), x => (float)x, 70, 90);
            var kernel = new KernelCase(c, launcher, ScalarType.Float32);
            (Tensor y, Tensor mask) = kernel.Forward();
            (Tensor input, Tensor bias) = kernel.Call.Adjoint(kernel.OutputGradient, mask);
            agreement.Check(c, seed, TensorAssert.Values(y), TensorAssert.Values(input), TensorAssert.Values(bias));
        }
        agreement.EndWithFewUndecided();
        Assert.Contains(launcher.Variants, v => v is { Stage: KernelStage.ActivateAndRecord, Tile: 32 });
    }

    /// <summary>⟨D·v, g⟩ = ⟨v, Dᵀ·g⟩, D the derivative at the branches taken: the pass that second derivatives need.</summary>
    [Theory, MemberData(nameof(Layers))]
    public void The_derivative_is_the_transpose_of_the_adjoint(int up, int down, int upTaps, bool upRadial, int downTaps, bool downRadial)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            DrawnCase c = DrawnCase.Draw(seed, up, down, (upTaps, upRadial), (downTaps, downRadial), x => (float)x);
            var kernel = new KernelCase(c, s_launcher, ScalarType.Float32);
            (_, Tensor mask) = kernel.Forward();
            Tensor derivative = kernel.Call.Derivative(kernel.Input, mask);
            Tensor adjoint = kernel.Call.Adjoint(kernel.OutputGradient, mask).Input;
            double left = Sum(derivative, kernel.OutputGradient), right = Sum(adjoint, kernel.Input);
            double size = 0;
            for (int p = 0; p < c.Planes; p++)
            {
                double[] sizes = Definition.Forward(c, p).Sizes;
                for (int i = 0; i < c.OutputSize; i++)
                    size += sizes[i] * Math.Abs(c.OutputGradient[(p * c.OutputSize) + i]);
            }

            // Both passes round as the forward one does; the products are summed in float64.
            Assert.True(
                Math.Abs(left - right) <= 16 * Roundoff * size + double.Epsilon, $"{left} is not {right}, sizes {size}; case {seed}: {c}");
        }

        static double Sum(Tensor a, Tensor b) => (a.to(ScalarType.Float64) * b.to(ScalarType.Float64)).sum().item<double>();
    }

    /// <summary>Shorter types are storage alone: the bits are those of the same pass in float32, rounded at the end.</summary>
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Shorter_storage_is_float32_rounded_at_the_end(ScalarType dtype)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            DrawnCase c = DrawnCase.Draw(seed, 2, 2, (12, false), (12, false), x => Shorten(x, dtype));
            KernelCase wide = new(c, s_launcher, ScalarType.Float32), narrow = new(c, s_launcher, dtype);
            ((Tensor y, Tensor mask), (Tensor stored, Tensor storedMask)) = (wide.Forward(), narrow.Forward());
            Assert.True(stored.equal(y.to(dtype)).all().item<bool>());
            Tensor dx = wide.Call.Adjoint(wide.OutputGradient, mask).Input;
            Assert.True(narrow.Call.Adjoint(narrow.OutputGradient, storedMask).Input.equal(dx.to(dtype)).all().item<bool>());
        }
    }

    [Fact]
    public void What_is_not_a_number_stays_in_its_plane()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 3, 30, 31);
        x[1, 1, 15, 15] = float.NaN;
        var shape = new FilteredLeakyReluShape(2, 2, new ImagePadding(9, 8, 9, 8), Math.Sqrt(2), 0.2, 256);
        Tensor bad = new CudaFilteredLeakyRelu(s_launcher).Forward(x, ones(3), ones(12) / 12, ones(12) / 12, shape).isnan().sum([2, 3]);
        Assert.True(bad[1, 1].item<long>() > 0);
        Assert.Equal(bad.sum().item<long>(), bad[1, 1].item<long>());
    }

    [Fact]
    public void Second_derivatives_agree_with_the_fused_pass_on_a_CPU()
    {
        using DisposeScope scope = NewDisposeScope();
        DrawnCase c = DrawnCase.Draw(3, 2, 2, (12, false), (12, false), x => (float)x);
        var kernel = new KernelCase(c, s_launcher, ScalarType.Float32);

        // Without a kink rounding cannot take a sample to another branch, on whatever processor the other pass runs.
        FilteredLeakyReluShape shape = kernel.Shape with { Slope = 1, Clamp = null };
        Tensor Second(IFilteredLeakyRelu implementation)
        {
            (Tensor a, Tensor b) = (kernel.Input.clone().requires_grad_(), kernel.Bias.clone().requires_grad_());
            Tensor y = implementation.Forward(a, b, kernel.Up, kernel.Down, shape);
            IList<Tensor> first = autograd.grad([y.square().sum()], [a, b], retain_graph: true, create_graph: true);
            Tensor second = autograd.grad([first[0].square().sum() + first[1].square().sum()], [a])[0];
            CustomBackward.ThrowIfFailed();
            return second;
        }

        (Tensor expected, Tensor found) = (Second(FilteredLeakyRelu.Fused), Second(new CudaFilteredLeakyRelu(s_launcher)));
        Assert.True(expected.abs().max().item<float>() > 0);
        Assert.True((expected - found).abs().max().item<float>() <= 1e-4 * expected.abs().max().item<float>());
    }

    [Fact]
    public void Less_shared_memory_makes_smaller_tiles_with_the_same_result()
    {
        using DisposeScope scope = NewDisposeScope();
        HostLauncher little = new(14 * 1024), much = new(200 * 1024);
        DrawnCase c = DrawnCase.Draw(5, 2, 2, (12, false), (12, false), x => (float)x);
        Tensor small = new KernelCase(c, little, ScalarType.Float32).Forward().Y, large = new KernelCase(c, much, ScalarType.Float32).Forward().Y;
        Assert.True(little.Variants.Max(v => v.Tile) < much.Variants.Max(v => v.Tile));
        Assert.True(small.equal(large).all().item<bool>());
    }

    [Fact]
    public void What_the_kernel_does_not_compute_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        var kernel = new CudaFilteredLeakyRelu(s_launcher);
        var shape = new FilteredLeakyReluShape(2, 2, new ImagePadding(9, 8, 9, 8), 1, 0.2, null);
        Tensor x = zeros(1, 1, 8, 8), filter = ones(12);
        Assert.True(kernel.Supports(x, filter, filter, shape));
        Assert.False(kernel.Supports(x, filter, filter, shape with { Up = 3 }));
        Assert.False(kernel.Supports(x, filter, filter, shape with { Down = 3 }));
        Assert.False(kernel.Supports(x.to(ScalarType.Float64), filter, filter, shape));
        Assert.False(kernel.Supports(x, ones(60, 60), filter, shape));
        Assert.Throws<NotSupportedException>(() => kernel.Forward(x, zeros(1), filter, filter, shape with { Up = 3 }));
        Assert.Throws<ArgumentException>(() => kernel.Forward(x, zeros(2), filter, filter, shape));
    }

    private static double Shorten(double x, ScalarType dtype) =>
        tensor((float)x).to(dtype).to(ScalarType.Float32).item<float>();
}

/// <summary>A drawn case as tensors, and the kernel's call for it.</summary>
internal sealed class KernelCase
{
    public KernelCase(DrawnCase c, IKernelLauncher launcher, ScalarType dtype)
    {
        Tensor Image(double[] values, ResampleAxis vertical, ResampleAxis horizontal, Func<ResampleAxis, int> size) =>
            tensor(values).reshape(c.Batch, c.Channels, size(vertical), size(horizontal)).to(dtype);
        Input = Image(c.Input, c.Vertical, c.Horizontal, axis => axis.Input);
        OutputGradient = Image(c.OutputGradient, c.Vertical, c.Horizontal, axis => axis.Output);
        Bias = tensor(c.Bias).to(dtype);
        (Up, Down) = (Taps(c.Up), Taps(c.Down));
        Shape = new(
            c.Horizontal.Up, c.Horizontal.Down,
            new ImagePadding(c.Horizontal.Low, High(c.Horizontal), c.Vertical.Low, High(c.Vertical)), c.Gain, c.Slope,
            double.IsInfinity(c.Limit) ? null : c.Limit);
        Call = CudaFusedCall.Create(launcher, Input, Up, Down, Shape) ?? throw new InvalidOperationException($"no kernel for {c}");
    }

    public Tensor Input { get; }

    public Tensor Bias { get; }

    public Tensor OutputGradient { get; }

    public Tensor? Up { get; }

    public Tensor? Down { get; }

    public FilteredLeakyReluShape Shape { get; }

    public CudaFusedCall Call { get; }

    public (Tensor Y, Tensor Mask) Forward()
    {
        // Bits that no tile writes stay what they were.
        Tensor mask = Call.NewMask(CPU).fill_(0x5A);
        return (Call.Forward(Input, Bias, mask), mask);
    }

    public Tensor ForwardUnrecorded() => Call.Forward(Input, Bias, null);

    // What an axis is created from: it keeps what follows from its end alone.
    private static int High(in ResampleAxis axis) =>
        ((axis.Output - 1) * axis.Down) - (axis.Input * axis.Up) - axis.Low + axis.UpTaps - 1 + axis.DownTaps;

    private static Tensor? Taps(FilterTaps taps)
    {
        if (taps.Width == 1)
            return null;
        Tensor values = tensor(taps.Values).to(ScalarType.Float32);
        return taps.Separable ? values : values.reshape(taps.Height, taps.Width);
    }
}
