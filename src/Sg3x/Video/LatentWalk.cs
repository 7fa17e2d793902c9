using Sg3x.Data;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Video;

/// <summary>Where a walk goes on its way from one key to the next.</summary>
public enum WalkSpace
{
    /// <summary>
    /// Along great circles between latents z: sin((1 − t)ω)/sin ω · z₀ + sin(tω)/sin ω · z₁, ω the angle between them, as long as its
    /// ends are.
    /// </summary>
    Z,

    /// <summary>Along straight lines between intermediate latents w, which have no common length.</summary>
    W,
}

/// <summary>How fast a walk goes between its keys.</summary>
public enum WalkEasing
{
    /// <summary>At one speed, with a corner at each key.</summary>
    Linear,

    /// <summary>t ← t²(3 − 2t): it comes to rest at each key.</summary>
    Smooth,
}

/// <summary>A way through the latents of numbered images (<see cref="SeededImages"/>).</summary>
/// <param name="Seeds">Its keys, at least one.</param>
/// <param name="Space">Where it goes.</param>
/// <param name="Easing">How fast.</param>
/// <param name="Loop">Whether it goes back from the last key to the first.</param>
public sealed record LatentWalk(IReadOnlyList<long> Seeds, WalkSpace Space, WalkEasing Easing, bool Loop)
{
    /// <summary>The class of all images; null of a generator without classes.</summary>
    public int? Class { get; init; }

    /// <summary>Ways from one key to another.</summary>
    public int Legs => Seeds.Count == 1 ? 0 : Loop ? Seeds.Count : Seeds.Count - 1;

    /// <summary>The intermediate latents at a place of the way.</summary>
    /// <param name="generator">The generator, in evaluation mode.</param>
    /// <param name="truncation">ψ; 1 is no truncation.</param>
    /// <param name="place">0 at the first key, 1 at the second, to <see cref="Legs"/>.</param>
    /// <returns>ws, [1, NumWs, WDim].</returns>
    public Tensor At(Networks.Generator generator, double truncation, double place)
    {
        ArgumentNullException.ThrowIfNull(generator);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int leg = Math.Clamp((int)Math.Floor(place), 0, Math.Max(Legs - 1, 0));
        double t = Math.Clamp(place - leg, 0, 1);
        t = Easing == WalkEasing.Smooth ? t * t * (3 - 2 * t) : t;
        Tensor from = Latent(generator, leg), to = Latent(generator, (leg + 1) % Seeds.Count);
        Tensor? c = Class is int number ? ImageLabels.OneHot([number], generator.Config.CDim, from.device) : null;
        Tensor ws = Space == WalkSpace.Z
            ? generator.Map(Slerp(from, to, t), c, truncation)
            : generator.Map(from, c, truncation) * (1 - t) + generator.Map(to, c, truncation) * t;
        return ws.MoveToOuterDisposeScope();
    }

    /// <summary>The latent on the great circle between two, with a length between theirs.</summary>
    /// <param name="from">z₀, [1, D].</param>
    /// <param name="to">z₁, of that shape.</param>
    /// <param name="t">0 at z₀ to 1 at z₁.</param>
    public static Tensor Slerp(Tensor from, Tensor to, double t)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        using DisposeScope scope = NewDisposeScope();
        double cosine = ((from * to).sum() / (from.square().sum() * to.square().sum()).sqrt()).to(ScalarType.Float64).item<double>();
        double angle = Math.Acos(Math.Clamp(cosine, -1, 1)), sine = Math.Sin(angle);

        // Of latents that are almost parallel the great circle is the line; of opposite ones there is no one circle.
        (double a, double b) = sine < 1e-6 ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
        return (from * a + to * b).MoveToOuterDisposeScope();
    }

    private Tensor Latent(Networks.Generator generator, int key) =>
        SeededImages.Latent(Seeds[key], generator.Config.ZDim).to(generator.parameters().First().device);
}
