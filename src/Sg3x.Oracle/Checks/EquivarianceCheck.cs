using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Equivariance of a whole generator with random weights, integer and fractional: that of the same generator by definition, not
/// a figure
/// of its own, since the border, the width and the image's level all move it. The image's own variance is the signal, with a
/// floor.
/// </summary>
internal sealed class EquivarianceCheck : NarrowCheck
{
    // Beyond it float32 has a say.
    private const double Most = 90;

    public override string Id => "network.equivariance";

    public override string Equation =>
        "AFG 3, equation 3: 10·log10(var g / E(t(g(z0; w)) − g(t(z0); w))²), against the definition's for the same weights";

    public override string ToleranceBasis =>
        "0.2 dB: float32 errors of 10⁻⁶ of the image lie 60 dB below the 10⁻³ that the border leaves, and less than 5 % of its "
            + "power with it; 90 dB and more count alike";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        var spec = new Spec.Networks.Generator(Bridge.Schedule(config), Narrow.State(generator));
        double[] before = spec.State["synthesis.input.transform"].Values;
        double[][] z = [draw.Row(config.ZDim)];
        using IDisposable quiet = no_grad();
        Tensor ws = subject.Networks.Map(generator, subject.Tensor(z[0], [1, config.ZDim], ScalarType.Float32), 1, false);
        double[][] w = spec.Map(z, Bridge.Labels(1, config.CDim));

        int size = config.Resolution;
        (double X, double Y)[] translations = [(3, -2), (2.4, 3.3)];
        double[][,] stillExpected = spec.Synthesize(w, new() { Transform = Translation.User(0, 0) })[0],
            stillMeasured = Produce(0, 0);
        foreach ((double x, double y) in translations)
        {
            bool whole = x == Math.Round(x) && y == Math.Round(y);
            Psnr expected =
                Measure(stillExpected, spec.Synthesize(w, new() { Transform = Translation.User(x / size, y / size) })[0]);
            Psnr measured = Measure(stillMeasured, Produce(x / size, y / size));
            double error = Math.Abs(Math.Min(measured.VarianceDecibels, Most) - Math.Min(expected.VarianceDecibels, Most));
            yield return new Finding(
                $"{(whole ? "integer" : "fractional")} translation by ({x}, {y})", $"{expected.VarianceDecibels:F2} dB",
                    $"{measured.VarianceDecibels:F2} dB",
                error, 0.2, error <= 0.2 ? null
                    : "the image does not follow its input as the definition's does: filters, padding or the input's transform");

            Psnr Measure(double[][,] still, double[][,] moved)
            {
                var psnr = new Psnr();
                psnr.Add(whole ? Translation.ByPixels(still, (int)x, (int)y) : Translation.Fractional(still, x, y), moved);
                return psnr;
            }
        }
        double level = Plane.MeanSquare([stillMeasured]);
        yield return new Finding("mean square of the image", "above 1e−4", $"{level:G3}", level > 1e-4 ? 0 : 1, 0,
            "a black image is perfectly equivariant");

        generator.Synthesis.Input.SetTransform(subject.Tensor(before, [3, 3], ScalarType.Float32));

        double[][,] Produce(double tx, double ty)
        {
            double[] user = [.. Translation.User(tx, ty).Cast<double>()];
            generator.Synthesis.Input.SetTransform(subject.Tensor(user, [3, 3], ScalarType.Float32));
            return Bridge.Planes(subject.Networks.Synthesize(generator, ws, false))[0];
        }
    }
}
