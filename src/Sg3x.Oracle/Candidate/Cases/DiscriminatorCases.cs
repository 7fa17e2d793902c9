using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Training;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Parts of the discriminator, and config R's blur before it.</summary>
internal static class DiscriminatorCases
{
    private static readonly Bug Neighbours =
        new("GroupsOfNeighbours", "groups are of consecutive samples, not of equal index mod N/G",
            "weights of the official release see other statistics", "facebookresearch/pytorch_GAN_zoo, pull request 70");

    private static readonly Bug Misplaced = new(
        "StatisticsMisplaced", "the deviation of group m goes to the m-th run of G samples, not to the group's own",
        "D sees the variety of other samples", "facebookresearch/pytorch_GAN_zoo, issue 69");

    private static readonly Bug Whole =
        new("GroupOfWholeBatch", "the whole batch is one group", "D depends on the batch size",
            "patil-suraj/vit-vqgan, pull request 16");

    private static readonly Bug Unbiased =
        new("UnbiasedVariance", "the variance is divided by G − 1", "15 % too large",
            "aladdinpersson/Machine-Learning-Collection, issue 138");

    private static readonly Bug VarianceMean =
        new("RootOfMean", "the root is taken of the mean variance, not the mean of the roots", "another statistic",
            Sources.Classic);

    private static readonly Bug Box = new("BoxFilter", "a box in the place of [1, 3, 3, 1]", "D aliases", Sources.Classic);

    private static readonly Bug NoFilter =
        new("StrideWithoutFilter", "samples are dropped without a filter", "D aliases", Sources.Classic);

    private static readonly Bug Late =
        new("StrideStartsLate", "samples 1, 3, … are kept", "D sees the image a pixel off, by block", Sources.Classic);

    private static readonly Bug BaseE =
        new("BlurOfBaseE", "taps ∝ e^−(k/σ)² in the place of 2^−(k/σ)²", "the blur is weaker", Sources.Classic);

    private static readonly Bug NoFade = new("BlurDoesNotFade", "the blur stays", "D never sees a sharp image", Sources.Classic);

    private static readonly Bug NotByBatch =
        new("FadeNotByBatch", "the fade takes 200 kimg whatever the batch", "small batches see a blurred start for too long",
            Sources.Classic);

    public static VectorGroup Deviation { get; } = new()
    {
        Name = "minibatch-deviation",
        Equation = "SG2: groups of G = min(4, N), samples of equal index mod N/G together; √(population variance + 1e−8),"
            + " mean over channels and pixels, as last channel",
        Instructions = "Of `x` [N, C, H, W]: `y` [N, C + 1, H, W].",
        Cases = CaseBuilder.Number([Grouped("two groups", 71, 8), Grouped("fewer samples than a group", 72, 3)]),
    };

    public static VectorGroup Stride { get; } = new()
    {
        Name = "discriminator-stride",
        Equation = "SG2 B: f = [1,3,3,1] ⊗ [1,3,3,1]/64, true convolution; the skip pads 1 and keeps every second sample;"
            + " conv1 pads 2",
        Instructions = "Of `x` [N, C, H, W]: `skip` [N, C, H/2, W/2], filtered with padding 1 and every second sample kept,"
            + " and `conv1`"
            + " [N, C, H + 1, W + 1], filtered with padding 2.",
        Cases = CaseBuilder.Number([Filtered()]),
    };

    public static VectorGroup Blur { get; } = new()
    {
        Name = "discriminator-blur",
        Equation = "AFG F (config R): σ = 10·max(0, 1 − images/(200 000·batch/32)); taps ∝ 2^−(k/σ)², |k| ≤ ⌊3σ⌋, unit sum",
        Instructions = "σ of the blur after `images` [n] images at `batch`, `sigma` [n], and the `taps` of the blur of `width`.",
        Cases = CaseBuilder.Number([Blurred("batch 32", 32, 2.5), Blurred("batch 8", 8, 1)]),
    };

