using Sg3x.Spec.Training;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Adam, its constants, and what a step does with numbers that are none.</summary>
internal static class OptimiserCases
{
    private static readonly Bug Clipped =
        new("GradientClipped", "the gradient's norm is clipped at 10", "large gradients, R1's above all, are weighed down",
            Sources.WriteUp);

    private static readonly Bug InRoot =
        new("EpsilonInRoot", "ε stands under the root", "small gradients take small steps", Sources.Classic);

    private static readonly Bug NoCorrection =
        new("NoBiasCorrection", "m and v are not corrected for their start at 0", "the first steps are ten times too long",
            Sources.Classic);

    private static readonly Bug DefaultBetas =
        new("DefaultBetas", "β = (0.9, 0.999), the library's defaults", "momentum, which the paper goes without",
            Sources.Classic);

    private static readonly Bug NotLazy =
        new("LazyNotCorrected", "lr and β are not corrected for R1's own step", "D learns 6 % too fast", Sources.Classic);

    private static readonly Bug RateOnly =
        new("BetaNotCorrected", "lr is corrected and β is not", "D's second moment is averaged over other steps",
            Sources.Classic);

    private static readonly Bug OneOff =
        new("FifteenSixteenths", "c = (k − 1)/k in the place of k/(k + 1)", "D learns too slowly", Sources.Classic);

    private static readonly Bug Needless = new(
        "CorrectedWithoutNeed", "G's constants are corrected as D's are", "G learns 6 % too slowly", Sources.Classic);

    private static readonly Bug Replaced = new(
        "NonFiniteReplaced", "a loss that is not a number is replaced and training goes on",
            "a broken run looks healthy for days", Sources.WriteUp);

    private static readonly Bug Skipped =
        new("NonFiniteSkipped", "the step is left out and training goes on", "the cause stays hidden", Sources.Classic);

    public static VectorGroup Path { get; } = new()
    {
        Name = "adam",
        Equation = "Adam: m, v ← averages of g, g² by β₁, β₂; θ ← θ − lr·(m/(1 − β₁^t))/(√(v/(1 − β₂^t)) + ε)",
        Instructions = "A parameter of four numbers begins at `start` [4] and sees the gradients `gradients` [n, 4], one a"
            + " step, and whatever"
            + " your trainer does to a gradient before the optimiser has it (it should do nothing): its value after each"
                + " step, `path` [n, 4].",
        Cases = CaseBuilder.Number(
            [Walk("the paper's constants", 51, 0.0025, 0, 0.99, 1e-8),
            Walk("with momentum and a large ε", 52, 0.01, 0.9, 0.99, 1e-3)]),
    };

    public static VectorGroup Lazy { get; } = new()
    {
        Name = "lazy-regularization",
        Equation = "SG2 3.1: c = k/(k + 1); lr ← c·lr, β ← β^c; c = 1 without a lazy regulariser",
        Instructions = "Of `lr`, `beta1`, `beta2` and the `interval` k of a regulariser (null is none): the constants that"
            + " the optimiser is"
            + " given, `constants` = (lr, beta1, beta2).",
        Cases = CaseBuilder.Number(
            [Constants("D: R1 every 16th iteration", 0.002, 0, 0.99, 16),
            Constants("momentum, every 4th", 0.0025, 0.9, 0.99, 4), Constants("G: none", 0.0025, 0, 0.99, null)]),
    };

    public static VectorGroup NonFinite { get; } = new()
    {
        Name = "non-finite-loss",
        Equation = "a loss that is NaN or infinite stops the run; it is neither replaced nor left out",
        Instructions = "A run's losses are `losses` [n] in turn: `continues` [n], 1 where your trainer goes on to the next"
            + " step after that loss"
            + " and 0 from where it has stopped.",
        Cases = CaseBuilder.Number(
            [Losses("a loss that is not a number", [0.75, 0.5, double.NaN, 0.625, 0.5]),
            Losses("an infinite loss", [0.75, double.PositiveInfinity, 0.5])]),
    };

