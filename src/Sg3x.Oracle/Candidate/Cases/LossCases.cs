using Sg3x.Spec.Training;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Losses and the gradient penalty.</summary>
internal static class LossCases
{
    private static readonly Bug Saturating =
        new("SaturatingLoss", "G minimises −softplus(D(G(z)))", "G's gradient vanishes while D wins", Sources.Classic);

    private static readonly Bug Hinge =
        new("HingeLoss", "the hinge loss in the place of softplus", "another game", Sources.Classic);

    private static readonly Bug Swapped =
        new("RealAndFakeSwapped", "real and generated images are swapped in D's loss", "D learns the opposite", Sources.Classic);

    private static readonly Bug NoHalf =
        new("PenaltyWithoutHalf", "R1 is γ·E|∇D|² without the ½", "γ is twice as strong", Sources.Classic);

    private static readonly Bug PixelMean =
        new("PenaltyOverPixels", "the squared gradient is averaged over pixels, not summed",
            "γ is weaker by the number of pixels", Sources.Classic);

    private static readonly Bug NotWeighted =
        new("PenaltyNotWeighted", "R1 every 16th iteration is not weighted by 16", "γ is 16 times weaker",
            "labmlai/annotated_deep_learning_paper_implementations, issue 161, for the path length");

    private static readonly Bug Root =
        new("PenaltyOfNorm", "the penalty is of the norm, not of its square", "another penalty", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "losses",
        Equation = "SG2: L_G = E softplus(−D(G(z))); L_D = E softplus(D(G(z))) + E softplus(−D(x)); R1 = γ/2·E|∇D|², ×16"
            + " every 16th iteration",
        Instructions = "Of the logits `fake` and `real` [n] and the gradients of D's logit with respect to each real image,"
            + " `gradients`"
            + " [n, values]: `generator`, `discriminator`, and `r1`, the term that a step with R1 minimises, for `gamma` and"
                + " `interval`.",
        Cases = CaseBuilder.Number(
            [Of("moderate logits", 61, 1), Of("large ones, where log(1 + e^t) must not overflow", 62, 256)]),
    };

    private static CaseBuilder Of(string comment, uint seed, double scale)
    {
        const double γ = 0.5;
        const int k = 16;
        var draw = new Dyadic(seed);
        double[] fake = [.. draw.Row(4).Select(value => value * scale)], real = [.. draw.Row(4).Select(value => value * scale)];
        double[][] gradients = [.. Enumerable.Range(0, 4).Select(_ => draw.Row(6))];
        Dictionary<string, NumericArray> Outputs(double g, double d, double r1) => new()
        {
            ["generator"] = NumericArray.Scalar(g),
            ["discriminator"] = NumericArray.Scalar(d),
            ["r1"] = NumericArray.Scalar(r1),
        };
        double G = Losses.Generator(fake), D = Losses.Discriminator(fake, real), R1 = GradientPenalty.R1(γ, gradients);
        double lazy = GradientPenalty.Lazy(R1, k);
        return new CaseBuilder(comment, 24).With("gamma", γ).With("interval", k)
            .Given("fake", NumericArray.Row(fake)).Given("real", NumericArray.Row(real))
                .Given("gradients", NumericArray.Of(gradients))
            .Expect(Outputs(G, D, lazy))
            .Fault(Saturating, Outputs(-fake.Average(Losses.Softplus), D, lazy))
            .Fault(Hinge, Outputs(-fake.Average(),
                fake.Average(t => Math.Max(0, 1 + t)) + real.Average(t => Math.Max(0, 1 - t)), lazy))
            .Fault(Swapped, Outputs(G, Losses.Discriminator(real, fake), lazy))
            .Fault(NoHalf, Outputs(G, D, 2 * lazy)).Fault(PixelMean, Outputs(G, D, lazy / 6))
                .Fault(NotWeighted, Outputs(G, D, R1))
            .Fault(Root, Outputs(G, D, k * γ / 2 * gradients.Average(row => Math.Sqrt(row.Sum(value => value * value)))));
    }
}
