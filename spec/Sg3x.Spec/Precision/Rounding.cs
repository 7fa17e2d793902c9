using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Precision;

/// <summary>Places of a synthesis layer where a number may be stored in fewer bits. Sums never are.</summary>
[Flags]
public enum RoundingPoints
{
    None = 0,

    /// <summary>What enters the convolution, before anything is done to it.</summary>
    Input = 1,

    /// <summary>The convolution's weight: modulated, one per sample; or shared, only normalised.</summary>
    Weight = 2,

    /// <summary>The input times the style, where the weight is shared.</summary>
    ScaledInput = 4,

    /// <summary>What leaves the convolution (and the demodulation, where the weight is shared).</summary>
    Convolved = 8,

    Bias = 16,

    /// <summary>What leaves the filtered nonlinearity.</summary>
    Output = 32,
}

/// <summary>An emulation of a layer in lower precision: R(x) at the chosen points, everything between them in doubles.</summary>
/// <param name="Points">Where to round.</param>
/// <param name="R">Rounds one number.</param>
/// <param name="Shared">One weight for all samples (input and output channels scaled) instead of one per sample.</param>
public sealed record Rounding(RoundingPoints Points, Func<double, double> R, bool Shared = false)
{
    public static Rounding None { get; } = new(RoundingPoints.None, x => x);

    /// <summary>One weight per sample: input, weight, result of the convolution, bias and output in bfloat16.</summary>
    public static Rounding PerSample { get; } = new(
        RoundingPoints.Input | RoundingPoints.Weight | RoundingPoints.Convolved | RoundingPoints.Bias | RoundingPoints.Output,
        BFloat16.Round);

    /// <summary>One weight for all: as above, and the scaled input too.</summary>
    public static Rounding SharedWeight { get; } = new(
        PerSample.Points | RoundingPoints.ScaledInput, BFloat16.Round, Shared: true);

    public bool Has(RoundingPoints point) => (Points & point) != 0;

    public double At(RoundingPoints point, double x) => Has(point) ? R(x) : x;

    public double[][][,] At(RoundingPoints point, double[][][,] batch) =>
        Has(point) ? [.. batch.Select(image => image.Select(plane => Plane.Map(plane, R)).ToArray())] : batch;

    public double[,,,] At(RoundingPoints point, double[,,,] w)
    {
        if (!Has(point))
            return w;
        var rounded = new double[w.GetLength(0), w.GetLength(1), w.GetLength(2), w.GetLength(3)];
        for (int o = 0; o < w.GetLength(0); o++)
            for (int i = 0; i < w.GetLength(1); i++)
                for (int j = 0; j < w.GetLength(2); j++)
                    for (int k = 0; k < w.GetLength(3); k++)
                        rounded[o, i, j, k] = R(w[o, i, j, k]);
        return rounded;
    }
}
