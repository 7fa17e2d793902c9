using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Candidate;

/// <summary>A log of a training run: the controller's steps, and losses that tell of a run gone wrong.</summary>
internal static class TraceRules
{
    private const double CollapseImages = 20_000;
    private const double CollapseLoss = 0.1;

    // Steps that lack the factor of 4 iterations show as quarters.
    private const double MostSlack = 0.125;

    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new("ada.trace", "ADA 3: p ← max(0, p + sign(r_t − target)·batch·interval/(kimg·1000)), without upper bound",
            "8 roundings of 2⁻²⁴ of max(1, p), and 2 for each update between lines further apart: whole steps (where that is"
            + " under ⅛ of one), and not more of them than updates, which come when batch·interval more images are shown",
            "`trace`: images, r_t and p of every update, and `training.batch`", Controller),
        new("training.losses", "a loss that is not finite stops the run; softplus is positive, so that a loss of exactly 0"
            + " has been put there",
            "equal", "`trace`: images, g_loss and d_loss (without R1)", Losses),
        new("training.collapse", "L_D < 0.1 means, softplus being convex, mean D(fake) < −2.25 and mean D(real) > 2.25: D is"
            + " certain of both, and G learns nothing",
            "not for 20 000 images on end", "`trace`: images and d_loss (without R1)", Collapse),
    ];

    private static IEnumerable<Finding> Controller(CandidateExport export, List<string> missing)
    {
        TracePoint[] points = [.. (export.Trace ?? []).Where(point => point.Probability is not null)];
        if (points.Length < 2 || export.Training.Batch is not int batch)
            yield break;
        CandidateTraining t = export.Training;
        double images = (double)batch * t.ControllerInterval, step = images / (t.ControllerKimg * 1000);
        bool anyOverfitting = false;

        // A run that goes on with another's weights may count its iterations from there.
        bool fromStart = points[0].Images <= images;
        for (int i = 1; i < points.Length; i++)
        {
            (TracePoint a, TracePoint b) = (points[i - 1], points[i]);
            double before = a.Probability!.Value, after = b.Probability!.Value, rounding =
                8 * Math.ScaleB(1, -24) * Math.Max(1, Math.Abs(after));
            string where = $"p at {b.Images} images";
            if (after < 0)
                yield return new Finding(where, "at least 0", Text(after), -after, 0, "p does not fall below 0");
            if (b.Images - a.Images == images && b.Overfitting is double r)
            {
                anyOverfitting = true;
                double expected = Math.Max(0, before + Math.Sign(r - t.ControllerTarget) * step);
                double error = Math.Abs(after - expected);
                yield return new Finding(
                    where, Text(expected), Text(after), error, rounding, error <= rounding ? null
                    : Explain(before, after, r, step, t));
            }
            else
            {
                double any = Math.Ceiling((b.Images - a.Images) / images), moved = Math.Abs(after - before) / step;
                double most = fromStart ? Math.Floor(b.Images / images) - Math.Floor(a.Images / images) : any;

                // Each update rounds the step and the sum; in one binade always the same way, so that they add up.
                double slack = (8 + 2 * most) * Math.ScaleB(1, -24) * Math.Max(1, Math.Max(before, after)) / step;
                yield return new Finding(
                    $"{where}, {most} updates later", $"at most {most} steps of {Text(step)}",
                    FormattableString.Invariant($"{moved:F3} steps"),
                    Math.Max(0, moved - most), slack, moved <= most + slack ? null
                        : moved > any + slack ? "p moves faster than 0…1 in the thousands of images stated"
                        : $"p moves when batch·{t.ControllerInterval} more images are shown, at the end of iterations "
                            + $"{t.ControllerInterval - 1}, {2 * t.ControllerInterval - 1}, …, and not before");
                if (after >= 0 && slack < MostSlack)
                {
                    double part = Part(moved), risen = after / step, fallen = Math.Ceiling(before / step - slack);

                    // Where 0 has cut p off, it has risen from there, in the updates that were left.
                    if (fallen <= most && risen <= most - fallen + slack)
                        part = Math.Min(part, Part(risen));
                    yield return new Finding(
                        $"{where}, steps", "a whole number, or from 0", FormattableString.Invariant($"{moved:F3}"), part, slack,
                        part <= slack ? null : Explain(before, after, b.Overfitting ?? 1, step, t));
                }
            }
        }
        if (!anyOverfitting)
            missing.Add("trace: r_t and p of two updates on end");
    }

    private static double Part(double steps) => Math.Abs(steps - Math.Round(steps));

    private static string Explain(double before, double after, double r, double step, CandidateTraining t)
    {
        double share = Math.Abs(after - before) / step;
        return after == before && r > t.ControllerTarget
            ? FormattableString.Invariant($"p stays at {after:G4}: it has no upper bound")
            : r > t.ControllerTarget && after > before && share < 1 && after is 0.9 or 1.0
                ? FormattableString.Invariant($"p is capped at {after:G4}: it has no upper bound")
            : Part(share) > 0.01 && Part(share * t.ControllerInterval) < 0.01
                ? $"the step lacks the factor of {t.ControllerInterval} iterations: p moves {t.ControllerInterval} times"
                    + $" slower than stated"
            : Math.Sign(after - before) == -Math.Sign(r - t.ControllerTarget)
                ? "p moves away: it rises where r_t is above the target"
            : "another step than batch·interval/(kimg·1000)";
    }

    private static IEnumerable<Finding> Losses(CandidateExport export, List<string> missing)
    {
        IReadOnlyList<TracePoint> trace = export.Trace ?? [];
        for (int i = 0; i < trace.Count; i++)
            foreach ((string name, double? value) in new[] { ("g_loss", trace[i].GeneratorLoss),
                ("d_loss", trace[i].DiscriminatorLoss) })
            {
                if (value is not double loss)
                    continue;
                string where = $"{name} at {trace[i].Images} images";
                bool goesOn = !double.IsFinite(loss) && i + 1 < trace.Count, replaced = loss == 0;
                yield return new Finding(
                    where, "positive, or the last line", Text(loss), goesOn || replaced || loss < 0 ? 1 : 0, 0,
                    goesOn ? "training goes on after a loss that is not finite" : replaced
                        ? "softplus is never 0: a loss that was not a number has been replaced" : null);
            }
        if (trace.Count > 0 && trace.All(point => point.GeneratorLoss is null))
            missing.Add("trace: g_loss");
        if (trace.Count > 0 && trace.All(point => point.DiscriminatorLoss is null))
            missing.Add("trace: d_loss");
    }

    private static IEnumerable<Finding> Collapse(CandidateExport export, List<string> missing)
    {
        TracePoint[] points = [.. (export.Trace ?? []).Where(point => point.DiscriminatorLoss is not null)];
        if (points.Length < 2)
            yield break;
        double longest = 0, start = double.NaN, at = points[0].Images;
        foreach (TracePoint point in points)
        {
            bool low = point.DiscriminatorLoss < CollapseLoss;
            start = low ? (double.IsNaN(start) ? point.Images : start) : double.NaN;
            if (low && point.Images - start > longest)
                (longest, at) = (point.Images - start, start);
        }
        yield return new Finding(
            $"d_loss below {Text(CollapseLoss)} from {at} images on", "for less than 20000 images", $"for {longest}", longest,
                CollapseImages,
            longest <= CollapseImages ? null
                : "the discriminator has won: less capacity or a lower rate for it, a larger γ, or stronger augmentation");
        if (points.All(point => point.GeneratorLoss is null))
            missing.Add("trace: g_loss");
    }

    private static string Text(double value) => FormattableString.Invariant($"{value:G6}");
}
