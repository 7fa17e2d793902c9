using Sg3x.Oracle.Checks;
using Sg3x.Spec.Training;

namespace Sg3x.Oracle.Candidate;

/// <summary>Constants of the training step.</summary>
internal static class TrainingRules
{
    // Stated constants have been through float32 and a few operations of their own.
    private const double Tolerance = 16.0 / (1 << 24);

    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new("training.optimiser",
            "AFG F: Adam β = (0, 0.99), ε = 1e−8, lr 0.0025 (G), 0.002 (D); SG2 3.1: D's lr·c and β^c, c = k/(k + 1)",
            "16 roundings of 2⁻²⁴", "`training.generator`, `training.discriminator`, `training.r1.interval`", Optimisers),
        new("training.r1", "SG2: R1 every k-th iteration, weighted k", "equal", "`training.r1`: interval and weight", Penalty),
        new("training.averages", "β of G_ema 0.5^(batch/min(half-life, 0.05·images)), of magnitudes 0.5^(batch/20 000), of"
            + " w_avg 0.998",
            "16 roundings of 2⁻²⁴", "`training`: batch, generator_ema, magnitude_beta, w_avg_beta", Averages),
        new("training.gradients", "AFG F: gradients go to the optimiser as they are; a loss that is not finite stops the run",
            "equal",
            "`training`: gradient_clip (null for none) and on_nonfinite", Gradients),
    ];

    private static IEnumerable<Finding> Optimisers(CandidateExport export, List<string> missing)
    {
        CandidateTraining t = export.Training;
        foreach ((string name, CandidateOptimiser? o, AdamConstants paper, int? interval) in new[]
        {
            ("generator", t.Generator, AdamConstants.Generator, (int?)null),
            ("discriminator", t.Discriminator, AdamConstants.Discriminator, t.PenaltyInterval ?? 16),
        })
        {
            if (o is null)
            {
                missing.Add($"training.{name}");
                continue;
            }
            AdamConstants uncorrected = paper with { Lr = o.BaseRate ?? paper.Lr };
            AdamConstants right = LazyRegularization.Correct(uncorrected, interval);
            string lazy = interval is int k ? $"corrected for R1 every {k}th iteration by c = {k}/{k + 1}" : "of the paper";
            (string Name, double Expected, double? Measured, string Explanation)[] numbers =
            [
                ("lr", right.Lr, o.Rate, o.Rate is double lr && Math.Abs(lr - uncorrected.Lr) < 1e-9 ? $"not {lazy}"
                    : $"{lazy}; a rate of one's own is stated as base_lr"),
                ("beta1", right.Beta1, o.Beta1, "no momentum"),
                ("beta2", right.Beta2, o.Beta2, o.Beta2 is double b && Math.Abs(b - paper.Beta2) < 1e-9 ? $"not {lazy}" : lazy),
                ("eps", right.Epsilon, o.Epsilon, "1e−8"),
            ];
            foreach ((string constant, double expected, double? measured, string explanation) in numbers)
            {
                if (measured is double value)
                    yield return Differences.Number($"{name}.{constant}", expected, value, Tolerance, explanation);
                else
                    missing.Add($"training.{name}.{constant}");
            }
        }
    }

    private static IEnumerable<Finding> Penalty(CandidateExport export, List<string> missing)
    {
        CandidateTraining t = export.Training;
        if (t.PenaltyInterval is not int interval)
            yield break;
        yield return Differences.Number("r1.interval", 16, interval, 0, "every 16th iteration, from the first on");
        if (t.PenaltyWeight is double weight)
            yield return Differences.Number(
                "r1.weight", interval, weight, 0, "R1 taken every k-th iteration weighs k times as much");
        else
            missing.Add("training.r1.weight");
    }

    private static IEnumerable<Finding> Averages(CandidateExport export, List<string> missing)
    {
        CandidateTraining t = export.Training;
        foreach ((double images, double β) in t.GeneratorAverage ?? [])
            yield return Differences.Number(
                $"β of G_ema after {images} images", MovingAverage.GeneratorBeta(t.Batch!.Value, images), β, Tolerance,
                Math.Abs(β - 0.999) < 1e-6
                    ? "a fixed 0.999: the half-life is 10 kimg at batch 32, 5 % of what was seen while that is less, and 0 at"
                    + " first"
                : "half-life of 10 000·batch/32 images, 5 % of what was seen while that is less, and 0 at first");
        if (t.MagnitudeBeta is double magnitude)
            yield return Differences.Number(
                "β of magnitudes", MovingAverage.MagnitudeBeta(t.Batch!.Value), magnitude, Tolerance, "0.5^(batch/20 000)");
        if (t.LatentBeta is double latent)
            yield return Differences.Number("β of w_avg", MovingAverage.WAvgBeta, latent, Tolerance);
        if (t.GeneratorAverage is null)
            missing.Add("training.generator_ema");
        if (t.MagnitudeBeta is null)
            missing.Add("training.magnitude_beta");
        if (t.LatentBeta is null)
            missing.Add("training.w_avg_beta");
    }

    private static IEnumerable<Finding> Gradients(CandidateExport export, List<string> missing)
    {
        CandidateTraining t = export.Training;
        if (t.HasGradientClip)
            yield return Differences.Equal(
                "gradient_clip", "none", t.GradientClip is double norm ? FormattableString.Invariant($"norm {norm:G6}") : "none",
                "clipping weighs large gradients down, R1's above all");
        else
            missing.Add("training.gradient_clip");
        if (t.OnNonFinite is { } action)
            yield return Differences.Equal(
                "on_nonfinite", "stop", action, "a run that goes on after a loss that is not a number looks healthy for days");
        else
            missing.Add("training.on_nonfinite");
    }
}
