using Sg3x.Spec.Layers;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Modulated convolutions.</summary>
internal static class ModulationCases
{
    private static readonly Bug StylePlusOne = new(
        "StylePlusOne", "1 is added to the style after its normalisation", "styles modulate half as strongly", Sources.WriteUp);

    private static readonly Bug SamePadding = new(
        "SamePadding", "zero padding of ⌊k/2⌋ in the place of k − 1", "the border's influence is not kept outside the image",
            Sources.WriteUp);

    private static readonly Bug Flipped = new(
        "FlippedKernel", "the kernel is flipped: a true convolution", "weights of other implementations are mirrored",
            Sources.Classic);

    private static readonly Bug NoDemodulation = new(
        "NoDemodulation", "the weight is not demodulated", "the level depends on the style", Sources.Classic);

    private static readonly Bug NoInputGain = new(
        "NoInputGain", "the input gain 1/√σ² is left out", "the level drifts from layer to layer", Sources.Classic);

    private static readonly Bug NoNormalization = new(
        "NoPreNormalization", "the weight is not divided by its RMS, so that 1e−8 weighs on small ones",
            "small weights lose their level", Sources.Classic);

    private static readonly Bug FirstStyle = new(
        "FirstStyleForAll", "all samples get the style of the first", "a batch is one image", Sources.Classic);

    private static readonly Bug DemodulatedRgb = new(
        "DemodulatedToRgb", "ToRGB is demodulated too", "the image's contrast cannot follow the style", Sources.Classic);

    private static readonly Bug Transposed = new(
        "DemodulatedOverOutputs", "the weight's energy is summed over the wrong axis", "levels of channels mix", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "modulated-convolution",
        Equation = "SG2 2.2, AFG B: w'' = ŵ·ŝ·(Σ_ijk (ŵ·ŝ)² + 1e−8)^−½·g; ŵ by its RMS per output, ŝ by its RMS over the"
            + " batch; ToRGB: w·s·g",
        Instructions = "Of `x` [N, in, H, W], `w` [out, in, k, k], `s` [N, in], `demodulate`, `input_gain`: the"
            + " cross-correlation `y`"
            + " [N, out, H + k − 1, W + k − 1], zero padding k − 1 on every side.",
        AnyPrecision = true,
        Cases = CaseBuilder.Number(
        [
            Of("3×3, two samples", 11, 2, 4, 3, 3, true, 0.75, 1),
            Of("1×1 (config R)", 12, 2, 4, 5, 1, true, 1.25, 1),
            Of("tiny weights: 1e−8 must not weigh on them", 13, 2, 3, 3, 3, true, 1, Math.ScaleB(1, -14)),
            Of("ToRGB: neither normalised nor demodulated", 14, 2, 4, 3, 1, false, 0.5, 1),
            Of("many channels: sums of 512 terms", 15, 1, 512, 2, 1, true, 1, 1),
        ]),
    };

    private static CaseBuilder Of(
        string comment, uint seed, int n, int ins, int outs, int k, bool demodulate, double gain, double scale)
    {
        var draw = new Dyadic(seed);
        NumericArray x = draw.Array(n, ins, k == 1 ? 2 : 4, 3), w = draw.Array(outs, ins, k, k), s = draw.Array(n, ins);
        w = new NumericArray(w.Shape, [.. w.Values.Select(value => value * scale)]);
        double[,,,] kernel = w.Kernel;
        double[][] styles = s.Rows;
        double rms = Math.Sqrt(s.Values.Average(value => value * value));
        NumericArray Forward(double[,,,] weight, double[][] style, bool d, int padding, double g) =>
            NumericArray.Of(ModulatedConvolution.Forward(x.Batch, weight, style, d, padding, g));

        CaseBuilder built = new CaseBuilder(comment, ins * k * k + n * ins)
            .With("demodulate", demodulate).With("input_gain", gain)
            .Given("x", x).Given("w", w).Given("s", s)
            .Expect("y", Forward(kernel, styles, demodulate, k - 1, gain));
        if (demodulate)
        {
            double[][] plusOne = [.. styles.Select(row => row.Select(value => value / rms + 1).ToArray())];
            built.Fault(StylePlusOne, Forward(kernel, plusOne, true, k - 1, gain))
                .Fault(NoDemodulation, Forward(
                    ModulatedConvolution.Normalized(kernel),
                        [.. styles.Select(row => row.Select(value => value / rms).ToArray())], false, k - 1, gain));
        }
        else
        {
            built.Fault(DemodulatedRgb, Forward(kernel, styles, true, k - 1, gain));
        }
        if (k > 1)
            built.Fault(SamePadding, Forward(kernel, styles, demodulate, k / 2, gain))
                .Fault(Flipped, Forward(Flip(kernel), styles, demodulate, k - 1, gain));
        if (gain != 1)
            built.Fault(NoInputGain, Forward(kernel, styles, demodulate, k - 1, 1));
        if (scale != 1)
            built.Fault(NoNormalization, Forward(Damped(kernel, styles), styles, false, k - 1, gain));
        if (n > 1)
            built.Fault(FirstStyle, Forward(kernel, [.. styles.Select(_ => styles[0])], demodulate, k - 1, gain));
        if (demodulate && outs == ins - 1)
            built.Fault(Transposed, Forward(AcrossOutputs(kernel, styles[0]), styles, false, k - 1, gain));
        return built;
    }

    private static double[,,,] Flip(double[,,,] w) =>
        Map(w, (o, i, j, k) => w[o, i, w.GetLength(2) - 1 - j, w.GetLength(3) - 1 - k]);

    // Demodulated without the division by the RMS before; one sample's style stands for all, which is as wrong as it need be.
    private static double[,,,] Damped(double[,,,] w, double[][] s) => Map(w, (o, i, j, k) =>
        w[o, i, j, k] / Math.Sqrt(Energy(w, s[0], (p, q) => p == o) + 1e-8));

    private static double[,,,] AcrossOutputs(double[,,,] w, double[] s) => Map(w, (o, i, j, k) =>
        w[o, i, j, k] / Math.Sqrt(Energy(w, s, (p, q) => q == i) + 1e-8));

    private static double Energy(double[,,,] w, double[] s, Func<int, int, bool> counts)
    {
        double sum = 0;
        for (int o = 0; o < w.GetLength(0); o++)
            for (int i = 0; i < w.GetLength(1); i++)
                for (int j = 0; j < w.GetLength(2) && counts(o, i); j++)
                    for (int k = 0; k < w.GetLength(3); k++)
                        sum += w[o, i, j, k] * s[i] * w[o, i, j, k] * s[i];
        return sum;
    }

    private static double[,,,] Map(double[,,,] w, Func<int, int, int, int, double> f)
    {
        var y = new double[w.GetLength(0), w.GetLength(1), w.GetLength(2), w.GetLength(3)];
        for (int o = 0; o < w.GetLength(0); o++)
            for (int i = 0; i < w.GetLength(1); i++)
                for (int j = 0; j < w.GetLength(2); j++)
                    for (int k = 0; k < w.GetLength(3); k++)
                        y[o, i, j, k] = f(o, i, j, k);
        return y;
    }
}
