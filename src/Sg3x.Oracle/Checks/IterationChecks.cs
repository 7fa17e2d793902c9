using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Spec.Training;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>A training so small that its definition is quick, with constants that let every step show in those after
/// it.</summary>
internal static class TinyTraining
{
    public const int Batch = 4;

    // Iterations 0 and 2 take R1, 1 does not, and ends with another p.
    public const int Interval = 2;

    /// <summary>With ε as large as the gradients Adam's step is nearly linear in them; at 10⁻⁸ it would be their sign, and a sign
    /// is anybody's where rounding decides it. Averages that halve in an iteration show that they move once. p moves by a tenth.
    /// </summary>
    public static RunConfig Config { get; } = new()
    {
        Generator = new()
        {
            Resolution = 16, ChannelBase = 64, ChannelMax = 4, ZDim = 4, WDim = 4, Layers = 3, CriticalLayers = 1, Margin = 2,
        },
        Discriminator = new() { Resolution = 16, ChannelBase = 64, ChannelMax = 4 },
        Training = new()
        {
            Batch = Batch,
            Kimg = 3 * Batch / 1000.0,
            GeneratorLearningRate = 0.2,
            DiscriminatorLearningRate = 0.2,
            AdamEpsilon = 0.1,
            R1Gamma = 1,
            R1Interval = Interval,
            MagnitudeHalfLifeKimg = Batch / 1000.0,
        },
        Augmentation = new()
        {
            Mode = AugmentationConfig.Adaptive, P = 0.7, Interval = Interval, Kimg = 10 * Batch * Interval / 1000.0,
        },
    };

    /// <summary>The same with classes.</summary>
    public static RunConfig Conditional { get; } = Config with
    {
        Generator = Config.Generator with { CDim = Narrow.Classes },
        Discriminator = Config.Discriminator with { CDim = Narrow.Classes },
        Data = new() { Conditional = true },
    };

    /// <summary>Weights at which nothing that should show is 0.</summary>
    public static TrainingState State(Subject subject, RunConfig? config = null)
    {
        var state = new TrainingState(config ?? Config, subject.Device);
        Narrow.Disturb(state.G, subject.Seed);
        Narrow.Disturb(state.D, subject.Seed);
        using IDisposable quiet = no_grad();
        foreach ((string name, Tensor value) in state.Average.state_dict())
            value.copy_(state.G.state_dict()[name]);
        return state;
    }

    /// <summary>Batches of noise, the same at every call, with classes more of the first than of the others.</summary>
    public static ImageBatches Reals(Subject subject, RunConfig? config = null) =>
        new(new Noise(subject.Seed, (config ?? Config).Generator.CDim), Batch, mirror: false, subject.Seed, startImage: 0);

    /// <summary>Of two networks that started alike: how far their movements differ, over how far the second moved.</summary>
    public static double Apart(IEnumerable<double> before, IEnumerable<double> measured, IEnumerable<double> expected)
    {
        double error = 0, moved = 0;
        foreach ((double b, (double m, double e)) in before.Zip(measured.Zip(expected)))
            (error, moved) = (error + (m - e) * (m - e), moved + (e - b) * (e - b));
        return error == 0 ? 0 : Math.Sqrt(error / moved);
    }

    private sealed class Noise(int seed, int classes) : IImageDataset
    {
        public ImageLabels? Labels { get; } = classes == 0 ? null
            : new([0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 2], classes);

        public string Name => "noise";

        public int Count => 3 * Batch;

        public int Resolution => Config.Generator.Resolution;

        public void Read(int index, Span<byte> rgbChw) => new Random(seed + index).NextBytes(rgbChw);

        public void Dispose()
        {
        }
    }
}

/// <summary>The order of an iteration's steps, what each of them sees, and what moves when.</summary>
internal sealed class IterationCheck : ICheck
{
    public string Id => "training.iteration";

    public string Equation =>
        "SG2 3.1, AFG B, ADA 2: G on z; D on another z, where alone σ² and w_avg move; R1 at 0, k, 2k, … as a step of D's Adam; "
            + "each augmented anew; then G_ema; then p; with classes each image with its own c";

