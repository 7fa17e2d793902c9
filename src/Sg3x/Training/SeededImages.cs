using Sg3x.Data;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Training;

/// <summary>Images of a generator from numbered latents: the same seed gives the same image, whatever else is made beside
/// it.</summary>
public static class SeededImages
{
    /// <summary>The latent of a seed.</summary>
    /// <param name="seed">Any number from 0.</param>
    /// <param name="zDim">Dimensions of z.</param>
    /// <returns>z, float32 [1, zDim] on the CPU, drawn there from the standard normal distribution.</returns>
    public static Tensor Latent(long seed, int zDim) =>
        CounterRandom.Normal(CounterRandom.Seed(seed, RandomPurpose.NumberedLatents), CPU, 1, zDim);

    /// <summary>The image of a seed.</summary>
    /// <param name="generator">A generator in evaluation mode.</param>
    /// <param name="seed">Any number from 0.</param>
    /// <param name="truncation">ψ of w ← w_avg + ψ(w − w_avg); 1 leaves w as it is.</param>
    /// <param name="device">Where the generator is.</param>
    /// <param name="number">The class; null of a generator without classes.</param>
    /// <returns>float32 [1, 3, R, R] on the CPU, in about [−1, 1].</returns>
    /// <exception cref="UserException">The image holds values that are not finite: the network is damaged.</exception>
    public static Tensor Image(Generator generator, long seed, double truncation, Device device, int? number = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        using IDisposable ungraded = no_grad();
        using var scope = NewDisposeScope();
        Tensor z = Latent(seed, generator.Config.ZDim).to(device);
        Tensor? c = number is int k ? ImageLabels.OneHot([k], generator.Config.CDim, device) : null;
        Tensor image = generator.Synthesize(generator.Map(z, c, truncation)).cpu();
        if (!float.IsFinite(image.abs().sum().item<float>()))
        {
            throw UserException.Mismatch($"seed {seed}", "an image of finite values",
                "others: the network's weights are damaged");
        }

        return image.MoveToOuterDisposeScope();
    }
}
