using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Gpu.Tests;

/// <summary>The fused nonlinearity on the layers of the networks, against the definition in float64 on the same device.</summary>
public sealed class KernelTests
{
    private const double Roundoff = 1.0 / (1 << 24);

    public static TheoryData<string, string> Layers()
    {
        var data = new TheoryData<string, string>();
        foreach (string preset in Presets())
        {
            // One of each kind: what a layer has beside its size is factors, filters and padding.
            IEnumerable<LayerPlan> kinds =
                Schedule(preset).Layers.DistinctBy(p => (p.Up, p.Down, p.UpFilter?.Size, p.DownFilter?.Size, p.Padding));
            foreach (LayerPlan plan in kinds)
                data.Add(preset, plan.Name);
        }
        return data;
    }

    [Theory, MemberData(nameof(Layers))]
    public void Forward_is_the_definition(string preset, string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        var c = new Case(preset, layer, ScalarType.Float32);

        // A value has a term of either filter for each of its taps, the bias, the slope, the gains.
        double tolerance = (c.Terms + 8) * Roundoff;
        TestDevice.Near(c.Definition(c.Shape), c.Fused(c.Shape), tolerance, "forward");
    }

    /// <summary>Rounding takes a sample within some 2⁻²⁰ of the kink to its other side, one in a million; its gradient is then off by
    /// up to itself, so the norm by the root of that share.</summary>
    [Theory, MemberData(nameof(Layers))]
    public void Gradients_are_the_definitions(string preset, string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        var c = new Case(preset, layer, ScalarType.Float32);
        (Tensor input, Tensor bias) = c.Gradients(FilteredLeakyRelu.Composed, c.Shape, ScalarType.Float64);
        (Tensor foundInput, Tensor foundBias) = c.Gradients(TestDevice.Fused, c.Shape, ScalarType.Float32);
        TestDevice.Near(input, foundInput, 2e-3, "gradient of the input");
        TestDevice.Near(bias, foundBias, 2e-3, "gradient of the bias");
    }

    /// <summary>Without kink and clamp there is no side to be on, and rounding is all that is left.</summary>
    [Theory, MemberData(nameof(Layers))]
    public void Second_derivatives_are_the_definitions(string preset, string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        var c = new Case(preset, layer, ScalarType.Float32);
        FilteredLeakyReluShape shape = c.Shape with { Slope = 1, Clamp = null };
        double tolerance = 4 * (c.Terms + 8) * Roundoff; // four passes, one after the other
        TestDevice.Near(
            c.SecondDerivative(FilteredLeakyRelu.Composed, shape, ScalarType.Float64),
            c.SecondDerivative(TestDevice.Fused, shape, ScalarType.Float32), tolerance, "second derivative");
    }

    [Theory, MemberData(nameof(Layers))]
    public void BFloat16_is_rounded_once(string preset, string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        var c = new Case(preset, layer, ScalarType.BFloat16);
        TestDevice.Near(c.Definition(c.Shape), c.Fused(c.Shape), 1.0 / 256, "forward"); // 2⁻⁸ of a value, and less of most
    }