    // u + ε in the place of u, ε the relative rounding of what an earlier step of the iteration moved: see the remark in Run.
    public string ToleranceBasis => "1 % of each movement: rounding, through three steps, leaves 10⁻³ of it; a step at the wrong "
        + "place changes the tenth part";

    public IEnumerable<Finding> Run(Subject subject) =>
        [.. Run(subject, TinyTraining.Config, ""), .. Run(subject, TinyTraining.Conditional, "with classes, ")];

    private static List<Finding> Run(Subject subject, RunConfig config, string what)
    {
        using TrainingState measured = TinyTraining.State(subject, config), defined = TinyTraining.State(subject, config);
        using ImageBatches reals = TinyTraining.Reals(subject, config), again = TinyTraining.Reals(subject, config);
        var definition = new DefinedTraining(defined, reals.Labels);
        var findings = new List<Finding>();
        Dictionary<string, double[]>[] before = Values(measured);
        subject.Training.Loop(measured, reals, () =>
        {
            using IDisposable scope = NewDisposeScope();
            definition.Iterate(again.Next().to(subject.Device).to(ScalarType.Float32) / 127.5 - 1, again.Classes);
            findings.AddRange(Compare(what, measured, before, Values(measured), Values(defined)));
            findings.AddRange(Compare(measured, definition));

            // The definition goes on from where production is: an iteration is judged by itself.
            Copy(measured, defined);
            definition.Follow(Bridge.Values(measured.Augmentation.Controller.Probability)[0]);
            before = Values(measured);
        });
        findings.Insert(0, Differences.Equal($"{what}iterations", 3L, measured.Iteration));
        return findings;
    }

    // A relative error ε of the weights acts like a roundoff of ε in every product: the first step's gradients are good to
    // 5·4·√terms·2⁻²⁴ = 3·10⁻⁵ with some 600 terms, its movement of a tenth of the weights to 3·10⁻⁶ of them; the next step's
    // gradients to 5·4·√terms·3·10⁻⁶ = 10⁻³.
    private static IEnumerable<Finding> Compare(string prefix, TrainingState state, Dictionary<string, double[]>[] before,
        Dictionary<string, double[]>[] measured, Dictionary<string, double[]>[] expected)
    {
        const double Tolerance = 0.01;
        long i = state.Iteration;
        (string What, int Network, Func<string, bool> Chosen, string Explanation)[] parts =
        [
            ("G's weights", 0, name => !IsBuffer(name), "G is trained before D, on a z of its own, and sees the D of the last"
                + " iteration"),
            ("σ²", 0, name => name.EndsWith("magnitude_ema", StringComparison.Ordinal), Averages),
            ("w_avg", 0, name => name.EndsWith("w_avg", StringComparison.Ordinal), Averages),
            ("D's weights", 1, name => !IsBuffer(name), "D is trained after G, on images of the new G; then, in every k-th"
                + " iteration "
                + "from the first on, on R1 as a step of its own"),
            ("G_ema's weights", 2, name => !IsBuffer(name), "G_ema takes the new G last; at the first iteration nothing of the"
                + " start stays"),
            ("G_ema's σ² and w_avg", 2, name => IsBuffer(name) && !name.EndsWith("filter", StringComparison.Ordinal),
                "buffers are copied, after they have moved"),
        ];
        foreach ((string what, int network, Func<string, bool> chosen, string explanation) in parts)
        {
            IEnumerable<double> Of(Dictionary<string, double[]>[] all) =>
                all[network].Where(entry => chosen(entry.Key)).SelectMany(entry => entry.Value);
            double apart = TinyTraining.Apart(Of(before), Of(measured), Of(expected));
            yield return new Finding(
                $"{prefix}iteration {i}: {what}", "the definition's movement", $"{apart:P2} of it away", apart, Tolerance,
                apart <= Tolerance ? null : explanation);
        }
    }

