using Sg3x.Data;
using Sg3x.Networks;
using Sg3x.Oracle.Vectors;
using Sg3x.Schedule;
using Sg3x.Spec.Training;
using TorchSharp;
using static TorchSharp.torch;
using NetworkState = Sg3x.Spec.Networks.NetworkState;

namespace Sg3x.Oracle.Checks;

/// <summary>What a label does to the mapping of a generator with classes, and to w_avg.</summary>
internal sealed class ClassMappingCheck : ICheck
{
    public string Id => "network.classes.mapping";

    public string Equation =>
        "ADA: w = f(ẑ ⊕ ê), e = W_e·c/√dim c + b_e, each normalised by its second moment; w_avg over all classes";

    public string ToleranceBasis => "4·√(terms of all sums on the way)·2⁻²⁴, and what cancels in the embedding";

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config, 16) with { CDim = Narrow.Classes };
        using Networks.Generator generator = subject.Generator(config, subject.Seed);
        Narrow.Disturb(generator, subject.Seed);
        var spec = new Spec.Networks.Generator(Bridge.Schedule(config), Narrow.State(generator));
        var draw = new Draw(subject.Seed);
        double[][] c = ClassLabelRows.Draw(draw), z = [.. c.Select(_ => Single(draw.Row(config.ZDim)))];
        Tensor latents = subject.Tensor([.. z.SelectMany(row => row)], [z.Length, config.ZDim], ScalarType.Float32);
        Tensor labels = Bridge.Rows(c, ScalarType.Float32)!.to(subject.Device);
        double tolerance = Tolerances.Latents(config).Value * ClassLabelRows.Condition(spec.State, c);
        using IDisposable quiet = no_grad();
        foreach (double ψ in new[] { 1, 0.6 })
        {
            double[] expected = [.. spec.Map(z, c, ψ).SelectMany(
                row => Enumerable.Repeat(row, spec.Schedule.NumWs).SelectMany(values => values))];
            Tensor ws = subject.Networks.MapClasses(generator, latents, labels, ψ, false);
            yield return Differences.Array($"ws at ψ = {ψ}", ws.shape, expected, Bridge.Values(ws), tolerance,
                "the embedding of the label is normalised as z is, and stands behind it");
        }
        double[] average = spec.UpdatedAverage(z, c);
        _ = subject.Networks.MapClasses(generator, latents, labels, 1, true);
        yield return Differences.Array("w_avg", [average.Length], average, Narrow.State(generator).Vector("mapping.w_avg"),
            Tolerances.Averages(LayerSchedule.Create(config)).Value + 0.002 * tolerance,
            "one average over the whole batch, whatever its classes");

        // As the generator is given them.
        static double[] Single(double[] row) => [.. row.Select(value => (double)(float)value)];
    }
}

/// <summary>The projection of the discriminator's verdict on a label.</summary>
internal sealed class ClassProjectionCheck : ICheck
{
    public string Id => "network.classes.projection";

    public string Equation => "ADA, Miyato and Koyama 2018: D(x, c) = ⟨out(x), m(c)⟩/√dim, m(c) = fc7(… fc0(ê)), lr 0.01;"
        + " R1: ‖∇_x Σ D(x, c)‖²";

    // In float64: rounding of float32 moves an activation across zero in one of some hundred networks, and the gradient jumps.
    private const ScalarType Type = ScalarType.Float64;
    private const double OfSingle = 1.0 / (1 << 29);

    public string ToleranceBasis => "4·√(terms of all sums on the way)·2⁻⁵³ of what is summed; five times that for a gradient";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var config = new DiscriminatorConfig { Resolution = 8, ChannelBase = 64, ChannelMax = 12, CDim = Narrow.Classes };
        var draw = new Draw(subject.Seed);
        using Discriminator discriminator = subject.Discriminator(config, subject.Seed);
        Narrow.Disturb(discriminator, subject.Seed);
        discriminator.to(Type);
        NetworkState state = Narrow.State(discriminator);
        var spec = new Spec.Networks.Discriminator(config.Resolution, state);
        double[][] c = ClassLabelRows.Draw(draw);
        double[][][,] x = draw.Batch(c.Length, 3, 8, 8);
        Tensor input = subject.Tensor(x, Type).requires_grad_(true);
        Tensor labels = Bridge.Rows(c, Type)!.to(subject.Device);
        Tensor logits = subject.Networks.JudgeClasses(discriminator, input, labels);
        double[] verdicts = spec.Logits(x, c);

