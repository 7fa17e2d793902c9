namespace Sg3x.Training;

/// <summary>Which checkpoints of a run are kept: the latest ones, and milestones.</summary>
public static class CheckpointRetention
{
    /// <summary>The checkpoints that are not needed any more.</summary>
    /// <param name="kimg">Thousands of images of each checkpoint there is, in any order.</param>
    /// <param name="keep">The latest this many are kept; 0: all.</param>
    /// <param name="milestoneKimg">
    /// M: of those in [k·M, (k + 1)·M), k ≥ 1, the first is kept, whatever was kept before; 0: no milestones.
    /// </param>
    /// <returns>Some of <paramref name="kimg"/>, oldest first.</returns>
    public static IReadOnlyList<decimal> Superseded(IEnumerable<decimal> kimg, int keep, double milestoneKimg)
    {
        if (keep == 0)
        {
            return [];
        }

        List<decimal> superseded = [];
        decimal interval = (decimal)milestoneKimg;
        decimal last = 0;
        foreach (decimal k in kimg.Order().SkipLast(keep))
        {
            decimal milestone = interval > 0 ? Math.Floor(k / interval) : 0;
            if (milestone > last)
            {
                last = milestone;
            }
            else
            {
                superseded.Add(k);
            }
        }

        return superseded;
    }
}
