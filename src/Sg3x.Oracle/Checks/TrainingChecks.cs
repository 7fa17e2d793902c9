using Sg3x.Networks;
using Sg3x.Oracle.Vectors;
using Sg3x.Spec.Training;
using Sg3x.Training;
using static TorchSharp.torch;
using SpecAdam = Sg3x.Spec.Training.Adam;
using SpecLosses = Sg3x.Spec.Training.Losses;

namespace Sg3x.Oracle.Checks;

/// <summary>Adam and its constants.</summary>
internal sealed class OptimiserCheck : ICheck
{
    public string Id => "training.optimiser";

    public string Equation => "Adam: m, v averages of g, g²; θ ← θ − lr·m̂/(√v̂ + ε). SG2 3.1: lr·c, β^c, c = k/(k + 1)";

    public string ToleranceBasis => "constants 4 roundings of 2⁻⁵³, a path 16 a step";

    public IEnumerable<Finding> Run(Subject subject)
    {
        const double u = 1.11e-16;
        var draw = new Draw(subject.Seed);

        // Of very different sizes, as gradients are: what is done to the largest of them shows.
        double[] g = [.. draw.Row(12).Select((value, i) => value * Math.Pow(10, i % 5 - 2))];
        foreach ((double lr, double β1, double β2, double ε) in new[] { (0.002, 0, 0.99, 1e-8), (0.01, 0.9, 0.99, 1e-3) })
        {
            AdamSettings corrected = subject.Training.Lazy(new AdamSettings(lr, β1, β2, ε), 16);
            AdamConstants expected = LazyRegularization.Correct(new AdamConstants(lr, β1, β2, ε), 16);
            yield return Differences.Number("lr, lazy every 16th", expected.Lr, corrected.LearningRate, 4 * u, "lr·16/17");
            yield return Differences.Number("β₁, lazy every 16th", expected.Beta1, corrected.Beta1, 4 * u, "β₁^(16/17)");
            yield return Differences.Number("β₂, lazy every 16th", expected.Beta2, corrected.Beta2, 4 * u, "β₂^(16/17)");
            yield return Differences.Number("ε", ε, corrected.Epsilon, 0);

            var adam = new SpecAdam(new AdamConstants(lr, β1, β2, ε));
            double θ = 0.7;
            double[] path = [.. g.Select(gradient => θ = adam.Step(θ, gradient))];
            yield return Differences.Array(
                $"a path at β = ({β1}, {β2})", [g.Length], path,
                    subject.Training.Optimiser(new AdamSettings(lr, β1, β2, ε), 0.7, g, subject.Device), 16 * g.Length * u);
        }
    }
}

/// <summary>How fast G_ema forgets.</summary>
internal sealed class GeneratorAverageCheck : ICheck
{
    public string Id => "training.average";

    public string Equation =>
        "G_ema: β = 0.5^(batch / min(half-life, 0.05·images before)), 0 at the first; half-life 10 kimg at batch 32";

    public string ToleranceBasis => "16 roundings of 2⁻⁵³";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach (int batch in new[] { 8, 32 })
            foreach (long images in new long[] { 0, 32, 1000, 100_000, 200_000, 5_000_000 })
                yield return Differences.Number(
                    $"β at batch {batch}, {images} images", MovingAverage.GeneratorBeta(batch, images),
                    subject.Training.Beta(batch, MovingAverage.HalfLife(batch), 0.05, images), 16 * 1.11e-16,
                    "half-life in images, not thousands; 5 % of what was seen while that is less; nothing kept of the first "
                        + "random weights");
        var config = new DiscriminatorConfig { Resolution = 8, ChannelBase = 64, ChannelMax = 4 };
        using Discriminator average = subject.Discriminator(config, subject.Seed),
            source = subject.Discriminator(config, subject.Seed + 1);
        foreach (Tensor buffer in source.buffers())
        {
            using IDisposable quiet = no_grad();
            buffer.mul_(3);
        }
        Dictionary<string, double[]> before = average.state_dict().ToDictionary(t => t.Key, t => Bridge.Values(t.Value));
        subject.Training.Average(average, source, 0.75);
        var parameters = source.named_parameters().Select(p => p.name).ToHashSet();
        foreach ((string name, Tensor value) in average.state_dict())
        {
            double β = parameters.Contains(name) ? 0.75 : 0;
            double[] expected =
                [.. before[name].Zip(Bridge.Values(source.state_dict()[name]), (a, x) => MovingAverage.Step(a, x, β))];
            yield return Differences.Array(
                $"{name} after a step of {(β == 0 ? "a buffer" : "β = 0.75")}", value.shape, expected, Bridge.Values(value),
                    4 * 5.96e-8,
                "weights are averaged, buffers (filters, σ², w_avg) are copied");
        }
        yield return Differences.Number(
            "β without ramp-up", MovingAverage.GeneratorBeta(32, 0, 10_000, null), subject.Training.Beta(32, 10_000, null, 0),
                16 * 1.11e-16);
    }
}

/// <summary>The losses and the penalty.</summary>
internal sealed class LossCheck : ICheck
{
    public string Id => "training.losses";

