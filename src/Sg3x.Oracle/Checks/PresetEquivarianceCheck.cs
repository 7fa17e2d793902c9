using Sg3x.Configuration;
using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// What the papers promise of the presets: an image follows its input to 60 dB. No law, so no other configuration is asked: a
/// smaller margin, a higher first cutoff or a stronger image have less. Measured with random weights, before any training.
/// </summary>
internal sealed class PresetEquivarianceCheck : ICheck
{
    public const double Least = 60;

    private const int Images = 4;
    private const int Channels = 8;

    public string Id => "preset.equivariance";

    public string Equation =>
        "AFG 3, equation 3, table 3: EQ-T = 10·log10(2²/E(t(g(z0; w)) − g(t(z0); w))²) ≥ 60 dB, untrained, presets only";

    public string ToleranceBasis => $"the image's own size and schedule, {Channels} channels at most, {Images} images that share "
        + "one error: translations up to ⅛ of the image, in pixels and in fractions of them";

    public bool Quick => false;

    public IEnumerable<Finding> Run(Subject subject)
    {
        if (!IsPreset(subject))
            yield break;
        GeneratorConfig config = subject.Config with { ChannelMax = Math.Min(subject.Config.ChannelMax, Channels), ZDim = 16,
            WDim = 16 };
        using Networks.Generator generator = subject.Generator(config, subject.Seed);
        using IDisposable quiet = no_grad();
        var draw = new Draw(subject.Seed);
        Psnr whole = new(), fractional = new();
        double level = 0;
        for (int i = 0; i < Images; i++)
        {
            Tensor z = subject.Tensor(draw.Row(config.ZDim), [1, config.ZDim], ScalarType.Float32);
            Tensor ws = subject.Networks.Map(generator, z, 1, false);
            double[][,] still = Produce(0, 0);
            level += Spec.Signals.Plane.MeanSquare([still]) / Images;
            double tx = Shift(), ty = Shift(), x = Math.Round(tx), y = Math.Round(ty);
            whole.Add(Translation.ByPixels(still, (int)x, (int)y), Produce(x, y));
            fractional.Add(Translation.Fractional(still, tx, ty), Produce(tx, ty));

            double[][,] Produce(double tx, double ty)
            {
                using IDisposable scope = NewDisposeScope();
                double[] user = [.. Translation.User(tx / config.Resolution, ty / config.Resolution).Cast<double>()];
                generator.Synthesis.Input.SetTransform(subject.Tensor(user, [3, 3], ScalarType.Float32));
                return Bridge.Planes(subject.Networks.Synthesize(generator, ws, false))[0];
            }
        }
        yield return AtLeast("integer translations", whole);
        yield return AtLeast("fractional translations", fractional);
        yield return new Finding("mean square of the images", "above 1e−4", $"{level:G3}", level > 1e-4 ? 0 : 1, 0,
            level > 1e-4 ? null : "a black image is perfectly equivariant");

        double Shift() => draw.Uniform(-0.125, 0.125) * config.Resolution;
    }

    public string? LeavesOut(Subject subject) => IsPreset(subject) ? null : "the configuration is no preset's";

    private static bool IsPreset(Subject subject) => Presets.Names.Any(name => Presets.Get(name).Generator == subject.Config);

    // The share of the error that 60 dB allow.
    private static Finding AtLeast(string where, Psnr psnr)
    {
        double share = Math.Pow(10, (Least - psnr.Decibels) / 10);
        return new Finding(where, $"at least {Least} dB", $"{psnr.Decibels:F1} dB, {psnr.VarianceDecibels:F1} dB over the"
            + $" image's variance",
            share, 1, share <= 1 ? null : "aliasing: margins, filters or the upsampling around the nonlinearity are not the"
                + " paper's");
    }
}
