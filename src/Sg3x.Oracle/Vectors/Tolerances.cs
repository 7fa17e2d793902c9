using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Vectors;

/// <summary>How far production may be from a reference, relative to the tensor's largest value, and where that figure comes
/// from.</summary>
/// <param name="Value">The largest relative difference that passes.</param>
/// <param name="Basis">Its derivation in a few words.</param>
public readonly record struct Tolerance(double Value, string Basis);

/// <summary>
/// Tolerances from the arithmetic. Both sides round every operation to a relative u (2⁻²⁴ in float32, 2⁻⁵³ in float64) but sum
/// in different orders. Rounding errors of a sum of n terms behave like a random walk, √n·u of its typical size (Higham and
/// Mary 2019), and those of successive layers, each of which brings its signal back to unit scale, are independent: after layers
/// of n₁, n₂, … terms they come to √(n₁ + n₂ + …)·u. The largest of many such differences is a few times the typical one, and
/// so is the largest value they are measured against; a factor of 4 covers what remains between the two.
/// </summary>
public static class Tolerances
{
    private const double SingleRoundoff = 5.9604644775390625e-8;
    private const double Spread = 4;

    // A gradient carries the rounding of the forward pass that it starts from and of the pass back, sums over all pixels besides,
    // and jumps by a factor of five where rounding moves an activation across zero.
    private const double GradientFactor = 5;

    /// <summary>Names, counts, flags: equal.</summary>
    public static Tolerance Exact { get; } = new(0, "equal");

    /// <summary>
    /// Frequencies: a handful of double operations with exponents up to the number of layers, and the power function's own
    /// error: 64 roundings of 2⁻⁵³.
    /// </summary>
    public static Tolerance Frequency { get; } = new(64 * 1.1102230246251565e-16, "64 float64 roundings");

    /// <summary>Filter taps: computed in double on both sides, then rounded to float32: neighbouring floats at worst.</summary>
    public static Tolerance Taps { get; } = new(2 * SingleRoundoff, "one float32 unit in the last place");

    /// <summary>
    /// Ops in float64: sums of at most a few hundred terms at 2⁻⁵³ each, √n·u ≈ 2e−15. The reference's own float64 sums err as
    /// much, and its reductions over whole arrays more; 1e−12 leaves three digits and is a million times below float32.
    /// </summary>
    public static Tolerance DoubleOps { get; } = new(1e-12, "float64 sums of some hundred terms");

    /// <summary>Ops given in float32: sums of some hundred terms, as one layer of a network.</summary>
    public static Tolerance SingleOps { get; } = new(Spread * SingleRoundoff * 32, "4·2⁻²⁴·√1024 terms");

    /// <summary>Intermediate latents: the fully connected layers of the mapping.</summary>
    public static Tolerance Latents(GeneratorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Sums(MappingTerms(config), "mapping");
    }

    /// <summary>Images: the mapping, the Fourier input and the convolution and filters of every layer.</summary>
    public static Tolerance Images(LayerSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return Sums(GeneratorTerms(schedule), "all layers");
    }

    /// <summary>Gradients through the whole generator.</summary>
    public static Tolerance GeneratorGradients(LayerSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return Gradient(GeneratorTerms(schedule));
    }

    /// <summary>
    /// Moving averages after an update: a + (1 − β)(x − a) in float32, a dozen roundings with the mean that goes in; of the
    /// forward pass's own error only the share 1 − β ≤ 0.002 gets through.
    /// </summary>
    public static Tolerance Averages(LayerSchedule schedule)
    {
        double forward = Images(schedule).Value;
        return new((16 * SingleRoundoff) + (0.002 * forward), "16·2⁻²⁴ and 0.002 of the forward pass's");
    }

    /// <summary>Logits: every convolution and both fully connected layers.</summary>
    public static Tolerance Logits(DiscriminatorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Sums(DiscriminatorTerms(config), "all layers");
    }

    /// <summary>R1 penalties and their gradients: squares of a gradient, and one more pass back through them.</summary>
    public static Tolerance Penalties(DiscriminatorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Gradient(DiscriminatorTerms(config));
    }

    /// <summary>
    /// Augmented images: the file's positions are float32, so the image, its reflections and the margins, 3·size pixels, are known to
    /// 2⁻²⁴ of that through eight factors, and change by up to their largest value a pixel.
    /// </summary>
    /// <param name="size">Width of the images.</param>
    public static Tolerance Augmented(int size) =>
        new(8 * SingleRoundoff * 3 * size, FormattableString.Invariant($"8·2⁻²⁴·{3 * size} pixels"));

    private static Tolerance Sums(double terms, string what) =>
        new(Spread * SingleRoundoff * Math.Sqrt(terms), FormattableString.Invariant($"4·2⁻²⁴·√{terms:0} terms ({what})"));

    private static Tolerance Gradient(double terms) =>
        new(GradientFactor * Spread * SingleRoundoff * Math.Sqrt(terms),
            FormattableString.Invariant($"5·4·2⁻²⁴·√{terms:0} terms (gradient)"));

    private static double MappingTerms(GeneratorConfig config) =>
        config.ZDim + (double)config.WDim * config.MappingLayers + (config.CDim > 0 ? config.CDim + (double)config.WDim : 0);

    private static double GeneratorTerms(LayerSchedule schedule)
    {
        GeneratorConfig config = schedule.Config;
        double terms = MappingTerms(config) + schedule.Input.Channels;
        foreach (LayerPlan layer in schedule.Layers)
        {
            // zero insertion leaves one tap in `up` to meet a sample; a radial filter is not separable
            double up = 2.0 * layer.UpTaps / layer.Up;
            double down = layer.DownRadial ? (double)layer.DownTaps * layer.DownTaps : 2.0 * layer.DownTaps;
            terms += (double)layer.InChannels * layer.Kernel * layer.Kernel + config.WDim + up + down;
        }

        return terms;
    }

    private static double DiscriminatorTerms(DiscriminatorConfig config)
    {
        double terms = config.ImageChannels;
        for (int resolution = config.Resolution; resolution > 4; resolution /= 2)
        {
            // two 3×3 convolutions, the resampling filter, the 1×1 skip
            terms += Discriminator.Channels(config, resolution) * (9.0 + 9 + 1) + 16;
        }

        double last = Discriminator.Channels(config, 4);
        double classes = config.CDim > 0 ? config.CDim + 8 * last + last : 0;
        return terms + 9 * (last + 1) + 16 * last + last + classes;
    }
}