    private static CaseBuilder Walk(string comment, uint seed, double lr, double β1, double β2, double ε)
    {
        const int steps = 8;
        var draw = new Dyadic(seed);
        NumericArray start = draw.Array(4);
        double[] scales = [1, 32, 0.125, 1, 16, 0.0625, 2, 1];
        double[][] g = [.. scales.Select(scale => draw.Row(4).Select(value => (value + 0.0078125) * scale).ToArray())];
        NumericArray Run(AdamConstants constants, Func<double[], double[]>? before = null)
        {
            Adam[] adam = [.. start.Values.Select(_ => new Adam(constants))];
            double[] θ = [.. start.Values];
            return NumericArray.Of([.. g.Select(gradient =>
            {
                double[] seen = before?.Invoke(gradient) ?? gradient;
                return θ = [.. θ.Select((value, i) => adam[i].Step(value, seen[i]))];
            })]);
        }

        var paper = new AdamConstants(lr, β1, β2, ε);
        CaseBuilder built = new CaseBuilder(comment, 16 * steps).With("lr", lr).With("beta1", β1).With("beta2", β2).With("eps", ε)
            .Given("start", start).Given("gradients", NumericArray.Of(g)).Expect("path", Run(paper))
            .Fault(Clipped, Run(paper, gradient =>
            {
                double norm = Math.Sqrt(gradient.Sum(value => value * value));
                return [.. gradient.Select(value => norm > 10 ? value * 10 / norm : value)];
            }))
            .Fault(DefaultBetas, Run(paper with { Beta1 = β1 == 0 ? 0.9 : 0, Beta2 = 0.999 }))
            .Fault(NoCorrection, Own(start, g, paper, inRoot: false, corrected: false));
        return ε < 1e-4 ? built : built.Fault(InRoot, Own(start, g, paper, inRoot: true, corrected: true));
    }

    private static NumericArray Own(NumericArray start, double[][] g, AdamConstants a, bool inRoot, bool corrected)
    {
        double[] θ = [.. start.Values], m = new double[4], v = new double[4];
        var path = new List<double[]>();
        for (int t = 1; t <= g.Length; t++)
        {
            for (int i = 0; i < 4; i++)
            {
                m[i] = a.Beta1 * m[i] + (1 - a.Beta1) * g[t - 1][i];
                v[i] = a.Beta2 * v[i] + (1 - a.Beta2) * g[t - 1][i] * g[t - 1][i];
                double c1 = corrected ? 1 - Math.Pow(a.Beta1, t) : 1, c2 = corrected ? 1 - Math.Pow(a.Beta2, t) : 1;
                θ[i] -= a.Lr * (m[i] / c1) / (inRoot ? Math.Sqrt(v[i] / c2 + a.Epsilon) : Math.Sqrt(v[i] / c2) + a.Epsilon);
            }
            path.Add([.. θ]);
        }
        return NumericArray.Of([.. path]);
    }

    private static CaseBuilder Constants(string comment, double lr, double β1, double β2, int? k)
    {
        NumericArray Of(AdamConstants a) => NumericArray.Row(a.Lr, a.Beta1, a.Beta2);
        var given = new AdamConstants(lr, β1, β2, 1e-8);
        AdamConstants right = LazyRegularization.Correct(given, k);
        CaseBuilder built = new CaseBuilder(comment, 4).With("lr", lr).With("beta1", β1).With("beta2", β2).With("interval", k)
            .Expect("constants", Of(right));
        return k is not int interval
            ? built.Fault(Needless, Of(LazyRegularization.Correct(given, 16)))
            : built.Fault(NotLazy, Of(given)).Fault(RateOnly, Of(given with { Lr = right.Lr }))
                .Fault(OneOff, Of(LazyRegularization.Correct(given, interval - 1)));
    }

    private static CaseBuilder Losses(string comment, double[] losses)
    {
        int stop = Array.FindIndex(losses, loss => !double.IsFinite(loss));
        return new CaseBuilder(comment, 0).Given("losses", NumericArray.Row(losses))
            .Expect("continues", NumericArray.Row([.. losses.Select((_, i) => i < stop ? 1.0 : 0)]))
            .Fault(Replaced, NumericArray.Row([.. losses.Select(_ => 1.0)]))
            .Fault(Skipped, NumericArray.Row([.. losses.Select((_, i) => i == stop ? 0.0 : 1)]));
    }
}
