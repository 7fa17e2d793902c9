using Sg3x.Networks;
using Sg3x.Oracle.Vectors;
using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>The whole generator, with a user transform, against its definition.</summary>
internal sealed class GeneratorCheck : NarrowCheck
{
    public override string Id => "network.generator";

    public override string Equation => "AFG 3, figure 4b: image = ¼·ToRGB(L_{N−1}(…L_0(Fourier features))), w = mapping(z)";

    public override string ToleranceBasis => "4·(√terms of all sums on the way + the largest phase)·2⁻²⁴, and what of it does"
        + " not cancel";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        var schedule = Bridge.Schedule(config);
        var spec = new Spec.Networks.Generator(schedule, Narrow.State(generator));

        double[][] z = [draw.Row(config.ZDim), draw.Row(config.ZDim)];
        Tensor latents = subject.Tensor([.. z.SelectMany(row => row)], [2, config.ZDim], ScalarType.Float32);
        using IDisposable quiet = no_grad();
        foreach (double ψ in new[] { 1, 0.6 })
        {
            double[][] w = spec.Map(z, ψ);
            double[] expected = [.. w.SelectMany(row => Enumerable.Repeat(row, schedule.NumWs).SelectMany(values => values))];
            Tensor ws = subject.Networks.Map(generator, latents, ψ, false);
            yield return Differences.Array(
                $"ws at ψ = {ψ}", ws.shape, expected, Bridge.Values(ws), Tolerances.Latents(config).Value);
        }

        double[,] turn = Rotation.User(0.4);
        (turn[0, 2], turn[1, 2]) = (0.05, -0.03);
        double[] flat = [.. turn.Cast<double>()];
        generator.Synthesis.Input.SetTransform(subject.Tensor(flat, [3, 3], ScalarType.Float32));
        var options = new Spec.Networks.SynthesisOptions { Transform = turn };
        // Another w for every layer: copies would hide which of them drives which.
        double[][][] styles =
            [.. z.Select(_ => Enumerable.Range(0, schedule.NumWs).Select(_ => draw.Row(config.WDim)).ToArray())];
        Tensor all = subject.Tensor(
            [.. styles.SelectMany(rows => rows).SelectMany(row => row)], [2, schedule.NumWs, config.WDim], ScalarType.Float32);
        double[][][,] images = spec.Synthesize(styles, options);
        Tensor measured = subject.Networks.Synthesize(generator, all, false);
        double[] e = [.. images.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
        yield return Differences.Array(
            "image under a user transform", measured.shape, e, Bridge.Values(measured),
            ImageRounding.Tolerance(spec, spec.State, styles, images));
        yield return new Finding(
            "its mean square", "above 1e−4", $"{Plane.MeanSquare(images):G3}", Plane.MeanSquare(images) > 1e-4 ? 0 : 1, 0);
    }
}

/// <summary>The discriminator's logits, and their gradient with respect to the image, against the definition.</summary>
internal sealed class DiscriminatorCheck : ICheck
{
    public string Id => "network.discriminator";

    public string Equation =>
        "SG2: x ← √½·skip(x) + √½·conv1(conv0(x)) down to 4×4; minibatch deviation; conv, fc, out. R1: ‖∇_x Σ D‖²";

    public string ToleranceBasis => "4·√(terms of all sums on the way)·2⁻²⁴ of what is summed; five times that for a gradient";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var config = new DiscriminatorConfig { Resolution = 16, ChannelBase = 128, ChannelMax = 12 };
        var draw = new Draw(subject.Seed);
        using Discriminator discriminator = subject.Discriminator(config, subject.Seed);
        Narrow.Disturb(discriminator, subject.Seed);
        Spec.Networks.NetworkState state = Narrow.State(discriminator);
        var spec = new Spec.Networks.Discriminator(config.Resolution, state);
        foreach (int n in new[] { 2, 8 })
        {
            using IDisposable scope = NewDisposeScope();
            double[][][,] x = [.. draw.Batch(n, 3, 16, 16).Select(
                image => image.Select(plane => Plane.Map(plane, value => (double)(float)value)).ToArray())];
            Tensor input = subject.Tensor(x, ScalarType.Float32).requires_grad_(true);
            Tensor logits = subject.Networks.Judge(discriminator, input);
            double[] verdicts = spec.Logits(x);

            // So few logits may all be small while what they are sums of is not: the same sums with other signs tell its size.
            Spec.Networks.NamedArray last = state["b4.out.weight"];
            double size = Enumerable.Range(0, 4).Max(_ => new Spec.Networks.Discriminator(config.Resolution, state.With(
                "b4.out.weight", last with { Values = [.. last.Values.Select(v => v * Math.Sign(draw.Uniform(-1, 1)))] }))
                .Logits(x).Max(Math.Abs));
            double condition = Math.Max(1, size / verdicts.Max(Math.Abs));
            yield return Differences.Array(
                $"logits, batch {n}", logits.shape, verdicts, Bridge.Values(logits), Tolerances.Logits(config).Value * condition);
            double[] expected = [.. spec.Gradient(x).SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
            Tensor gradient = autograd.grad([logits.sum()], [input])[0];
            yield return Differences.Array(
                $"∇ΣD, batch {n}", gradient.shape, expected, Bridge.Values(gradient), Tolerances.Penalties(config).Value);
        }
    }
}
