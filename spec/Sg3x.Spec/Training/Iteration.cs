namespace Sg3x.Spec.Training;

/// <summary>A step of an iteration.</summary>
public enum Phase
{
    /// <summary>G's optimiser, on L_G of images of its own z.</summary>
    Generator,

    /// <summary>D's optimiser, on L_D of images of another z, and of real ones.</summary>
    Discriminator,

    /// <summary>D's optimiser again, on R1 of the same real images, augmented anew.</summary>
    R1,

    /// <summary>G_ema.</summary>
    Average,
}

/// <summary>
/// An iteration i = 0, 1, … of training (SG2 section 3.1; AFG appendix B):
/// <code>
///   G:   θ_G ← Adam(∇ E softplus(−D(A(G(z))))),                             z drawn for this phase
///   D:   θ_D ← Adam(∇ E softplus(D(A'(G(z')))) + E softplus(−D(A''(x)))),   z' drawn for this one
///   R1:  θ_D ← Adam(∇ k·γ/2·E‖∇ₓD(A'''(x))‖²) where i = 0, k, 2k, …         the same Adam and x
///   then G_ema ← β·G_ema + (1 − β)·G, then p by the signs of D(A''(x)) and D(A'''(x))
/// </code>
/// Each sees what the ones before it made. A is the augmentation of each image by draws of its own, anew in each place
/// (<see cref="Augmentation.Pipeline"/>); R1's gradient is with respect to the image before it. σ² and w_avg move in the
/// generator pass of D alone.
/// With classes D is D(·, c) and G is G(·, c), c the images' own labels or, of generated ones, drawn as
/// <see cref="ClassLabels"/> says.
/// </summary>
public static class Iteration
{
    /// <summary>k.</summary>
    public const int R1Interval = 16;

    /// <summary>The steps of an iteration, in order.</summary>
    public static IEnumerable<Phase> Phases(int iteration, int interval = R1Interval) =>
        LazyRegularization.Takes(iteration, interval)
            ? [Phase.Generator, Phase.Discriminator, Phase.R1, Phase.Average]
            : [Phase.Generator, Phase.Discriminator, Phase.Average];

    /// <summary>Whether σ² and w_avg move in a phase's generator pass.</summary>
    public static bool MovesAverages(Phase phase) => phase == Phase.Discriminator;

    /// <summary>What E‖∇D‖² is multiplied by in a step on it.</summary>
    public static double R1Weight(double γ, int interval) => GradientPenalty.Lazy(γ / 2, interval);
}
