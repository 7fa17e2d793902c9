using FsCheck.Xunit;
using Sg3x.Training;

namespace Sg3x.Tests.Training;

public sealed class CheckpointRetentionTests
{
    [Theory]
    [InlineData(3, 0.0, new[] { 1, 2, 3, 4, 5 }, new[] { 3, 4, 5 })]
    [InlineData(0, 2.0, new[] { 1, 2, 3, 4, 5 }, new[] { 1, 2, 3, 4, 5 })]
    [InlineData(1, 10.0, new[] { 3, 9, 12, 15, 20, 22, 47, 48, 49 }, new[] { 12, 20, 47, 49 })]
    [InlineData(2, 10.0, new[] { 3, 9 }, new[] { 3, 9 })]
    public void The_latest_and_the_milestones_stay(int keep, double milestone, int[] kimg, int[] kept) => Assert.Equal(
        kept.Select(k => (decimal)k),
        kimg.Select(k => (decimal)k).Except(CheckpointRetention.Superseded(kimg.Reverse().Select(k => (decimal)k), keep, milestone)));

    /// <summary>Removing as they come leaves what removing at the end would: a milestone stays one when others go.</summary>
    [Property]
    public void What_is_kept_does_not_depend_on_when_the_rest_was_removed(byte[] steps, byte keep, byte milestone)
    {
        decimal now = 0;
        decimal[] all = [.. steps.Select(s => now += (s % 50) + 0.125m)];
        (int last, double interval) = (1 + (keep % 4), milestone % 64 / 4.0);
        List<decimal> kept = [];
        foreach (decimal k in all)
        {
            kept.Add(k);
            kept = [.. kept.Except(CheckpointRetention.Superseded(kept, last, interval))];
        }

        Assert.Equal(all.Except(CheckpointRetention.Superseded(all, last, interval)), kept);
        Assert.Equal(all.TakeLast(last), kept.TakeLast(last));
        if (interval > 0)
        {
            // The first at or after each multiple that any reached.
            HashSet<decimal> firsts = [.. all.GroupBy(k => Math.Floor(k / (decimal)interval)).Where(g => g.Key > 0).Select(g => g.First())];
            Assert.Superset(firsts, kept.ToHashSet());
        }
    }
}
