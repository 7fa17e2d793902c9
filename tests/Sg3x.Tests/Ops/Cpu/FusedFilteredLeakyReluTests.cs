using Sg3x.Benchmarking;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>The fused filtered leaky ReLU as a function of tensors: derivatives, dtypes, layouts, memory.</summary>
public sealed class FusedFilteredLeakyReluTests
{
    private static readonly IFilteredLeakyRelu s_fused = FilteredLeakyRelu.Fused;

    public static TheoryData<int, int, int, int, bool> Layers => new()
    {
        { 2, 2, 12, 12, false }, { 4, 2, 24, 12, false }, { 2, 2, 12, 12, true }, { 1, 1, 1, 1, false }, { 2, 1, 5, 3, false }, { 1, 3, 1, 4, true },
    };

    [Theory, MemberData(nameof(Layers))]
    public void Agrees_with_the_composed_definition(int up, int down, int upTaps, int downTaps, bool radial)
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(up, down, upTaps, downTaps, radial, ScalarType.Float32, 9);
        var (y, dx, db) = Gradients(s_fused, x, bias, fu, fd, shape);
        var (y0, dx0, db0) = Gradients(FilteredLeakyRelu.Composed, x, bias, fu, fd, shape);
        Close(y0, y, 1e-6);
        Close(dx0, dx, 1e-6);
        Close(db0, db, 1e-6);
    }

    [Theory, MemberData(nameof(Layers))]
    public void Gradients_agree_with_finite_differences(int up, int down, int upTaps, int downTaps, bool radial)
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(up, down, upTaps, downTaps, radial, ScalarType.Float64, 5);
        using var draws = new Generator(11);
        Tensor Like(Tensor other) => FilterCase.Draw(draws, other.shape);
        var weights = Like(s_fused.Forward(x, bias, fu, fd, shape));
        double Loss(Tensor a, Tensor b) => (s_fused.Forward(a, b, fu, fd, shape) * weights).sum().item<double>();

        var (a, b) = (x.clone().requires_grad_(), bias.clone().requires_grad_());
        var gradients = autograd.grad([(s_fused.Forward(a, b, fu, fd, shape) * weights).sum()], [a, b]);
        CustomBackward.ThrowIfFailed();
        foreach (var (direction, first) in new[] { (Like(x), true), (Like(bias), false) })
        {
            // Steps small enough that no sample between the filters changes branch; the function is linear between.
            const double step = 1e-7;
            var difference = first
                ? Loss(x + (direction * step), bias) - Loss(x - (direction * step), bias)
                : Loss(x, bias + (direction * step)) - Loss(x, bias - (direction * step));
            var expected = (gradients[first ? 0 : 1] * direction).sum().item<double>();
            Assert.Equal(expected, difference / (2 * step), 1e-5 * (1 + Math.Abs(expected)));
        }
    }

    [Theory, MemberData(nameof(Layers))]
    public void Second_derivatives_agree_with_the_composed_definition(int up, int down, int upTaps, int downTaps, bool radial)
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(up, down, upTaps, downTaps, radial, ScalarType.Float64, 6);

        // Σ(∂/∂x Σ sin y)² + Σ(∂/∂b Σ sin y)² depends on x through the gradient of the output as well.
        (Tensor, Tensor) Second(IFilteredLeakyRelu implementation)
        {
            var (a, b) = (x.clone().requires_grad_(), bias.clone().requires_grad_());
            var first = autograd.grad([implementation.Forward(a, b, fu, fd, shape).sin().sum()], [a, b], retain_graph: true, create_graph: true);
            var second = autograd.grad([first[0].pow(2).sum() + first[1].pow(2).sum()], [a, b]);
            CustomBackward.ThrowIfFailed();
            return (second[0], second[1]);
        }

        var (dx, db) = Second(s_fused);
        var (dx0, db0) = Second(FilteredLeakyRelu.Composed);
        Close(dx0, dx, 1e-11);
        Close(db0, db, 1e-11);
        Assert.True(dx.abs().max().item<double>() > 0);
    }

    [Fact]
    public void Third_derivatives_exist()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float64, 5);
        Tensor Third(IFilteredLeakyRelu implementation)
        {
            var a = x.clone().requires_grad_();
            var y = implementation.Forward(a, bias, fu, fd, shape).pow(4).sum();
            for (var order = 0; order < 2; order++)
                y = autograd.grad([y], [a], retain_graph: true, create_graph: true)[0].pow(2).sum();
            return autograd.grad([y], [a])[0];
        }

        Close(Third(FilteredLeakyRelu.Composed), Third(s_fused), 1e-10);
    }

    [Fact]
    public void BFloat16_is_computed_in_float32_and_rounded_once()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 9);
        (x, bias) = (x.to(ScalarType.BFloat16), bias.to(ScalarType.BFloat16));
        var (y, dx, db) = Gradients(s_fused, x, bias, fu, fd, shape);
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        var exact = s_fused.Forward(x.to(ScalarType.Float32), bias.to(ScalarType.Float32), fu, fd, shape);
        Assert.True(y.equal(exact.to(ScalarType.BFloat16)).all().item<bool>());
        var (_, dx0, db0) = Gradients(FilteredLeakyRelu.Composed, x.to(ScalarType.Float32), bias.to(ScalarType.Float32), fu, fd, shape);
        Close(dx0, dx.to(ScalarType.Float32), 0.02);
        Close(db0, db.to(ScalarType.Float32), 0.02);
    }

    [Fact]
    public void Views_and_other_layouts_give_the_same_bits()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 9);
        var expected = s_fused.Forward(x, bias, fu, fd, shape);
        var channelsLast = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.False(channelsLast.is_contiguous());
        Assert.True(expected.equal(s_fused.Forward(channelsLast, bias, fu, fd, shape)).all().item<bool>());
        var offset = cat([randn(1, x.shape[1], x.shape[2], x.shape[3]), x]).narrow(0, 1, x.shape[0]);
        Assert.True(expected.equal(s_fused.Forward(offset, bias, fu, fd, shape)).all().item<bool>());
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 30);
        var before = get_num_threads();
        var results = new List<(Tensor Y, Tensor Dx, Tensor Db)>();
        foreach (var threads in new[] { 1, 2, 3, 2, 1 })
        {
            set_num_threads(threads);
            results.Add(Gradients(s_fused, x, bias, fu, fd, shape));
        }
        set_num_threads(before);
        foreach (var result in results)
        {
            Assert.True(result.Y.equal(results[0].Y).all().item<bool>());
            Assert.True(result.Dx.equal(results[0].Dx).all().item<bool>());
            Assert.True(result.Db.equal(results[0].Db).all().item<bool>());
        }
    }

    [Fact]
    public void Not_a_number_stays_where_the_filters_reach()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 30);
        x[1, 1, 15, 15] = float.NaN;
        var bad = s_fused.Forward(x, bias, fu, fd, shape).isnan().sum([2, 3]);
        Assert.True(bad[1, 1].item<long>() > 0);
        Assert.Equal(bad.sum().item<long>(), bad[1, 1].item<long>());
    }

    [Fact]
    public void Training_steps_leave_no_memory_behind()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 256);
        x.requires_grad_();
        bias.requires_grad_();
        void Step()
        {
            using var inner = NewDisposeScope();
            var y = s_fused.Forward(x, bias, fu, fd, shape);
            autograd.grad([s_fused.Forward(y, bias, fu, fd, shape).square().mean()], [x, bias]);
            CustomBackward.ThrowIfFailed();
        }

        for (var i = 0; i < 10; i++)
            Step();
        var before = ResidentMemory.Now();
        if (before is null)
            return;
        for (var i = 0; i < 60; i++)
            Step();

        // A step makes about ten tensors of 1.6 MB; one of them left behind each time would be 94 MB.
        Assert.InRange(ResidentMemory.Now()!.Value - before.Value, long.MinValue, 40_000_000);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        using var scope = NewDisposeScope();
        var (x, bias, fu, fd, shape) = Layer(2, 2, 12, 12, false, ScalarType.Float32, 9);
        Assert.Throws<ArgumentException>(() => s_fused.Forward(x[0], bias, fu, fd, shape));
        Assert.Throws<ArgumentException>(() => s_fused.Forward(x, bias[..1], fu, fd, shape));
        Assert.Throws<ArgumentException>(() => s_fused.Forward(x.to(ScalarType.Float16), bias.to(ScalarType.Float16), fu, fd, shape));
        Assert.Throws<ArgumentException>(() => s_fused.Forward(x, bias, ones(200), fd, shape));
    }

    private static (Tensor Y, Tensor Dx, Tensor Db) Gradients(
        IFilteredLeakyRelu implementation, Tensor x, Tensor bias, Tensor? fu, Tensor? fd, in FilteredLeakyReluShape shape)
    {
        var (a, b) = (x.clone().requires_grad_(), bias.clone().requires_grad_());
        var y = implementation.Forward(a, b, fu, fd, shape);
        var weights = linspace(-1, 1, y.numel(), dtype: ScalarType.Float32).reshape(y.shape).sin().to(y.dtype);
        var gradients = autograd.grad([y], [a, b], [weights]);
        CustomBackward.ThrowIfFailed();
        return (y.detach(), gradients[0], gradients[1]);
    }

    private static (Tensor X, Tensor Bias, Tensor? Up, Tensor? Down, FilteredLeakyReluShape Shape) Layer(
        int up, int down, int upTaps, int downTaps, bool radial, ScalarType dtype, int size)
    {
        using var generator = new Generator(7);
        Tensor Draw(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator).to(dtype);
        var pad = new ImagePadding(up + upTaps / 2, downTaps - 1, upTaps / 2, downTaps + 1);
        var fu = upTaps == 1 ? null : Draw(upTaps).to(ScalarType.Float32) / 4;
        var fd = downTaps == 1 ? null : (radial ? Draw(downTaps, downTaps) / 4 : Draw(downTaps)).to(ScalarType.Float32) / 4;
        return (Draw(2, 3, size, size + 1), Draw(3), fu, fd, new(up, down, pad, Math.Sqrt(2), 0.2, 2.5));
    }

    private static void Close(Tensor expected, Tensor actual, double relative)
    {
        Assert.Equal(expected.shape, actual.shape);
        var scale = expected.abs().max().to(ScalarType.Float64).item<double>();
        var difference = (expected - actual).abs().max().to(ScalarType.Float64).item<double>();
        Assert.True(difference <= relative * scale, $"off by {difference:E2} where values reach {scale:E2}");
    }
}
