using Sg3x.Spec.Training;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Moving averages: the layers' magnitudes, and G_ema.</summary>
internal static class AverageCases
{
    private static readonly Bug NeverFrozen = new(
        "NeverFrozen", "σ² moves outside training too", "an image depends on what was generated before it", Sources.WriteUp);

    private static readonly Bug UsedBefore =
        new("UsedBeforeUpdate", "the gain is that of the average before its update", "the first steps go without normalisation",
            Sources.Classic);

    private static readonly Bug FixedBeta =
        new("FixedBeta", "β = 0.999 whatever the batch", "the average lags by another number of images", Sources.Classic);

    private static readonly Bug FromZero =
        new("StartsAtZero", "σ² starts at 0", "the first gain is infinite or huge", Sources.Classic);

    private static readonly Bug NotRooted =
        new("GainNotRooted", "the gain is 1/σ²", "levels alternate from layer to layer", Sources.Classic);

    private static readonly Bug Fixed0999 =
        new("FixedGeneratorBeta", "G_ema has a fixed β of 0.999",
            "half-life of 22 kimg at batch 32, and random weights stay in it", Sources.WriteUp);

    private static readonly Bug NoRampUp =
        new("NoRampUp", "the half-life is 10 kimg from the start", "samples stay noise for the first 50 kimg", Sources.Classic);

    private static readonly Bug NotByBatch =
        new("HalfLifeNotByBatch", "the half-life is 10 kimg whatever the batch", "small batches average too long",
            Sources.Classic);

    private static readonly Bug Thousands =
        new("HalfLifeInKimg", "the half-life is taken in thousands where images are counted", "no average at all",
            Sources.Classic);

    public static VectorGroup Magnitude { get; } = new()
    {
        Name = "magnitude-ema",
        Equation = "AFG B: σ² ← β·σ² + (1 − β)·mean x², β = 0.5^(batch/20 000), from 1, before it is used, in training only;"
            + " gain 1/√σ²",
        Instructions = "A layer is called once for each entry: with an input of mean square `mean_square` [n], in training"
            + " where `training` [n]"
            + " is 1 and in evaluation where it is 0, batch `batch`: σ² after each call, `sigma2` [n], and the input gain"
                + " used in it, `gain` [n].",
        Cases = CaseBuilder.Number(
            [Layer("training, evaluation, training", 32, [1, 1, 0, 0, 1, 0]), Layer("a large batch", 8192, [1, 0, 1, 0, 0, 1])]),
    };

    public static VectorGroup Generator { get; } = new()
    {
        Name = "generator-ema",
        Equation = "SG2-ADA, AFG F: β = 0.5^(batch/min(half-life, 0.05·images before)), half-life = 10 000·batch/32; 0 at the"
            + " first iteration",
        Instructions = "β of the average of G's weights, `beta` [n], in the iteration before which `images` [n] images were"
            + " shown, at `batch`.",
        Cases = CaseBuilder.Number([Beta("batch 32", 32), Beta("batch 8", 8)]),
    };

    private static CaseBuilder Layer(string comment, int batch, double[] training)
    {
        NumericArray square = NumericArray.Row(
            [.. new Dyadic((uint)batch).Row(training.Length).Select(value => 8 * (value + 2.0625))]);
        Dictionary<string, NumericArray> Run(double β, double σ2 = 1, bool always = false, bool late = false, bool rooted = true)
        {
            var averages = new List<double>();
            var gains = new List<double>();
            for (int i = 0; i < training.Length; i++)
            {
                double before = σ2;
                if (training[i] == 1 || always)
                    σ2 = MovingAverage.Step(σ2, square.Values[i], β);
                averages.Add(σ2);
                gains.Add(rooted ? 1 / Math.Sqrt(late ? before : σ2) : 1 / σ2);
            }
            return new() { ["sigma2"] = NumericArray.Row([.. averages]), ["gain"] = NumericArray.Row([.. gains]) };
        }

        double β = MovingAverage.MagnitudeBeta(batch);
        return new CaseBuilder(comment, 4 * training.Length).With("batch", batch)
            .Given("mean_square", square).Given("training", NumericArray.Row(training)).Expect(Run(β))
            .Fault(NeverFrozen, Run(β, always: true)).Fault(UsedBefore, Run(β, late: true)).Fault(FixedBeta, Run(0.999, 1))
            .Fault(FromZero, Run(β, 0)).Fault(NotRooted, Run(β, rooted: false));
    }

    private static CaseBuilder Beta(string comment, int batch)
    {
        double[] images = [0, batch, 1024, 32_000, 1_000_000];
        NumericArray Of(Func<double, double> β) => NumericArray.Row([.. images.Select(β)]);
        double life = MovingAverage.HalfLife(batch);
        CaseBuilder built = new CaseBuilder(comment, 4).With("batch", batch).Given("images", NumericArray.Row(images))
            .Expect("beta", Of(n => MovingAverage.GeneratorBeta(batch, n)))
            .Fault(Fixed0999, Of(_ => 0.999))
            .Fault(NoRampUp, Of(n => MovingAverage.GeneratorBeta(batch, n, life, null)))
            .Fault(Thousands, Of(n => MovingAverage.GeneratorBeta(batch, n, life / 1000, 0.05)));
        return batch == 32 ? built : built.Fault(NotByBatch, Of(n => MovingAverage.GeneratorBeta(batch, n, 10_000, 0.05)));
    }
}
