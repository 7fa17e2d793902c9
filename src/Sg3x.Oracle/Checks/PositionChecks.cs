using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using static TorchSharp.torch;
using SpecGenerator = Sg3x.Spec.Networks.Generator;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// What else than the Fourier features tells a pixel where it is: with features that are the same everywhere, nothing but the
/// border may,
/// and that as the definition has it.
/// </summary>
internal sealed class PositionCheck : NarrowCheck
{
    public override string Id => "network.position";

    public override string Equation =>
        "AFG 3: absolute position enters through the Fourier features alone: f = 0 leaves a constant image but for the border";

    public override string ToleranceBasis => "as the generator's";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        using IDisposable quiet = no_grad();
        generator.state_dict()["synthesis.input.freqs"].zero_();
        var spec = new SpecGenerator(Bridge.Schedule(config), Narrow.State(generator));
        double[] z = draw.Row(config.ZDim);
        double[][] w = spec.Map([z]);
        double[][][,] images = spec.Synthesize(w);
        Tensor ws = subject.Networks.Map(generator, subject.Tensor(z, [1, config.ZDim], ScalarType.Float32), 1, false);
        Tensor measured = subject.Networks.Synthesize(generator, ws, false);
        double[] expected = [.. images.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
        yield return Differences.Array(
            "image of a constant input", measured.shape, expected, Bridge.Values(measured),
            ImageRounding.Tolerance(spec, spec.State, w, images),
            "something else knows where a pixel is: noise inputs, coordinates, or a border other than zeros");
    }
}

/// <summary>How far the border reaches into the image, at the margin asked about and with four pixels more.</summary>
internal sealed class BorderCheck : NarrowCheck
{
    private const int More = 4;

    public override string Id => "network.border";

    public override string Equation => "AFG 3.2: the border's error falls as the margin grows, var g / E(t(g(z0)) − g(t(z0)))²"
        + " rises, by "
        + "what the definition gives";

    public override string ToleranceBasis => "0.2 dB as for equivariance; where the border leaves next to nothing, 90 dB and"
        + " more count alike";

    protected override int Largest => 16;

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        Dictionary<string, Tensor> weights = generator.state_dict().ToDictionary(t => WithoutSize(t.Key), t => t.Value);
        double[] z = draw.Row(config.ZDim);
        var of = new List<(double Expected, double Measured)>();
        foreach (int margin in new[] { config.Margin, config.Margin + More })
        {
            GeneratorConfig wider = config with { Margin = margin };
            using Sg3x.Networks.Generator other = subject.Generator(wider, subject.Seed);
            using IDisposable quiet = no_grad();
            foreach ((string name, Tensor value) in other.state_dict())
                value.copy_(weights[WithoutSize(name)]);
            of.Add(Decibels(subject, other, z));
            yield return Compare($"margin of {margin} pixels", of[^1].Expected, of[^1].Measured);
        }
        yield return Compare(
            $"what {More} pixels more gain", of[1].Expected - of[0].Expected, of[1].Measured - of[0].Measured, 2);
    }

    private static (double Expected, double Measured) Decibels(Subject subject, Sg3x.Networks.Generator generator, double[] z)
    {
        GeneratorConfig config = generator.Config;
        var spec = new SpecGenerator(Bridge.Schedule(config), Narrow.State(generator));
        double[][] w = spec.Map([z]);
        Tensor ws = subject.Networks.Map(generator, subject.Tensor(z, [1, config.ZDim], ScalarType.Float32), 1, false);
        const int x = 2, y = -1;
        double size = config.Resolution;
        double expected = Of(t => spec.Synthesize(w, new() { Transform = t })[0]);
        double measured = Of(t =>
        {
            generator.Synthesis.Input.SetTransform(subject.Tensor([.. t.Cast<double>()], [3, 3], ScalarType.Float32));
            return Bridge.Planes(subject.Networks.Synthesize(generator, ws, false))[0];
        });
        return (Math.Min(expected, 90), Math.Min(measured, 90));

        double Of(Func<double[,], double[][,]> image)
        {
            var psnr = new Psnr();
            psnr.Add(Translation.ByPixels(image(Translation.User(0, 0)), x, y), image(Translation.User(x / size, y / size)));
            return psnr.VarianceDecibels;
        }
    }

    private static Finding Compare(string where, double expected, double measured, int times = 1)
    {
        double error = Math.Abs(expected - measured), tolerance = 0.2 * times;
        return new Finding(
            where, $"{expected:F2} dB", $"{measured:F2} dB", error, tolerance,
            error <= tolerance ? null
                : "padding, margins or crops are not the definition's: what lies beyond the border shows inside");
    }

    // synthesis.L3_52_512.weight → synthesis.L3.weight
    private static string WithoutSize(string name) =>
        string.Join('.', name.Split('.').Select(part => part.StartsWith('L') ? part.Split('_')[0] : part));
}