    // What moves p: signs, which are equal but where a logit is as small as its rounding.
    private static IEnumerable<Finding> Compare(TrainingState state, DefinedTraining definition)
    {
        const string Explanation = "every real logit counts, of D's step and of R1's, and none of generated images";
        Augmentation.AugmentationController measured = state.Augmentation.Controller;
        Spec.Augmentation.Controller defined = definition.Controller;
        double sum = Bridge.Values(measured.SignSum)[0], expected = defined.Overfitting * defined.Count;
        double p = Bridge.Values(measured.Probability)[0], apart = Math.Abs(p - defined.P);
        double tolerance = definition.Doubtful == 0 ? 4 * Math.ScaleB(1, -53) : 2 * defined.Step;
        yield return Differences.Equal($"iteration {state.Iteration}: logits for r_t", (double)defined.Count,
            Bridge.Values(measured.SignCount)[0], Explanation);
        yield return new Finding($"iteration {state.Iteration}: their signs", $"{expected:G3}", $"{sum:G3}",
            Math.Round(Math.Abs(sum - expected)), 2 * definition.Doubtful, Explanation);
        yield return new Finding($"iteration {state.Iteration}: p", $"{defined.P:G6}", $"{p:G6}", apart, tolerance,
            apart <= tolerance ? null : $"p moves at the end of every {TinyTraining.Interval}nd iteration here, by r_t");
    }

    private const string Averages = "they move once an iteration, in the generator pass of D's step";

    private static bool IsBuffer(string name) =>
        name.EndsWith("magnitude_ema", StringComparison.Ordinal) || name.EndsWith("w_avg", StringComparison.Ordinal)
            || name.EndsWith("filter", StringComparison.Ordinal) || name.EndsWith("transform", StringComparison.Ordinal)
            || name.EndsWith("freqs", StringComparison.Ordinal) || name.EndsWith("phases", StringComparison.Ordinal);

    private static Dictionary<string, double[]>[] Values(TrainingState state) =>
        [.. Networks(state).Select(network => network.state_dict().ToDictionary(t => t.Key, t => Bridge.Values(t.Value)))];

    private static void Copy(TrainingState from, TrainingState to)
    {
        using IDisposable quiet = no_grad();
        foreach ((nn.Module source, nn.Module target) in Networks(from).Zip(Networks(to)))
            foreach ((string name, Tensor value) in target.state_dict())
                value.copy_(source.state_dict()[name]);
    }

    private static nn.Module[] Networks(TrainingState state) => [state.G, state.D, state.Average];
}

/// <summary>How much R1 weighs, and how often it is taken.</summary>
internal sealed class R1WeightCheck : ICheck
{
    public string Id => "training.r1";

    public string Equation => "SG2 3.1: every k-th iteration a step on k·γ/2·E‖∇D(x)‖², k = 16";

    public string ToleranceBasis => "of the step, rounding as of a gradient: 10⁻⁴";

    public IEnumerable<Finding> Run(Subject subject)
    {
        yield return Differences.Equal("k of a configuration that does not say", Iteration.R1Interval,
            subject.Training.Defaults.R1Interval, "R1 every 16th iteration, 16 times as strong");
        using TrainingState measured = TinyTraining.State(subject), defined = TinyTraining.State(subject);
        Tensor real = subject.Tensor(
            new Draw(subject.Seed).Batch(TinyTraining.Batch, 3, 16, 16), ScalarType.Float32).tanh();
        double[] before = Weights(measured);
        subject.Training.Step("R1", measured, real);
        new DefinedTraining(defined).Take(Phase.R1, real);
        double[] m = Weights(measured), e = Weights(defined);
        double apart = TinyTraining.Apart(before, m, e);
        double[] of = [.. before.Zip(m, (a, b) => b - a)], by = [.. before.Zip(e, (a, b) => b - a)];
        double times = of.Zip(by, (a, b) => a * b).Sum() / by.Sum(step => step * step);
        yield return new Finding("D's step on R1", "the definition's", $"{apart:G3} of it away", apart, 1e-4,
            apart <= 1e-4 ? null : $"the step is {times:G3} of what it should be: its weight is k·γ/2, and γ/2 alone is 1/k of"
                + $" that");
    }

    private static double[] Weights(TrainingState state) => [.. state.D.parameters().SelectMany(Bridge.Values)];
}