    public string Equation => "SG2: L_G = E softplus(−D(G(z))); L_D = E softplus(D(G(z))) + E softplus(−D(x)); R1 = E‖∇ₓD(x)‖²";

    public string ToleranceBasis => "16 roundings of 2⁻⁵³; of 2⁻²⁴ through a network as its gradients";

    public IEnumerable<Finding> Run(Subject subject)
    {
        const double u = 1.11e-16;
        var draw = new Draw(subject.Seed);
        double[] fake = [.. draw.Row(5).Select(t => 4 * t), 30], real = [.. draw.Row(5).Select(t => 4 * t), -30];
        Tensor f = subject.Tensor(fake, [6, 1], ScalarType.Float64), r = subject.Tensor(real, [6, 1], ScalarType.Float64);

        // softplus may go over to the identity beyond 20, where log(1 + e^−20) = 2·10^−9 is left out: over 30, 10^−13.
        yield return Differences.Number(
            "L_G", SpecLosses.Generator(fake), Bridge.Values(subject.Training.GeneratorLoss(f))[0], 1e-12);
        yield return Differences.Number(
            "L_D", SpecLosses.Discriminator(fake, real), Bridge.Values(subject.Training.DiscriminatorLoss(f, r))[0], 1e-12);

        // D(x) = a·x + ½|x|²: ∇D = a + x.
        double[][][,] x = draw.Batch(3, 2, 4, 5), a = draw.Batch(1, 2, 4, 5);
        Tensor images = subject.Tensor(x, ScalarType.Float64).requires_grad_(true), slope = subject.Tensor(a, ScalarType.Float64);
        Tensor logits = (images * slope + images.square() / 2).sum(1, 2, 3).reshape(-1, 1);
        double[][] gradients = [.. x.Select(image =>
            image.Zip(a[0], (p, q) => p.Cast<double>().Zip(q.Cast<double>(), (s, t) => s + t)).SelectMany(v => v).ToArray())];
        yield return Differences.Number(
            "R1 of a·x + ½|x|²", GradientPenalty.R1(2, gradients), Bridge.Values(subject.Training.R1(logits, images))[0], 64 * u,
            "the mean over images of the sum over pixels and channels of the squared gradient of each image's own logit");
        Tensor penalty = subject.Training.R1(logits, images);
        Tensor second = autograd.grad([penalty], [images])[0];
        double[] expected = [.. gradients.SelectMany(v => v.Select(g => 2 * g / 3))];
        yield return Differences.Array("its gradient, 2(a + x)/N", second.shape, expected, Bridge.Values(second), 64 * u,
            "R1 must itself be differentiable");

        var config = new DiscriminatorConfig { Resolution = 8, ChannelBase = 64, ChannelMax = 8 };
        using Discriminator discriminator = subject.Discriminator(config, subject.Seed);
        Narrow.Disturb(discriminator, subject.Seed);
        var spec = new Spec.Networks.Discriminator(8, Narrow.State(discriminator));
        double[][][,] input = [.. draw.Batch(4, 3, 8, 8).Select(
            image => image.Select(plane => Spec.Signals.Plane.Map(plane, v => (double)(float)v)).ToArray())];
        Tensor real8 = subject.Tensor(input, ScalarType.Float32).requires_grad_(true);
        double[][] of = [.. spec.Gradient(input).Select(image => image.SelectMany(plane => plane.Cast<double>()).ToArray())];
        yield return Differences.Number(
            "R1 of a discriminator", GradientPenalty.R1(2, of),
            Bridge.Values(subject.Training.R1(subject.Networks.Judge(discriminator, real8), real8))[0],
                Tolerances.Penalties(config).Value);
    }
}

/// <summary>Config R's blur.</summary>
internal sealed class BlurCheck : ICheck
{
    public string Id => "training.blur";

    public string Equation =>
        "AFG F: σ = 10·max(0, 1 − images/(200 000·batch/32)); taps ∝ 2^−(k/σ)², |k| ≤ ⌊3σ⌋, unit sum, zero padding";

    public string ToleranceBasis => "σ 4 roundings of 2⁻⁵³; the blur 16·√taps of them";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draw = new Draw(subject.Seed);
        foreach (long images in new long[] { 0, 50_000, 199_999, 200_000, 300_000 })
            yield return Differences.Number(
                $"σ after {images} images", DiscriminatorBlur.Sigma(images, 32), subject.Training.BlurSigma(10, 200_000, images),
                    4 * 1.11e-16);
        foreach (double σ in new[] { 0, 0.3, 1, 2.5 })
        {
            double[][][,] x = draw.Batch(2, 2, 9, 11);
            double[] expected =
                [.. x.SelectMany(image => image).SelectMany(plane => DiscriminatorBlur.Forward(plane, σ).Cast<double>())];
            Tensor y = subject.Training.Blur(subject.Tensor(x, ScalarType.Float64), σ);
            yield return Differences.Array($"blur by {σ}", y.shape, expected, Bridge.Values(y), 16 * 4 * 1.11e-16,
                "base 2, not e; reach ⌊3σ⌋; zeros outside");
        }
    }
}
