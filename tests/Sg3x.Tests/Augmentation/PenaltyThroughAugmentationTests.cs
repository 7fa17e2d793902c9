using Sg3x.Augmentation;
using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>R1 differentiates D(augment(x)) by x and the result by D's weights.</summary>
public sealed class PenaltyThroughAugmentationTests
{
    [Theory]
    [InlineData("bgc")]
    [InlineData("bgcfnc")]
    public void Its_gradient_is_that_of_finite_differences(string name)
    {
        using IDisposable scope = NewDisposeScope();
        DiscriminatorConfig config = new() { Resolution = 16, ChannelBase = 64, ChannelMax = 6 };
        using Discriminator d = new(config, 3, CPU);
        d.@double();
        using AugmentationPipeline pipeline = new(AugmentationKinds.Named(name), 16, CPU);
        Tensor p = ones([], dtype: ScalarType.Float64);
        using torch.Generator generator = new(9);
        Tensor images = randn([4, 3, 16, 16], dtype: ScalarType.Float64, generator: generator) * 0.5;
        Tensor[] weights = [.. d.named_parameters().Select(w => (Tensor)w.parameter)];
        Tensor[] directions = [.. weights.Select(w => randn(w.shape, dtype: ScalarType.Float64, generator: generator))];

        // Biases begin at 0, which with what cutout makes 0 is a kink of the leaky ReLU.
        Move(0.1);
        Tensor x = images.detach().requires_grad_();
        Tensor logits = d.forward(pipeline.Apply(x, p, 11));
        Tensor penalty = Losses.R1(logits, x);
        IList<Tensor> gradients = autograd.grad([penalty + (logits.sum() * 0)], weights);
        CustomBackward.ThrowIfFailed();
        double found = gradients.Zip(directions).Sum(pair => (pair.First * pair.Second).sum().item<double>());

        // The penalty is smooth between the kinks of leaky ReLUs, and jumps there; a step of 1e−7 meets none for these draws.
        const double epsilon = 1e-7;
        double difference = (At(epsilon) - At(-epsilon)) / (2 * epsilon);
        Assert.True(Math.Abs(found) > 1e-3, $"{found}");
        Assert.Equal(difference, found, 1e-6 * Math.Abs(found));

        double At(double step)
        {
            Move(step);
            Tensor leaf = images.detach().requires_grad_();
            double value = Losses.R1(d.forward(pipeline.Apply(leaf, p, 11)), leaf).item<double>();
            Move(-step);
            return value;
        }

        void Move(double step)
        {
            using IDisposable quiet = no_grad();
            foreach ((Tensor weight, Tensor direction) in weights.Zip(directions))
                weight.add_(direction, step);
        }
    }
}
