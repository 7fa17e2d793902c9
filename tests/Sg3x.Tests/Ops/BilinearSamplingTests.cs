using FsCheck.Xunit;
using Sg3x.Ops;
using Sg3x.Ops.Cpu;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

/// <summary>Bilinear sampling and its derivatives of first and second order.</summary>
public sealed class BilinearSamplingTests : IDisposable
{
    private const int Size = 7;

    // Positions 2…5 are those of 6…9 again.
    private static readonly SamplingAxis Repeating = new([0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6]);

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Property(MaxTest = 30)]
    public void It_is_its_definition(int seed, bool onCpu)
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor x, Tensor map) = Case(seed);
        double[,,,] y = Values(BilinearSampling.Apply(x, map, Repeating, Size, onCpu));
        double[,,,] memory = Values(x);
        double[] m = TensorAssert.Values(map);
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < Size; i++)
            {
                for (int j = 0; j < Size; j++)
                {
                    double v = (m[6 * n] * i) + (m[(6 * n) + 1] * j) + m[(6 * n) + 2];
                    double u = (m[(6 * n) + 3] * i) + (m[(6 * n) + 4] * j) + m[(6 * n) + 5];
                    for (int c = 0; c < 3; c++)
                        Assert.Equal(Definition(memory, n, c, v, u), y[n, c, i, j], 1e-12);
                }
            }
        }
    }

    [Property(MaxTest = 30)]
    public void Both_implementations_agree_forward_and_backward(int seed)
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor x, Tensor map) = Case(seed);
        Tensor probe = Normal(seed, 2, 3, Size, Size);
        (Tensor Y, Tensor Dx)[] both =
        [
            .. new[] { true, false }.Select(onCpu =>
            {
                Tensor leaf = x.detach().requires_grad_();
                Tensor y = BilinearSampling.Apply(leaf, map, Repeating, Size, onCpu);
                return (y, autograd.grad([(y * probe).sum()], [leaf])[0]);
            }),
        ];

        // At most 4·49 terms of about 1 add up at a pixel.
        Assert.InRange((both[0].Y - both[1].Y).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((both[0].Dx - both[1].Dx).abs().max().item<double>(), 0, 1e-11);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_derivatives_are_right_to_second_order(bool onCpu)
    {
        (Tensor x, Tensor map) = Case(3);
        Tensor weight = Normal(4, 2, 3, Size, Size), direction = Normal(5, [.. x.shape]), other = Normal(6, [.. x.shape]);
        Tensor Loss(Tensor at) => (BilinearSampling.Apply(at, map, Repeating, Size, onCpu).sin() * weight).sum();

        // Central differences: ε²/6 of the third derivative, and 2⁻⁵²/ε of the value; both about 1e−10 of some hundred terms.
        const double epsilon = 1e-5;
        Tensor leaf = x.detach().requires_grad_();
        Tensor gradient = autograd.grad([Loss(leaf)], [leaf], create_graph: true, retain_graph: true)[0];
        double numerical = (Loss(x + (epsilon * direction)) - Loss(x - (epsilon * direction))).item<double>() / (2 * epsilon);
        Assert.Equal(numerical, (gradient * direction).sum().item<double>(), 1e-7);

        Tensor second = autograd.grad([(gradient * direction).sum()], [leaf], create_graph: true, retain_graph: true)[0];
        double forward = (Gradient(x + (epsilon * other)) * direction).sum().item<double>();
        double backward = (Gradient(x - (epsilon * other)) * direction).sum().item<double>();
        double found = (second * other).sum().item<double>();
        Assert.Equal((forward - backward) / (2 * epsilon), found, 1e-7);
        Assert.True(Math.Abs(found) > 0.01);

        // The Hessian is symmetric, and there is a third derivative.
        Tensor swapped = autograd.grad([(gradient * other).sum()], [leaf], retain_graph: true)[0];
        Assert.Equal(found, (swapped * direction).sum().item<double>(), 1e-10);
        Assert.True(autograd.grad([(second * other).sum()], [leaf])[0].abs().max().item<double>() > 0.01);
        CustomBackward.ThrowIfFailed();

        Tensor Gradient(Tensor at)
        {
            Tensor here = at.detach().requires_grad_();
            return autograd.grad([Loss(here)], [here])[0];
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        (Tensor x, Tensor map) = Case(8);
        int threads = get_num_threads();
        try
        {
            double[][] results =
            [
                .. new[] { 1, 3 }.Select(count =>
                {
                    set_num_threads(count);
                    Tensor leaf = x.to_type(ScalarType.Float32).requires_grad_();
                    Tensor y = BilinearSampling.Apply(leaf, map, Repeating, Size);
                    Tensor gradient = autograd.grad([y.square().sum()], [leaf])[0];
                    return (double[])[.. TensorAssert.Values(y), .. TensorAssert.Values(gradient)];
                }),
            ];
            Assert.Equal(results[0], results[1]);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_writes_its_images_and_no_other(int count)
    {
        int threads = get_num_threads();
        try
        {
            set_num_threads(count);
            (Tensor x, Tensor map) = Case(8);
            Tensor y = BilinearSampling.Apply(x, map, Repeating, Size);

            // The images of the case between one before and one behind, of ones, at a map that finds pixels there too.
            Tensor Amid(Tensor images) => cat([ones_like(images.narrow(0, 0, 1)), images, ones_like(images.narrow(0, 0, 1))]);
            (Tensor maps, Tensor sampled, Tensor scattered) = (Amid(map), Amid(zeros_like(y)), Amid(zeros_like(x)));
            BilinearKernel.Sample(Amid(x).narrow(0, 1, 2), maps.narrow(0, 1, 2), sampled.narrow(0, 1, 2), Repeating);
            BilinearKernel.Scatter(Amid(y).narrow(0, 1, 2), maps.narrow(0, 1, 2), scattered.narrow(0, 1, 2), Repeating);
            Assert.True(sampled.narrow(0, 1, 2).equal(y).all().item<bool>());
            foreach (Tensor images in (Tensor[])[sampled, scattered])
            {
                Assert.Equal(1, images[0].min().item<double>());
                Assert.Equal(1, images[0].max().item<double>());
                Assert.Equal(1, images[3].min().item<double>());
                Assert.Equal(1, images[3].max().item<double>());
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Far_away_and_nowhere_there_is_nothing(bool onCpu)
    {
        (Tensor x, _) = Case(9);
        foreach (double there in (double[])[1e300, -1e300, double.NaN])
        {
            Tensor map = zeros([2, 2, 3], dtype: ScalarType.Float64) + there;
            Tensor leaf = x.detach().requires_grad_();
            Tensor y = BilinearSampling.Apply(leaf, map, Repeating, Size, onCpu);
            Assert.Equal(0, y.abs().max().item<double>());
            Assert.Equal(0, autograd.grad([y.sum()], [leaf])[0].abs().max().item<double>());
            CustomBackward.ThrowIfFailed();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_map_that_changed_since_is_an_error_and_no_gradient(bool onCpu)
    {
        (Tensor x, Tensor map) = Case(11);
        Tensor leaf = x.detach().requires_grad_();
        const int Other = Size - 2; // than the memory's
        Tensor gradient = ones([2, 3, Other, Other], dtype: ScalarType.Float64).requires_grad_();
        Tensor y = BilinearSampling.Apply(leaf, map, Repeating, Other, onCpu);
        Tensor first = autograd.grad([y], [leaf], [gradient], create_graph: true, retain_graph: true)[0];
        CustomBackward.ThrowIfFailed();

        // Of the sampling, and of its transpose.
        map.add_(1);
        foreach ((Tensor result, Tensor argument) in new[] { (y, leaf), (first, gradient) })
        {
            Tensor found = autograd.grad([result.sum()], [argument], retain_graph: true)[0];
            Assert.Equal(argument.shape, found.shape);
            Assert.Equal(0, found.abs().max().item<double>());
            Assert.Contains("inplace", Assert.ThrowsAny<Exception>(CustomBackward.ThrowIfFailed).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_no_gradient_comes_in_none_goes_out()
    {
        (Tensor x, Tensor map) = Case(12);
        Tensor leaf = x.detach().requires_grad_();
        Tensor y = Swallow.apply(BilinearSampling.Apply(leaf, map, Repeating, Size, true));
        Tensor found = autograd.grad([y.sum() + (2 * leaf).sum()], [leaf])[0];
        Assert.Equal(2, found.min().item<double>());
        Assert.Equal(2, found.max().item<double>());
        CustomBackward.ThrowIfFailed();
    }

    /// <summary>What a GPU computes in bfloat16 is computed on a CPU too, with its way.</summary>
    [Fact]
    public void In_bfloat16_the_way_of_a_device_is_within_its_rounding()
    {
        (Tensor x, Tensor map) = Case(13);
        Tensor leaf = x.to_type(ScalarType.BFloat16).requires_grad_(), exact = leaf.detach().to_type(ScalarType.Float64).requires_grad_();
        Tensor found = BilinearSampling.Apply(leaf, map, Repeating, Size, onCpu: false);
        Tensor expected = BilinearSampling.Apply(exact, map, Repeating, Size, onCpu: false);

        // Four weights, products and sums, each rounded by 2⁻⁹ of at most the largest pixel.
        double bound = 12 * exact.abs().max().item<double>() / 512;
        Assert.InRange((found.to_type(ScalarType.Float64) - expected).abs().max().item<double>(), 0, bound);
        Tensor gradient = autograd.grad([found.sum()], [leaf])[0].to_type(ScalarType.Float64);
        Tensor wanted = autograd.grad([expected.sum()], [exact])[0];
        Assert.InRange((gradient - wanted).abs().max().item<double>(), 0, 0.1 * wanted.abs().max().item<double>());
        CustomBackward.ThrowIfFailed();
    }

    /// <summary>One pixel outside, where the weight of the last one has come down to nothing.</summary>
    [Theory]
    [InlineData(-1, 3)]
    [InlineData(3, -1)]
    [InlineData(11, 3)]
    [InlineData(3, 11)]
    public void A_pixel_outside_there_is_nothing(double v, double u)
    {
        Tensor memory = ones([1, 1, Repeating.MemoryRows, Repeating.MemoryRows], dtype: ScalarType.Float64);
        Tensor map = tensor(new[] { 0, 0, v, 0, 0, u }, dtype: ScalarType.Float64).reshape(1, 2, 3);
        Assert.Equal(11, Repeating.Length);
        foreach (bool onCpu in (bool[])[true, false])
            Assert.Equal(0, BilinearSampling.Apply(memory, map, Repeating, 1, onCpu).item<double>());
    }

    [Theory]
    [InlineData(-0.5, 0, 0.5)]
    [InlineData(0, -0.5, 0.5)]
    [InlineData(1.5, 1, 0.5)]
    [InlineData(1, 1.5, 0.5)]
    [InlineData(0.5, 0.5, 1)]
    public void Only_rows_of_the_axis_are_read(double v, double u, double share)
    {
        // Rows 0 and 3 of the memory belong to no position, and hold no number.
        SamplingAxis axis = new([1, 2]);
        Tensor x = full([1, 1, 4, 4], double.NaN, dtype: ScalarType.Float64);
        x.narrow(2, 1, 2).narrow(3, 1, 2).fill_(1);
        Tensor memory = x.narrow(2, 0, axis.MemoryRows).narrow(3, 0, axis.MemoryRows);
        Tensor map = tensor(new[] { 0, 0, v, 0, 0, u }, dtype: ScalarType.Float64).reshape(1, 2, 3);
        Assert.Equal(share, BilinearSampling.Apply(memory, map, axis, 1, onCpu: true).item<double>());
    }

    [Fact]
    public void Every_position_of_a_plain_axis_has_its_row()
    {
        SamplingAxis axis = SamplingAxis.Plain(3);
        Assert.Equal([0, 1, 2], axis.Rows.ToArray());
        Assert.Equal((3, 3), (axis.Length, axis.MemoryRows));
    }

    [Fact]
    public void A_device_is_sent_the_rows_once()
    {
        SamplingAxis axis = new([0, 1, 0]);
        Tensor first;
        using (NewDisposeScope())
            first = axis.RowsOn(CPU);
        Assert.Same(first, axis.RowsOn(CPU));
        Assert.Equal([0, 1, 0], first.data<long>().ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        (Tensor x, Tensor map) = Case(9);
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x.narrow(3, 0, 5), map, Repeating, Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x.narrow(2, 0, 5), map, Repeating, Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x.unsqueeze(4), map, Repeating, Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x, map, SamplingAxis.Plain(5), Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x, map, Repeating, 0));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x, map.to_type(ScalarType.Float32), Repeating, Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x, map.narrow(0, 0, 1), Repeating, Size));
        Assert.Throws<ArgumentException>(() => BilinearSampling.Apply(x.to_type(ScalarType.BFloat16), map, Repeating, Size));
        Assert.Throws<ArgumentException>(() => new SamplingAxis([]));
        Assert.Throws<ArgumentException>(() => new SamplingAxis([0, -1]));
        Assert.Throws<ArgumentException>(() => new SamplingAxis([int.MaxValue]));
    }

    private static double Definition(double[,,,] memory, int n, int c, double v, double u)
    {
        double sum = 0;
        for (int row = (int)Math.Floor(v); row <= Math.Floor(v) + 1; row++)
        {
            for (int column = (int)Math.Floor(u); column <= Math.Floor(u) + 1; column++)
            {
                if (row >= 0 && row < Repeating.Length && column >= 0 && column < Repeating.Length)
                {
                    double weight = (1 - Math.Abs(v - row)) * (1 - Math.Abs(u - column));
                    sum += weight * memory[n, c, Repeating.Rows[row], Repeating.Rows[column]];
                }
            }
        }

        return sum;
    }

    // Turned, scaled and moved maps that leave the image on every side.
    private static (Tensor X, Tensor Map) Case(int seed)
    {
        Tensor map = Normal(seed, 2, 2, 3) * tensor(new[] { 1.0, 1, 3 }, dtype: ScalarType.Float64)
            + tensor(new[] { 0.0, 0, 5 }, dtype: ScalarType.Float64);
        return (Normal(~seed, 2, 3, Repeating.MemoryRows, Repeating.MemoryRows), map);
    }

    private static Tensor Normal(int seed, params long[] shape) =>
        randn(shape, dtype: ScalarType.Float64, generator: new TorchSharp.torch.Generator((ulong)(uint)seed));

    private static double[,,,] Values(Tensor x)
    {
        double[,,,] values = new double[x.shape[0], x.shape[1], x.shape[2], x.shape[3]];
        Buffer.BlockCopy(TensorAssert.Values(x), 0, values, 0, values.Length * sizeof(double));
        return values;
    }

    // Passes its argument on, and back no gradient.
    private sealed class Swallow : autograd.SingleTensorFunction<Swallow>
    {
        public override string Name => nameof(Swallow);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]) * 1;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [null!];
    }
}
