using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>What a random draw is for; part of what its seed is made of.</summary>
public enum RandomPurpose
{
    /// <summary>Initial weights of G.</summary>
    GeneratorWeights = 1,

    /// <summary>Initial weights of D.</summary>
    DiscriminatorWeights = 2,

    /// <summary>Order and flips of the real images.</summary>
    DataOrder = 3,

    /// <summary>Latents of the generator's step.</summary>
    GeneratorLatents = 4,

    /// <summary>Latents of the discriminator's step.</summary>
    DiscriminatorLatents = 5,

    /// <summary>The fixed latents of the sample grids.</summary>
    GridLatents = 6,

    /// <summary>The fixed latents of the distance to the real images.</summary>
    DistanceLatents = 7,

    /// <summary>Projections and patches of the distance to the real images.</summary>
    DistanceProjections = 8,

    /// <summary>The latents of single images that are asked for by number.</summary>
    NumberedLatents = 9,

    /// <summary>Labels of the generator's step.</summary>
    GeneratorLabels = 10,

    /// <summary>Labels of the images that are generated for the discriminator's step.</summary>
    DiscriminatorLabels = 11,

    /// <summary>The fixed labels of the distance to the real images.</summary>
    DistanceLabels = 12,

    /// <summary>The labels of single images that are asked for by number.</summary>
    NumberedLabels = 13,

    /// <summary>Augmentation of the images of the generator's step.</summary>
    GeneratorAugmentation = 20,

    /// <summary>Augmentation of the generated images of the discriminator's step.</summary>
    FakeAugmentation = 21,

    /// <summary>Augmentation of the real images of the discriminator's step.</summary>
    RealAugmentation = 22,

    /// <summary>Augmentation of the real images of R1's step.</summary>
    PenaltyAugmentation = 23,

    /// <summary>The noise of one augmented image.</summary>
    AugmentationNoise = 24,
}

/// <summary>
/// Random numbers as a function of (seed of the run, purpose, iteration): a run has no random state to lose, so that one that was
/// stopped and resumed draws what one never stopped would have drawn.
/// </summary>
public static class CounterRandom
{
    /// <summary>
    /// The seed of one draw. libtorch's generator on the CPU takes the lower 32 bits: of n draws about n²/2³³ pairs are alike by
    /// chance.
    /// </summary>
    /// <param name="runSeed">Seed of the run.</param>
    /// <param name="purpose">What the draw is for.</param>
    /// <param name="iteration">Iteration, from 0; 0 for what is drawn once.</param>
    /// <returns>A seed from 0 to 2^63 − 1.</returns>
    public static long Seed(long runSeed, RandomPurpose purpose, long iteration = 0)
    {
        ulong mixed = Mix((ulong)runSeed);
        mixed = Mix(mixed + (ulong)purpose);
        mixed = Mix(mixed + (ulong)iteration);
        return (long)(mixed >> 1);
    }

    /// <summary>Draws from the standard normal distribution.</summary>
    /// <param name="seed">From <see cref="Seed"/>.</param>
    /// <param name="device">Device of the result. The draw itself is made on the CPU, so that it is the same for every
    /// device.</param>
    /// <param name="shape">Sizes of the result.</param>
    /// <returns>float32 of the given shape.</returns>
    public static Tensor Normal(long seed, Device device, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        using Tensor values = randn(shape, dtype: ScalarType.Float32, generator: generator);
        return DeviceTransfer.Send(values, device);
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): increment and finaliser.</summary>
    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x += 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
