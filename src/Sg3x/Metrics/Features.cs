using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>What metrics over features have in common.</summary>
internal static class Features
{
    public static void Check(Tensor a, Tensor b, int least)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.dim() != 2 || b.dim() != 2 || a.shape[1] != b.shape[1] || Math.Min(a.shape[0], b.shape[0]) < least)
        {
            throw new ArgumentException(
                $"Sets of features to compare are [N, D] and [M, D] with at least {least} each; these are "
                + $"[{string.Join(", ", a.shape)}] and [{string.Join(", ", b.shape)}].");
        }
    }
}
