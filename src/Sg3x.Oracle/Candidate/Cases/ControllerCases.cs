using Sg3x.Spec.Augmentation;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>The controller of adaptive augmentation.</summary>
internal static class ControllerCases
{
    private static readonly Bug NoInterval = new(
        "NoIntervalFactor", "the step is batch/500 000 once in 4 iterations, without the factor 4",
            "p moves four times slower than stated", Sources.WriteUp);

    private static readonly Bug Capped =
        new("CappedAtNineTenths", "p is capped at 0.9", "a small data set cannot be augmented enough", Sources.WriteUp);

    private static readonly Bug CappedAtOne =
        new("CappedAtOne", "p is capped at 1", "the controller forgets how far it went",
            "asked for in NVlabs/stylegan2-ada, issue 27");

    private static readonly Bug Negative =
        new("NegativeProbability", "p falls below 0", "augmentation comes too late", Sources.Classic);

    private static readonly Bug MeanLogit =
        new("MeanLogit", "r_t is the mean logit, not the mean sign", "r_t depends on the scale of D", Sources.Classic);

    private static readonly Bug Inverted =
        new("Inverted", "p rises where r_t is below the target", "augmentation grows until D sees nothing", Sources.Classic);

    private static readonly Bug Early = new("MovesBeforeItCounts", "p moves at the end of iterations 0, 4, 8, …",
        "the first step follows the signs of a single iteration, all others come three iterations late", Sources.Classic);

    private static readonly Bug Alone = new("LastIterationAlone", "r_t is of the iteration at which p moves, not of all four",
        "p follows a quarter of what is known", Sources.Classic);

    private static readonly Bug Whole = new("SignsOfTheWholeRun", "signs are not forgotten when p has moved",
        "p goes on for as long as it took to learn", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "ada-controller",
        Equation = "ADA 3: p ← max(0, p + sign(r_t − 0.6)·batch·4/(500·1000)) every 4 iterations; r_t = E sign"
            + " D(real) since the last",
        Instructions = "p is updated once for each row of `logits` [updates, logits]: D's logits of real images since the"
            + " last update, at"
            + " `batch`, every `interval` iterations, towards `target`, with 0…1 crossed in `kimg` thousand images: `r_t`"
                + " [updates] and `p`"
            + " [updates] after each update.",
        Cases = CaseBuilder.Number([Rising(), Falling()]),
    };

    public static VectorGroup Iterations { get; } = new()
    {
        Name = "ada-iterations",
        Equation = "ADA 3: at the end of iterations 3, 7, 11, … p ← max(0, p + sign(r_t − 0.6)·batch·4/(500·1000));"
            + " r_t = E sign D(real) over the last 4",
        Instructions = "Each row of `logits` [iterations, logits] is of one iteration, the first of them iteration 0: D's"
            + " logits of real images, at `batch`, with p updated once in `interval` iterations as in ada-controller, from 0:"
            + " `p` [iterations] at the end of each.",
        Cases = CaseBuilder.Number([Iterated()]),
    };

    // 0.016 a step: beyond 0.9 after 55, beyond 1 after 62.
    private static CaseBuilder Rising() =>
        Of("from 0 beyond 1 and back", 2048, [.. Enumerable.Repeat(8, 70), .. Enumerable.Repeat(5, 6)]);

    private static CaseBuilder Falling() => Of("held at 0, up and down", 32, [2, 2, 8, 7, 8, 5, 8, 3, 3, 3, 3, 6, 7, 7]);

    private static CaseBuilder Of(string comment, int batch, int[] positive)
    {
        double[][] logits = Logits((uint)batch + 7, positive);
        Dictionary<string, NumericArray> Run(Controller controller)
        {
            var r = new List<double>();
            var p = new List<double>();
            for (int i = 0; i < logits.Length; i++)
            {
                controller.Observe(logits[i]);
                r.Add(controller.Overfitting);
                controller.EndIteration(4 * i + 3);
                p.Add(controller.P);
            }
            return new() { ["r_t"] = NumericArray.Row([.. r]), ["p"] = NumericArray.Row([.. p]) };
        }

        double step = new Controller(batch).Step;
        Dictionary<string, NumericArray> Own(
            double cap = double.PositiveInfinity, double floor = 0, bool mean = false, int direction = 1)
        {
            double p = 0;
            double[] r = [.. logits.Select(row => mean ? row.Average() : row.Average(value => Math.Sign(value)))];
            return new()
            {
                ["r_t"] = NumericArray.Row(r),
                ["p"] = NumericArray.Row(
                    [.. r.Select(rt => p = Math.Min(cap, Math.Max(floor, p + direction * Math.Sign(rt - 0.6) * step)))]),
            };
        }

        CaseBuilder built = new CaseBuilder(comment, positive.Length)
            .With("batch", batch).With("interval", 4).With("target", 0.6).With("kimg", 500)
            .Given("logits", NumericArray.Of(logits))
            .Expect(Run(new Controller(batch)))
            .Fault(NoInterval, Run(new Controller(batch, kimg: 2000))).Fault(MeanLogit, Own(mean: true))
                .Fault(Inverted, Own(direction: -1));
        return batch > 1000 ? built.Fault(Capped, Own(cap: 0.9)).Fault(CappedAtOne, Own(cap: 1))
            : built.Fault(Negative, Own(floor: double.NegativeInfinity));
    }

    // The last of four iterations, and all there were before, each say something else than the four.
    private static CaseBuilder Iterated()
    {
        const int batch = 2048;
        double[][] logits = Logits(
            91, [8, 8, 7, 8, 8, 7, 8, 8, 8, 6, 7, 2, 3, 8, 8, 8, 2, 2, 8, 8, 8, 8, 8, 2, 1, 2]);
        NumericArray Run(int from = 0, Func<double[], int, double[]>? seen = null, bool forgets = true)
        {
            var p = new List<double>();
            var controller = new Controller(batch);
            for (int i = 0; i < logits.Length; i++)
            {
                if (forgets)
                    controller.Observe(seen?.Invoke(logits[i], i) ?? logits[i]);
                else if (i % 4 == 3)
                    controller.Observe(logits[..(i + 1)].SelectMany(row => row));
                controller.EndIteration(from + i);
                p.Add(controller.P);
            }
            return NumericArray.Row([.. p]);
        }

        return new CaseBuilder("up, and to and fro", logits.Length / 4)
            .With("batch", batch).With("interval", 4).With("target", 0.6).With("kimg", 500)
            .Given("logits", NumericArray.Of(logits)).Expect("p", Run())
            .Fault(Early, Run(from: 3)).Fault(Alone, Run(seen: (row, i) => i % 4 == 3 ? row : []))
            .Fault(Whole, Run(forgets: false));
    }

    /// <summary>Eight a row, so many of them positive; the others are larger, so that means are not those of signs.</summary>
    private static double[][] Logits(uint seed, int[] positive)
    {
        var draw = new Dyadic(seed);
        return [.. positive.Select(count => Enumerable.Range(0, 8)
            .Select(i => (i < count ? 1 : -1) * (Math.Abs(draw.Next()) + 0.015625) * (i < count ? 1 : 16)).ToArray())];
    }
}
