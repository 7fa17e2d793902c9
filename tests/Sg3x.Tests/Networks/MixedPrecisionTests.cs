using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Schedule;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>Networks that store and multiply in bfloat16: what stays in float32, and that sums do.</summary>
public class MixedPrecisionTests
{
    private static readonly GeneratorConfig TinyG = new()
    {
        Resolution = 16, ChannelBase = 256, ChannelMax = 8, ZDim = 8, WDim = 8, Layers = 4, CriticalLayers = 1, Margin = 4,
    };

    private static readonly DiscriminatorConfig TinyD = new() { Resolution = 16, ChannelBase = 128, ChannelMax = 8 };

    [Fact]
    public void FiveHundredOnesAreSummed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(1, 512, 1, 1, dtype: ScalarType.BFloat16), w = ones(1, 512, 1, 1);
        Tensor y = ReducedPrecision.Convolve(x, w, null, 1, 0);
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Assert.Equal(512, y.to(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void AConvolutionIsThatOfRoundedOperandsRoundedOnce()
    {
        using DisposeScope scope = NewDisposeScope();
        using var draws = new torch.Generator(1);
        Tensor x = randn([2, 7, 6, 5], ScalarType.Float32, generator: draws).to(ScalarType.BFloat16);
        Tensor w = randn([4, 7, 3, 3], ScalarType.Float32, generator: draws), b = randn([4], ScalarType.Float32, generator: draws);
        Tensor Rounded(Tensor t) => t.to(ScalarType.BFloat16).to(ScalarType.Float32);
        Tensor expected = nn.functional.conv2d(x.to(ScalarType.Float32), Rounded(w), Rounded(b), [2, 2], [1, 1], [1, 1], 1);
        Tensor found = ReducedPrecision.Convolve(x, w, b, 2, 1);
        Assert.True(found.equal(expected.to(ScalarType.BFloat16)).all().item<bool>());
    }

    [Fact]
    public void TheNormsOfAWideLayerAreNotRounded()
    {
        // 4608 squares summed in bfloat16 stop growing at 256: the demodulation would be four times too large.
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(1, 512, 3, 3), w = ones(1, 512, 3, 3), s = ones(1, 512);
        x.select(1, 0).select(1, 1).select(1, 1).fill_(1);
        Tensor y = ModulatedConv.Apply(x.to(ScalarType.BFloat16), w, s, true, 0);
        Assert.Equal(1 / Math.Sqrt(4608), y.to(ScalarType.Float64).item<double>(), 1 / Math.Sqrt(4608) / 128);
    }

    [Fact]
    public void LayersAreInBFloat16AndTheImageIsNot()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(TinyG, seed: 3);
        generator.Synthesis.ComputeType = ScalarType.BFloat16;
        using IDisposable quiet = no_grad();
        Tensor ws = generator.Map(randn(2, TinyG.ZDim));
        Tensor x = generator.Synthesis.Input.forward(ws.select(1, 0));
        Assert.Equal(ScalarType.Float32, x.dtype);
        foreach (SynthesisLayer layer in generator.Synthesis.Layers)
        {
            x = layer.forward(x, ws.select(1, 1));
            Assert.Equal(layer.Plan.IsToRgb ? ScalarType.Float32 : ScalarType.BFloat16, x.dtype);
        }
        Assert.All(generator.named_buffers(), b => Assert.Equal(ScalarType.Float32, b.buffer.dtype));
        Assert.Equal(ScalarType.Float32, generator.Synthesize(ws, updateAverages: true).dtype);
    }

    [Theory]
    [InlineData("fused")]
    [InlineData("matrix")]
    [InlineData("composed")]
    public void EveryNonlinearityTakesIt(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        IFilteredLeakyRelu implementation =
            name == "fused" ? FilteredLeakyRelu.Fused : name == "matrix" ? FilteredLeakyRelu.Matrix : FilteredLeakyRelu.Composed;
        using var draws = new torch.Generator(2);
        LayerPlan plan = LayerSchedule.Create(TinyG).Layers[1];
        var shape = new FilteredLeakyReluShape(plan.Up, plan.Down, plan.Padding, Math.Sqrt(2), 0.2, 256);
        int size = plan.InSize + plan.Kernel - 1;
        Tensor x = randn([2, 3, size, size], ScalarType.Float32, generator: draws).to(ScalarType.BFloat16);
        Tensor bias = tensor([0.5f, -0.5f, 0.25f]).to(ScalarType.BFloat16);
        Tensor up = tensor(plan.UpFilter!.ToSingle()), down = tensor(plan.DownFilter!.ToSingle());
        Tensor y = implementation.Forward(x, bias, up, down, shape);
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Tensor Exact(Func<Tensor, Tensor> of, FilteredLeakyReluShape constants) => FilteredLeakyRelu.Composed.Forward(
            of(x.to(ScalarType.Float64)), of(bias.to(ScalarType.Float64)), of(up.to(ScalarType.Float64)),
            of(down.to(ScalarType.Float64)), constants);
        Tensor exact = Exact(t => t, shape), magnitude = Exact(t => t.abs(), shape with { Slope = 1, Clamp = null });

        // One rounding, of at most 2⁻⁸ of the value itself; and float32's, 2⁻²⁴ for each of at most 128 terms and steps, of the
        // sum of the absolute values of all that is added up.
        TensorAssert.Within(exact, y, exact.abs() + magnitude / 512, 1 / 256.0, name);
    }

    [Fact]
    public void GradientsAndTheGradientPenaltyComeOutInFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        using var discriminator = new Discriminator(TinyD, seed: 4);
        Tensor image = randn([4, 3, 16, 16], generator: new torch.Generator(5)).clamp(-1, 1);
        Tensor[] Gradients(ScalarType? type)
        {
            discriminator.ComputeType = type;
            Tensor x = image.detach().requires_grad_(true);
            Tensor logits = discriminator.forward(x);
            Assert.Equal(ScalarType.Float32, logits.dtype);
            Tensor penalty = Losses.R1(logits, x);
            // The last bias has no part in the penalty, and a gradient of zero through the logits.
            return [penalty, .. autograd.grad([penalty + logits.mean() * 0], discriminator.parameters().ToArray())];
        }

        Tensor[] expected = Gradients(null), found = Gradients(ScalarType.BFloat16);
        Assert.All(found, gradient => Assert.Equal(ScalarType.Float32, gradient.dtype));
        Tensor a = cat([.. expected.Select(t => t.reshape(-1))]), b = cat([.. found.Select(t => t.reshape(-1))]);
        Assert.True(((a - b).norm() / a.norm()).item<float>() is > 0 and < 0.1f);
    }
}
