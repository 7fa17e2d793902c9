using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>Layers that are computed again in the backward pass: the same bits, nothing averaged twice, nothing left behind.</summary>
public class RematerialisationTests
{
    private static readonly GeneratorConfig Tiny = new()
    {
        Resolution = 16, ChannelBase = 256, ChannelMax = 8, ZDim = 8, WDim = 8, Layers = 4, CriticalLayers = 1, Margin = 4,
    };

    [Theory]
    [InlineData(null)]
    [InlineData(ScalarType.BFloat16)]
    public void GradientsAreTheSameBits(ScalarType? type)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 3);
        generator.Synthesis.ComputeType = type;
        using var draws = new torch.Generator(1);
        Tensor z = randn([3, Tiny.ZDim], ScalarType.Float32, generator: draws);
        Tensor[] Gradients(bool rematerialised)
        {
            generator.Synthesis.Rematerialised = rematerialised;
            Tensor image = generator.forward(z);
            IList<Tensor> gradients = autograd.grad([image.square().sum()], generator.parameters().ToArray());
            CustomBackward.ThrowIfFailed();
            return [image, .. gradients];
        }

        Tensor[] expected = Gradients(false), found = Gradients(true);
        Assert.All(expected.Zip(found), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        Assert.All(expected, t => Assert.True(t.abs().max().item<float>() > 0));
    }

    [Fact]
    public void TheAverageThatALayerUsedIsUsedAgain()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 3);
        generator.Synthesis.MagnitudeBeta = 0.5;
        using var draws = new torch.Generator(1);
        Tensor z = randn([3, Tiny.ZDim], ScalarType.Float32, generator: draws);
        Dictionary<string, Tensor> start = generator.state_dict().ToDictionary(s => s.Key, s => s.Value.clone());
        (Tensor[] Gradients, Tensor[] Averages) Step(bool rematerialised)
        {
            generator.LoadState(start, "start");
            generator.Synthesis.Rematerialised = rematerialised;
            Tensor image = generator.Synthesize(generator.Map(z), updateAverages: true);
            Tensor[] averages = [.. generator.named_buffers().Select(b => b.buffer.clone())];
            // Moves them once more before the backward pass.
            using (no_grad())
                generator.Synthesize(generator.Map(z) * 2, updateAverages: true);
            Tensor[] between = [.. generator.named_buffers().Select(b => b.buffer.clone())];
            Tensor[] gradients = [.. autograd.grad([image.square().sum()], generator.parameters().ToArray())];
            CustomBackward.ThrowIfFailed();
            Assert.All(
                generator.named_buffers().Zip(between), pair => Assert.True(pair.First.buffer.equal(pair.Second).all().item<bool>()));
            return (gradients, averages);
        }

        var (expected, expectedAverages) = Step(false);
        var (found, averages) = Step(true);
        Assert.All(
            expected.Concat(expectedAverages).Zip(found.Concat(averages)),
            pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
    }

    [Fact]
    public void SecondDerivativesAreThoseOfThePart()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = linspace(-1, 1, 12, dtype: ScalarType.Float64).reshape(3, 4).requires_grad_(true);
        Tensor w = linspace(0.5, 2, 4, dtype: ScalarType.Float64).requires_grad_(true);
        Tensor constant = tensor(3.0);
        Tensor Part(Tensor[] a) => (a[0] * w).sin() * a[1] + a[0].pow(3);
        Tensor[] Second(Func<Tensor> apply)
        {
            IList<Tensor> first = autograd.grad([apply().exp().sum()], [x, w], null, true, true);
            Tensor[] second = [.. autograd.grad([first[0].square().sum() + first[1].square().sum()], [x, w])];
            CustomBackward.ThrowIfFailed();
            return [.. first, .. second];
        }

        Tensor[] expected = Second(() => Part([x, constant]));
        Tensor[] found = Second(() => Rematerialisation.Apply(Part, [x, constant], [w]));
        for (int i = 0; i < expected.Length; i++)
            TensorAssert.Close(expected[i], found[i], 1e-14);
    }

    [Fact]
    public void ThePartIsRecordedOnlyWhereItIsComputedAgain()
    {
        // What is not recorded keeps nothing for a backward pass: arguments and parameters alone are left of the forward one.
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(5).requires_grad_(true);
        var recorded = new List<bool>();
        Tensor Part(Tensor[] a)
        {
            Tensor inner = a[0].sin();
            recorded.Add(inner.requires_grad);
            return inner.cos();
        }

        Tensor y = Rematerialisation.Apply(Part, [x], []);
        Assert.True(y.requires_grad);
        Assert.Equal([false], recorded);
        autograd.grad([y.sum()], [x]);
        CustomBackward.ThrowIfFailed();
        Assert.Equal([false, true], recorded);
        using (no_grad())
            Assert.False(Rematerialisation.Apply(Part, [x], []).requires_grad);
        Assert.Equal([false, true, false], recorded);
    }

    [Fact]
    public void WhereNoGradientComesNoneIsPassedOn()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(5).requires_grad_(true), w = ones(5).requires_grad_(true), v = ones(5).requires_grad_(true);
        int calls = 0;
        Tensor Part(Tensor[] a)
        {
            calls++;
            return a[0] * w * v;
        }

        Tensor y = Rematerialisation.Apply(Part, [x], [w, v]);
        Tensor sum = Severed.apply(y).sum() + x.sum();
        IList<Tensor> gradients = autograd.grad([sum], [x, w, v], allow_unused: true);
        CustomBackward.ThrowIfFailed();
        Assert.Equal(ones(5).data<float>().ToArray(), gradients[0].data<float>().ToArray());
        Assert.All(gradients.Skip(1), gradient => Assert.True(gradient is null || gradient.IsInvalid));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void AFailureInTheSecondPassReachesTheStep()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(3).requires_grad_(true);
        int calls = 0;
        Tensor y = Rematerialisation.Apply(a => calls++ == 0 ? a[0] * 2 : throw new InvalidOperationException("again"), [x], []);
        autograd.grad([y.sum()], [x]);
        Assert.Equal("again", Assert.Throws<InvalidOperationException>(CustomBackward.ThrowIfFailed).Message);
    }

    /// <summary>Its result as it is, and no gradient for it.</summary>
    private sealed class Severed : autograd.SingleTensorFunction<Severed>
    {
        public override string Name => nameof(Severed);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [null!];
    }

    [Fact]
    public void StepsLeaveNoMemoryBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Sg3x.Networks.Generator(Tiny, seed: 3);
        generator.Synthesis.Rematerialised = true;
        void Step()
        {
            using DisposeScope step = NewDisposeScope();
            autograd.grad([generator.forward(ones(1, Tiny.ZDim)).sum()], generator.parameters().ToArray());
            CustomBackward.ThrowIfFailed();
        }

        Step();
        Step();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 5; i++)
            Step();
        Assert.InRange(Tensor.TotalCount, 0, before);
    }
}
