using FsCheck.Xunit;
using Sg3x.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

/// <summary>
/// The modulated convolution with a shared weight against its definition, a weight for every sample, in float64.
/// </summary>
[Properties(Arbitrary = [typeof(DrawnOps)], MaxTest = 50)]
public class ModulatedConvProperties
{
    private const double Tolerance = 1e-12;

    [Property]
    public void OneWeightGivesTheNumbersOfAWeightPerSample(ModulatedCase drawn)
    {
        if (drawn.Size + 2 * drawn.Padding < drawn.Kernel)
            return;
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight, Tensor styles, Tensor gain) = drawn.Tensors();
        Tensor[] inputs = [x, weight, styles, gain];
        foreach (Tensor input in inputs)
            input.requires_grad = true;
        // What y adds up, in absolute values: y may cancel, this does not.
        Tensor magnitude = Definition(x.abs(), weight.abs(), styles.abs(), gain, drawn).detach();
        Tensor[] expected = Derivatives(Definition(x, weight, styles, gain, drawn), magnitude, inputs);
        Tensor[] found = Derivatives(ModulatedConv.Apply(x, weight, styles, drawn.Demodulate, drawn.Padding, gain), magnitude, inputs);
        TensorAssert.Within(expected[0], found[0], magnitude, Tolerance, "y");
        // With one input channel the demodulation cancels the style and its gradient all but vanishes: each order is held against
        // its largest value.
        TensorAssert.Close(Flat(expected[1..(inputs.Length + 1)]), Flat(found[1..(inputs.Length + 1)]), Tolerance, "first derivatives");
        TensorAssert.Close(Flat(expected[(inputs.Length + 1)..]), Flat(found[(inputs.Length + 1)..]), 100 * Tolerance, "second derivatives");
    }

    [Property]
    public void DemodulatedWeightsHaveUnitNorm(ModulatedCase drawn)
    {
        // White noise of unit variance comes out with the variance Σ (d·w·s)², read off the answers to impulses in each input
        // channel.
        using DisposeScope scope = NewDisposeScope();
        (Tensor _, Tensor weight, Tensor styles, Tensor _) = drawn.Tensors();
        int full = drawn.Kernel - 1;
        Tensor energy = zeros(drawn.Batch, drawn.Outputs, dtype: ScalarType.Float64);
        for (int channel = 0; channel < drawn.Inputs; channel++)
        {
            Tensor impulse = zeros(drawn.Batch, drawn.Inputs, 1, 1, dtype: ScalarType.Float64);
            impulse.narrow(1, channel, 1).fill_(1);
            energy += ModulatedConv.Apply(impulse, weight, styles, true, full).square().sum([2, 3]);
        }
        // The 1e−8 under the root takes a share of 1e−8/E, E = Σ (w·s)² of both after their normalisation: at least (1/3)²·(1/3)².
        foreach (double value in TensorAssert.Values(energy))
            Assert.InRange(value, 1 - 1e-6, 1 + 1e-12);
    }

    [Property(MaxTest = 20)]
    public void TheWeightsScaleDoesNotMatter(ModulatedCase drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight, Tensor styles, Tensor gain) = drawn.Tensors();
        if (drawn.Size + 2 * drawn.Padding < drawn.Kernel)
            return;
        TensorAssert.Within(
            ModulatedConv.Apply(x, weight, styles, true, drawn.Padding, gain),
            ModulatedConv.Apply(x, weight * 1000, styles * 0.001, true, drawn.Padding, gain),
            ModulatedConv.Apply(x.abs(), weight.abs(), styles.abs(), true, drawn.Padding, gain), Tolerance, "y");
    }

    private static Tensor Flat(Tensor[] tensors) => cat(tensors.Select(t => t.reshape(-1)).ToArray());

    // |y| is at most the magnitude m: the slope 2y + 3m of the loss in y does not vanish with y.
    private static Tensor[] Derivatives(Tensor y, Tensor magnitude, Tensor[] inputs)
    {
        Tensor probe = (arange(y.numel(), ScalarType.Float64).reshape(y.shape) * 0.7).cos();
        IList<Tensor> first = autograd.grad([((y.square() + y * magnitude * 3) * probe).sum()], inputs, null, true, true);
        Tensor loss = first.Select(gradient => gradient.square().sum()).Aggregate((a, b) => a + b);
        return [y, .. first, .. autograd.grad([loss], inputs, null, true, false)];
    }

    private static Tensor Definition(Tensor x, Tensor weight, Tensor styles, Tensor gain, ModulatedCase drawn)
    {
        Tensor w = weight, s = styles;
        if (drawn.Demodulate)
        {
            w *= w.square().mean([1, 2, 3], true).rsqrt();
            s *= s.square().mean().rsqrt();
        }
        w = w.unsqueeze(0) * s.reshape(drawn.Batch, 1, drawn.Inputs, 1, 1);
        if (drawn.Demodulate)
            w *= (w.square().sum([2, 3, 4], true) + 1e-8).rsqrt();
        w *= gain;
        var images = new List<Tensor>();
        for (int n = 0; n < drawn.Batch; n++)
            images.Add(nn.functional.conv2d(x.narrow(0, n, 1), w.select(0, n), null, [1, 1], [drawn.Padding, drawn.Padding], [1, 1], 1));
        return cat(images);
    }
}
