using static TorchSharp.torch;

namespace Sg3x.Configuration;

/// <summary>Every value that shapes how the networks are trained. The defaults are the paper's.</summary>
public sealed record TrainingConfig
{
    /// <summary>The names that <see cref="Precision"/> may have, for people.</summary>
    public const string Precisions = $"{Float32} or {BFloat16}";

    private const string Float32 = "float32";
    private const string BFloat16 = "bfloat16";

    /// <summary>Seed of the run: initial weights, latents, order of the images, fixed latents of the sample grids.</summary>
    public long Seed { get; init; }

    /// <summary>A network whose weights the run begins with, where they fit; empty: random weights.</summary>
    public string Init { get; init; } = "";

    /// <summary>
    /// Names, separated by commas, of the checks of the configuration that the run departs from on purpose; empty: none.
    /// </summary>
    public string Waived { get; init; } = "";

    /// <summary>Device that trains: <c>auto</c> (CUDA where there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// In what layers store and multiply: <c>float32</c> or <c>bfloat16</c>. Weights, norms, averages, losses, sums of products, the
    /// Fourier features, the image and D's last block are float32 with either.
    /// </summary>
    public string Precision { get; init; } = Float32;

    /// <summary>
    /// Keep only the inputs of the generator's layers for its backward pass and compute the layers again there: less memory, more
    /// time, the same bits.
    /// </summary>
    public bool Rematerialise { get; init; }

    /// <summary>Threads of one tensor operation on the CPU; 0 takes one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Length of the run in thousands of real images shown to the discriminator.</summary>
    public double Kimg { get; init; } = 25000;

    /// <summary>Images of one optimiser step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>
    /// Images that go through the networks at once, a divisor of <see cref="Batch"/>; the gradients of the parts are accumulated.
    /// Null: the whole batch.
    /// </summary>
    public int? BatchDevice { get; init; }

    /// <summary>Learning rate of G.</summary>
    public double GeneratorLearningRate { get; init; } = 0.0025;

    /// <summary>Learning rate of D, before the correction for lazy regularisation.</summary>
    public double DiscriminatorLearningRate { get; init; } = 0.002;

    /// <summary>Adam's β₁, before the correction for lazy regularisation.</summary>
    public double AdamBeta1 { get; init; }

    /// <summary>Adam's β₂, before the correction for lazy regularisation.</summary>
    public double AdamBeta2 { get; init; } = 0.99;

    /// <summary>Adam's ε.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Weight γ of the R1 penalty γ/2·E‖∇D‖².</summary>
    public double R1Gamma { get; init; } = 2;

    /// <summary>Iterations from one R1 step to the next.</summary>
    public int R1Interval { get; init; } = 16;

    /// <summary>Half-life of the moving average of G's weights in thousands of images; null: batch·10/32.</summary>
    public double? EmaHalfLifeKimg { get; init; }

    /// <summary>
    /// Upper limit of the half-life as a share of the images seen so far, so that the average forgets its start; null: no limit.
    /// </summary>
    public double? EmaRampup { get; init; } = 0.05;

    /// <summary>Half-life of the moving averages of the layers' input magnitude σ² in thousands of images.</summary>
    public double MagnitudeHalfLifeKimg { get; init; } = 20;

    /// <summary>Initial σ, in pixels, of the blur of all that D sees (10 in config R); 0: none.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Thousands of images over which the blur fades; null: 200·batch/32.</summary>
    public double? BlurFadeKimg { get; init; }

    /// <summary>Whether <see cref="Precision"/> may have this name.</summary>
    public static bool IsPrecision(string name) => name is Float32 or BFloat16;

    /// <summary>In what layers store and multiply by <see cref="Precision"/>; null: in that of their weights, float32.</summary>
    public ScalarType? ComputeType() => Precision == BFloat16 ? ScalarType.BFloat16 : null;
}