        // What is summed may cancel, and its rounding does not: the same sums with other signs tell its size.
        Spec.Networks.NamedArray last = state["b4.out.weight"];
        Spec.Networks.Discriminator[] signed = [.. Enumerable.Range(0, 4).Select(_ => new Spec.Networks.Discriminator(
            config.Resolution, state.With("b4.out.weight",
                last with { Values = [.. last.Values.Select(v => v * Math.Sign(draw.Uniform(-1, 1)))] })))];
        double embedding = ClassLabelRows.Condition(state, c);
        double condition = Condition(verdicts, signed.Select(d => d.Logits(x, c)));
        yield return Differences.Array("logits", logits.shape, verdicts, Bridge.Values(logits),
            OfSingle * Tolerances.Logits(config).Value * condition * embedding,
            "the last layer's values times what the mapping makes of the label, summed, over √dim");
        double[] expected = Flat(spec.Gradient(x, c));
        condition = Condition(expected, signed.Select(d => Flat(d.Gradient(x, c))));
        Tensor gradient = autograd.grad([logits.sum()], [input])[0];
        yield return Differences.Array("∇ΣD", gradient.shape, expected, Bridge.Values(gradient),
            OfSingle * Tolerances.Penalties(config).Value * condition * embedding);
    }

    private static double Condition(double[] values, IEnumerable<double[]> others) =>
        Math.Max(1, others.Max(other => other.Max(Math.Abs)) / values.Max(Math.Abs));

    private static double[] Flat(double[][][,] x) => [.. x.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
}

/// <summary>Where the labels of generated images come from.</summary>
internal sealed class ClassLabelsCheck : ICheck
{
    private const int Count = 20_000;

    // −ln of the chance of a false alarm, as for initial weights.
    private const double T = 25;

    public string Id => "training.labels";

    public string Equation =>
        "ADA: labels of generated images are those of images drawn from the data: P(c = k) = images of k / images";

    public string ToleranceBasis => "the distribution function of n draws √(t/2n) (Dvoretzky, Kiefer and Wolfowitz), t = 25: a"
        + " false alarm in 10¹¹";

    public IEnumerable<Finding> Run(Subject subject)
    {
        int[] ofImages = [.. Enumerable.Repeat(1, 70), .. Enumerable.Repeat(2, 25), .. Enumerable.Repeat(4, 5)];
        var labels = new ImageLabels(ofImages, 6);
        double[] expected = ClassLabels.Cumulative(ofImages, labels.Classes);
        int[] drawn = subject.Training.Labels(labels, subject.Seed, Count);
        yield return Differences.Equal("labels drawn", Count, drawn.Length);
        double[] measured = ClassLabels.Cumulative(drawn, labels.Classes);
        double apart = expected.Zip(measured, (e, m) => Math.Abs(e - m)).Max(), tolerance = Math.Sqrt(T / (2.0 * Count));
        yield return new Finding("their distribution", "the data's", $"{apart:G3} off", apart, tolerance,
            apart <= tolerance ? null : "a rare class must be as rare among generated images: D would know them by their labels");
        string absent = string.Join(", ", drawn.Except(ofImages).Order());
        yield return Differences.Equal("classes without an image", "none drawn", absent.Length == 0 ? "none drawn" : absent,
            "nothing is known of a class that has no images");
        bool again = subject.Training.Labels(labels, subject.Seed, Count).SequenceEqual(drawn);
        yield return Differences.Equal("the same seed", "the same labels", again ? "the same labels" : "others",
            "a run that goes on from a checkpoint draws what it would have drawn");
        bool other = subject.Training.Labels(labels, subject.Seed + 1, Count).SequenceEqual(drawn);
        yield return Differences.Equal("another seed", "other labels", other ? "the same" : "other labels");
    }
}

/// <summary>Labels to check with.</summary>
internal static class ClassLabelRows
{
    /// <summary>Every class, one of them twice, and last a label that is no class: [4][3].</summary>
    public static double[][] Draw(Draw draw) =>
        [[1, 0, 0], [0, 0, 1], [0, 1, 0], [.. draw.Row(Narrow.Classes).Select(value => (double)(float)value)]];

    /// <summary>What the terms of an embedding come to, over what is left of them: float32 loses as much.</summary>
    public static double Condition(NetworkState state, double[][] labels)
    {
        double[,] W = state.Matrix("mapping.embed.weight");
        double[] b = state.Vector("mapping.embed.bias");
        return labels.Max(c =>
        {
            double[] e = Spec.Layers.FullyConnected.Forward(c, W, b, 1, activate: false);
            double[] terms = [.. b.Select((bias, o) =>
                Math.Abs(bias) + c.Select((value, i) => Math.Abs(W[o, i] * value)).Sum() / Math.Sqrt(c.Length))];
            return Math.Sqrt(terms.Average(t => t * t) / e.Average(t => t * t));
        });
    }
}
