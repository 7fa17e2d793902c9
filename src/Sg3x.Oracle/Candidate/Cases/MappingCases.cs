using Sg3x.Spec.Layers;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>The mapping network and truncation.</summary>
internal static class MappingCases
{
    private static readonly Bug NoRootTwo =
        new("NoRootTwo", "the mapping's leaky ReLU has no gain √2", "w is weak", Sources.WriteUp);

    private static readonly Bug NoLr = new(
        "NoLrMultiplier", "weights and biases go without the learning-rate multiplier 0.01", "w is a hundred times too strong",
            "tomguluson92/StyleGAN2_PyTorch, pull request 2");

    private static readonly Bug NoBiasLr =
        new("BiasWithoutLrMultiplier", "the bias goes without the multiplier 0.01", "biases learn a hundred times too fast",
            Sources.Classic);

    private static readonly Bug NotNormalized =
        new("LatentNotNormalized", "z is not divided by its RMS", "latents of large norm get other images",
            "lucidrains/stylegan2-pytorch, issue 112");

    private static readonly Bug UnitNorm =
        new("LatentOfUnitNorm", "z is divided by its norm, not its RMS", "w is weak by √z_dim", Sources.Classic);

    private static readonly Bug LastLinear =
        new("LastLayerLinear", "the last layer is not activated", "w has another distribution",
            "STomoya/animeface, issue 44: no layer was activated");

    private static readonly Bug Inverted =
        new("TruncationInverted", "w + ψ·(w_avg − w)", "ψ = 1 gives the average", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "mapping",
        Equation = "AFG B: w = fc1(fc0(z/√(mean z² + 1e−8))), y = √2·lrelu(lr/√in·W·x + lr·b, 0.2), lr = 0.01; w' = w_avg +"
            + " ψ·(w − w_avg)",
        Instructions = "Of `z` [N, z_dim], `fc0.weight`, `fc0.bias`, `fc1.weight`, `fc1.bias` as stored, `w_avg`, `psi`: `w`"
            + " [N, w_dim] before"
            + " truncation and `truncated` after.",
        AnyPrecision = true,
        Cases = CaseBuilder.Number([Of("two samples", 41, 1, 0.7), Of("a latent four times as long", 42, 4, 0.25)]),
    };

    private static CaseBuilder Of(string comment, uint seed, double scale, double ψ)
    {
        var draw = new Dyadic(seed);
        NumericArray z = Times(draw.Array(2, 6), scale), average = Times(draw.Array(5), 0.5);
        NumericArray W0 = Times(draw.Array(5, 6), 64), b0 = Times(draw.Array(5), 16), W1 = Times(draw.Array(5, 5), 64), b1 =
            Times(draw.Array(5), 16);
        (double[,], double[])[] layers = [(W0.Matrix, b0.Values), (W1.Matrix, b1.Values)];
        Dictionary<string, NumericArray> Outputs(Func<double[], double[]> map, bool inverted = false)
        {
            double[][] w = [.. z.Rows.Select(map)];
            return new()
            {
                ["w"] = NumericArray.Of(w),
                ["truncated"] = NumericArray.Of([.. w.Select(row => inverted
                    ? Mapping.Truncate(row, average.Values, 1 - ψ) : Mapping.Truncate(row, average.Values, ψ))]),
            };
        }

        double[] Own(double[] x, double lr, double lrBias, double gain, bool lastLinear)
        {
            for (int layer = 0; layer < 2; layer++)
            {
                (double[,] W, double[] b) = layers[layer];
                double[] y = FullyConnected.Forward(x, W, [.. b.Select(value => value * lrBias / lr)], lr, activate: false);
                x = layer == 1 && lastLinear ? y : [.. y.Select(t => gain * (t >= 0 ? t : 0.2 * t))];
            }
            return x;
        }

        double[] Unit(double[] row)
        {
            double rms = Math.Sqrt(row.Average(value => value * value) + 1e-8);
            return [.. row.Select(value => value / rms)];
        }

        double r2 = Math.Sqrt(2);
        return new CaseBuilder(comment, 16).With("psi", ψ).With("lr_multiplier", Mapping.Lr)
            .Given("z", z).Given("fc0.weight", W0).Given("fc0.bias", b0).Given("fc1.weight", W1).Given("fc1.bias", b1)
                .Given("w_avg", average)
            .Expect(Outputs(row => Mapping.Forward(row, layers)))
            .Fault(NoRootTwo, Outputs(row => Own(Unit(row), 0.01, 0.01, 1, false)))
            .Fault(NoLr, Outputs(row => Own(Unit(row), 1, 1, r2, false)))
            .Fault(NoBiasLr, Outputs(row => Own(Unit(row), 0.01, 1, r2, false)))
            .Fault(NotNormalized, Outputs(row => Own(row, 0.01, 0.01, r2, false)))
            .Fault(UnitNorm, Outputs(
                row => Own([.. Unit(row).Select(value => value / Math.Sqrt(row.Length))], 0.01, 0.01, r2, false)))
            .Fault(LastLinear, Outputs(row => Own(Unit(row), 0.01, 0.01, r2, true)))
            .Fault(Inverted, Outputs(row => Mapping.Forward(row, layers), inverted: true));
    }

    private static NumericArray Times(NumericArray x, double factor) =>
        new(x.Shape, [.. x.Values.Select(value => value * factor)]);
}