    private static CaseBuilder Grouped(string comment, uint seed, int n)
    {
        NumericArray x = new Dyadic(seed).Array(n, 2, 3, 2);
        double[][][,] batch = x.Batch;
        int G = Math.Min(4, n), groups = n / G;
        NumericArray Own(Func<int, int[]> group, int less, bool rootOfMean)
        {
            return NumericArray.Of((double[][][,])[.. batch.Select((image, i) =>
            {
                int[] members = group(i);
                double[] variances = [.. Enumerable.Range(0, 2).SelectMany(c => Enumerable.Range(0, 6).Select(p =>
                {
                    double[] values = [.. members.Select(m => batch[m][c][p / 2, p % 2])];
                    double mean = values.Average();
                    return values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - less);
                }))];
                double s = rootOfMean ? Math.Sqrt(variances.Average() + 1e-8) : variances.Average(v => Math.Sqrt(v + 1e-8));
                return (double[][,])[.. image, Plane.Map(image[0], _ => s)];
            })]);
        }

        int[] Right(int i) => [.. Enumerable.Range(0, n).Where(m => m % groups == i % groups)];
        CaseBuilder built = new CaseBuilder(comment, 12 + G).Given("x", x)
            .Expect("y", NumericArray.Of(MinibatchDeviation.Forward(batch)))
            .Fault(Unbiased, Own(Right, 1, false)).Fault(VarianceMean, Own(Right, 0, true));
        return groups == 1 ? built
            : built.Fault(Neighbours, Own(i => [.. Enumerable.Range(i / G * G, G)], 0, false))
                .Fault(Misplaced, Own(i => [.. Enumerable.Range(0, n).Where(m => m % groups == i / G)], 0, false))
                .Fault(Whole, Own(_ => [.. Enumerable.Range(0, n)], 0, false));
    }

    private static CaseBuilder Filtered()
    {
        NumericArray x = new Dyadic(73).Array(1, 2, 8, 6);
        Dictionary<string, NumericArray> Outputs(Func<double[,], int, double[,]> blur, int late = 0) => new()
        {
            ["skip"] = NumericArray.Of((double[][][,])[.. x.Batch.Select(image => image.Select(plane => Resampling.Keep(
                Plane.Both(blur(plane, 1), row => Signal.Pad(row, -late, late)))).ToArray())]),
            ["conv1"] = NumericArray.Of(
                (double[][][,])[.. x.Batch.Select(image => image.Select(plane => blur(plane, 2)).ToArray())]),
        };
        double[,] Other(double[,] plane, int padding, double[] taps) =>
            Filter.Separable(taps).Convolve(Plane.Both(plane, row => Signal.Pad(row, padding, padding)));
        return new CaseBuilder("every block's", 16).Given("x", x).Expect(Outputs(Resampling.Blur))
            .Fault(Box, Outputs((plane, p) => Other(plane, p, [0.25, 0.25, 0.25, 0.25])))
            .Fault(NoFilter, Outputs((plane, p) => Other(plane, p, [0, 1, 0, 0])))
            .Fault(Late, Outputs(Resampling.Blur, 1));
    }

    private static CaseBuilder Blurred(string comment, int batch, double σ)
    {
        double[] images = [0, 10_000, 50_000, 100_000, 200_000, 300_000], taps = DiscriminatorBlur.Taps(σ);
        Dictionary<string, NumericArray> Outputs(Func<double, double> sigma, double[] h) => new()
        {
            ["sigma"] = NumericArray.Row([.. images.Select(sigma)]),
            ["taps"] = NumericArray.Row(h),
        };
        double Right(double n) => DiscriminatorBlur.Sigma(n, batch);
        double[] e = [.. taps.Select((_, j) => Math.Exp(-Math.Pow((j - taps.Length / 2) / σ, 2)))];
        CaseBuilder built = new CaseBuilder(comment, taps.Length).With("batch", batch).With("width", σ)
            .Given("images", NumericArray.Row(images))
            .Expect(Outputs(Right, taps))
            .Fault(BaseE, Outputs(Right, [.. e.Select(tap => tap / e.Sum())])).Fault(NoFade, Outputs(_ => 10, taps));
        return batch == 32 ? built : built.Fault(NotByBatch, Outputs(n => DiscriminatorBlur.Sigma(n, 32), taps));
    }
}
