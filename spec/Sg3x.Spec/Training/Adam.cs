namespace Sg3x.Spec.Training;

/// <summary>lr, β₁, β₂, ε.</summary>
public readonly record struct AdamConstants(double Lr, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>The generator's.</summary>
    public static AdamConstants Generator { get; } = new(0.0025, 0, 0.99, 1e-8);

    /// <summary>The discriminator's before the correction for lazy R1.</summary>
    public static AdamConstants Discriminator { get; } = new(0.002, 0, 0.99, 1e-8);
}

/// <summary>
/// Adam (Kingma and Ba, algorithm 1) of one number θ, from m = v = t = 0:
/// <code>
///   t ← t + 1,   m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²
///   θ ← θ − lr·(m / (1 − β₁^t)) / (√(v / (1 − β₂^t)) + ε)
/// </code>
/// </summary>
public sealed class Adam(AdamConstants constants)
{
    private double m;
    private double v;
    private int t;

    /// <summary>θ after a step with gradient g.</summary>
    public double Step(double θ, double g)
    {
        (double lr, double β1, double β2, double ε) = constants;
        t++;
        m = β1 * m + (1 - β1) * g;
        v = β2 * v + (1 - β2) * g * g;
        double mHat = m / (1 - Math.Pow(β1, t)), vHat = v / (1 - Math.Pow(β2, t));
        return θ - lr * mHat / (Math.Sqrt(vHat) + ε);
    }
}
