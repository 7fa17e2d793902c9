using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>The losses: non-saturating logistic (Goodfellow et al., 2014) with the R1 penalty (Mescheder et al., 2018).</summary>
public static class Losses
{
    /// <summary>E[−log σ(D(G(z)))] = E[softplus(−D(G(z)))].</summary>
    /// <param name="fakeLogits">D's verdict on generated images, [N, 1].</param>
    /// <returns>The mean, a scalar.</returns>
    public static Tensor Generator(Tensor fakeLogits) => nn.functional.softplus(-fakeLogits).mean();

    /// <summary>The generated images' part of D's loss, E[−log(1 − σ(D(G(z))))] = E[softplus(D(G(z)))].</summary>
    /// <param name="fakeLogits">D's verdict on generated images, [N, 1].</param>
    /// <returns>The mean, a scalar.</returns>
    public static Tensor DiscriminatorOnFake(Tensor fakeLogits) => nn.functional.softplus(fakeLogits).mean();

    /// <summary>The real images' part of D's loss, E[−log σ(D(x))] = E[softplus(−D(x))].</summary>
    /// <param name="realLogits">D's verdict on real images, [N, 1].</param>
    /// <returns>The mean, a scalar.</returns>
    public static Tensor DiscriminatorOnReal(Tensor realLogits) => nn.functional.softplus(-realLogits).mean();

    /// <summary>The penalty without its weight, E‖∇ₓ D(x)‖², differentiable itself.</summary>
    /// <param name="realLogits">D's verdict on real images, [N, 1].</param>
    /// <param name="real">Those images, [N, 3, H, W], requiring a gradient; before any augmentation or blur.</param>
    /// <returns>The mean over the images, a scalar.</returns>
    public static Tensor R1(Tensor realLogits, Tensor real)
    {
        // The sum's gradient is every image's own: D looks at images together only in the minibatch deviation, as in SG2.
        Tensor gradient = autograd.grad([realLogits.sum()], [real], retain_graph: true, create_graph: true)[0];
        return gradient.square().sum(1, 2, 3).mean();
    }
}