    /// <summary>What comes before and after runs in order with the kernel, with nobody waiting in between.</summary>
    [Fact]
    public void The_kernel_keeps_its_place_among_other_work()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        (string preset, int rounds, int size) = TestDevice.IsGpu ? ("t-128", 50, 2048) : ("demo", 2, 64);
        var c = new Case(preset, Schedule(preset).Layers[1].Name, ScalarType.Float32);
        Tensor factor = randn([size, size], device: TestDevice.Current) / Math.Sqrt(size);
        Tensor expected = c.Fused(c.Shape);
        for (int round = 0; round < rounds; round++)
        {
            using DisposeScope inner = NewDisposeScope();

            // The input is overwritten and comes back behind products that take longer than a launch.
            Tensor x = c.Input.clone().fill_(float.NaN), busy = factor;
            for (int i = 0; i < 8; i++)
                busy = busy.mm(factor);
            x.copy_(c.Input + (busy[0, 0] * 0));
            Tensor y = TestDevice.Fused.Forward(x, c.Bias, c.Up, c.Down, c.Shape);
            x.fill_(float.NaN);
            Assert.True(y.equal(expected).all().item<bool>(), $"round {round}");
        }
    }

    private static string[] Presets() => TestDevice.IsGpu ? ["t-128", "t-512", "r-128"] : ["demo"];

    private static LayerSchedule Schedule(string preset) => LayerSchedule.Create(Configuration.Presets.Get(preset).Generator);

    private sealed class Case
    {
        private const int Batch = 2, Channels = 3;

        public Case(string preset, string layer, ScalarType dtype)
        {
            LayerPlan plan = Schedule(preset).Layers.Single(p => p.Name == layer);
            long size = plan.InSize + plan.Kernel - 1;
            Device device = TestDevice.Current;
            manual_seed(7);
            Input = randn([Batch, Channels, size, size]).to(device).to(dtype);
            Bias = randn([Channels]).to(device).to(dtype);
            (Up, Down) = (Taps(plan.UpFilter, device), Taps(plan.DownFilter, device));
            Shape = new(
                plan.Up, plan.Down, plan.Padding, plan.IsToRgb ? 1 : Math.Sqrt(2), plan.IsToRgb ? 1 : 0.2, 256);
            Terms = Sum(plan.UpFilter) + Sum(plan.DownFilter);
        }

        public Tensor Input { get; }

        public Tensor Bias { get; }

        public Tensor? Up { get; }

        public Tensor? Down { get; }

        public FilteredLeakyReluShape Shape { get; }

        public int Terms { get; }

        public Tensor Fused(in FilteredLeakyReluShape shape) => TestDevice.Fused.Forward(Input, Bias, Up, Down, shape);

        public Tensor Definition(in FilteredLeakyReluShape shape) => FilteredLeakyRelu.Composed.Forward(
            Input.to(ScalarType.Float64), Bias.to(ScalarType.Float64), Up, Down, shape);

        public (Tensor Input, Tensor Bias) Gradients(
            IFilteredLeakyRelu implementation, in FilteredLeakyReluShape shape, ScalarType dtype)
        {
            (Tensor x, Tensor b, Tensor y) = Recorded(implementation, shape, dtype);
            IList<Tensor> gradients = autograd.grad([y], [x, b], [Weights(y, dtype)]);
            CustomBackward.ThrowIfFailed();
            return (gradients[0], gradients[1]);
        }

        public Tensor SecondDerivative(IFilteredLeakyRelu implementation, in FilteredLeakyReluShape shape, ScalarType dtype)
        {
            (Tensor x, Tensor b, Tensor y) = Recorded(implementation, shape, dtype);
            IList<Tensor> first = autograd.grad([y.square().sum()], [x, b], retain_graph: true, create_graph: true);
            Tensor second = autograd.grad([first[0].square().sum() + first[1].square().sum()], [x])[0];
            CustomBackward.ThrowIfFailed();
            return second;
        }

        private (Tensor Input, Tensor Bias, Tensor Result) Recorded(
            IFilteredLeakyRelu implementation, in FilteredLeakyReluShape shape, ScalarType dtype)
        {
            Tensor x = Input.to(dtype).clone().requires_grad_(), b = Bias.to(dtype).clone().requires_grad_();
            return (x, b, implementation.Forward(x, b, Up, Down, shape));
        }

        private static Tensor Weights(Tensor y, ScalarType dtype)
        {
            manual_seed(8);
            return randn(y.shape).to(y.device).to(dtype);
        }

        private static int Sum(Filter? filter) =>
            filter is null ? 1 : filter.IsRadial ? filter.Size * filter.Size : 2 * filter.Size;

        private static Tensor? Taps(Filter? filter, Device device) =>
            filter is null ? null : tensor(filter.ToSingle()).to(device).reshape(filter.Shape);
    }
}
