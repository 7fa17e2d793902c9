using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Taps of low-pass filters.</summary>
internal static class FilterCases
{
    private static readonly Bug Undivided = new(
        "HalfWidthNotDivided", "the transition half-width is not divided by the sampling rate before the taps are counted: 3"
            + " of them",
        "all but a delta: every layer aliases, and training still makes faces", Sources.WriteUp);

    private static readonly Bug Delta = new(
        "DeltaFilter", "all taps are there, but only the centre ones are not zero", "every layer aliases: 28 dB",
            Sources.Measured);

    private static readonly Bug Periodic = new(
        "PeriodicWindow", "the window is periodic (n + 1 samples, the last dropped) in the place of the symmetric one",
        "the filter shifts the image by a fraction of a sample in every layer", Sources.Classic);

    private static readonly Bug Unnormalized = new(
        "NotNormalized", "the taps are not divided by their sum", "the level of the signal drifts from layer to layer",
            Sources.Classic);

    private static readonly Bug OneBeta = new(
        "OneBetaFormula", "β = 0.1102·(A − 8.7) whatever the attenuation A", "short filters get another window", Sources.Classic);

    private static readonly Bug HalfTransition = new(
        "TransitionNotDoubled", "Δf = f_h/(s/2): the half-width is taken for the whole transition", "weaker stopbands",
            Sources.Classic);

    private static readonly Bug HalfRate = new(
        "RateOfTheInput", "the filter is designed at the layer's own rate, not at that after zero insertion",
        "the cutoff is twice as high as designed", Sources.Classic);

    private static readonly Bug WideHalfWidth = new(
        "HalfWidthTooWide", "the half-width is several times too large",
            "weak stopband; equivariance of random weights does not show it",
        Sources.Measured);

    private static readonly Bug HighCutoff = new(
        "CutoffTooHigh", "the cutoff is 1.5 times too high", "equivariance of random weights does not show it", Sources.Measured);

    private static readonly Bug Separable = new(
        "SeparableForRadial", "config R's radial filter is replaced by the outer product of a separable one",
        "the passband is a square: rotation is not equivariant", Sources.Classic);

    private static readonly Bug UnwindowedRadial = new(
        "RadialWindow", "the radial filter is windowed along one axis only", "the two axes are filtered differently",
            Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "low-pass-filter",
        Equation = "AFG C: h(x) = sinc(2·f_c·x)·w(x), or J1(2π·f_c·r)/(π·r)·w(x)·w(y), unit sum; β from A = 2.285·(n−1)·π·Δf"
            + " + 7.95, Δf = 2·f_h/(s/2)",
        Instructions = "Design a filter of `taps` taps a side with cutoff `cutoff`, transition half-width `half_width` (Hz"
            + " per image) at `rate`"
            + " samples per image: `h` [taps], or [taps, taps] where `radial` is true.",
        Cases = CaseBuilder.Number(
        [
            Of("L0 of T at 256²", 12, 2, 6, 32),
            Of("L3 of T at 256², upsampling by 4", 24, Math.Pow(2, 1.5), 8 - Math.Pow(2, 1.5), 64),
            Of("critically sampled: a narrow transition", 12, 128, 128 * (Math.Pow(2, 0.3) - 1), 512),
            Of("an attenuation below 21 dB: β = 0", 12, 2, 0.15, 32),
            Of("an attenuation above 50 dB", 24, 2, 6, 32),
            Of("an odd number of taps", 7, 2, 5, 32),
            Radial("L0 of R at 256²", 12, 2, 6, 32),
            Radial("a radial filter of an odd number of taps: r = 0 in the middle", 5, 3, 5, 32),
        ]),
    };

    private static CaseBuilder Of(string comment, int n, double fc, double fh, double s)
    {
        double[] h = LowPass.Separable(n, fc, fh, s);
        double A = KaiserWindow.Attenuation(n, fh, s);
        CaseBuilder built = Start(comment, n, fc, fh, s, false).Expect("h", NumericArray.Row(h))
            .Fault(Undivided, NumericArray.Row(0, 1, 0))
            .Fault(Delta, NumericArray.Row(
                [.. h.Select((_, j) => n % 2 == 1 ? (j == n / 2 ? 1 : 0.0) : j == n / 2 || j == n / 2 - 1 ? 0.5 : 0)]))
            .Fault(Unnormalized, NumericArray.Row(Windowed(n, fc, s, KaiserWindow.Window(n, KaiserWindow.Beta(A)))))
            .Fault(HalfRate, NumericArray.Row(LowPass.Separable(n, fc, fh, s / 2)))
            .Fault(HighCutoff, NumericArray.Row(LowPass.Separable(n, 1.5 * fc, fh, s)));
        if (A > 21)
        {
            built.Fault(Periodic, NumericArray.Row(
                Unit(Windowed(n, fc, s, [.. KaiserWindow.Window(n + 1, KaiserWindow.Beta(A)).SkipLast(1)]))))
                .Fault(HalfTransition, NumericArray.Row(LowPass.Separable(n, fc, fh / 2, s)))
                .Fault(WideHalfWidth, NumericArray.Row(LowPass.Separable(n, fc, 8 * fh, s)));
        }
        if (A <= 50)
            built.Fault(OneBeta, NumericArray.Row(Unit(Windowed(n, fc, s, KaiserWindow.Window(n, 0.1102 * (A - 8.7))))));
        return built;
    }

    private static CaseBuilder Radial(string comment, int n, double fc, double fh, double s)
    {
        double[,] h = LowPass.Radial(n, fc, fh, s);
        double[] separable = LowPass.Separable(n, fc, fh, s);
        double[] w = KaiserWindow.Window(n, KaiserWindow.Beta(KaiserWindow.Attenuation(n, fh, s)));
        var oneAxis = new double[n, n];
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++)
                oneAxis[j, k] = h[j, k] / w[j];
        double sum = oneAxis.Cast<double>().Sum();
        return Start(comment, n, fc, fh, s, true).Expect("h", NumericArray.Of(h))
            .Fault(Separable, NumericArray.Of([.. separable.Select(a => separable.Select(b => a * b).ToArray())]))
            .Fault(UnwindowedRadial, NumericArray.Of(Plane.Map(oneAxis, tap => tap / sum)))
            .Fault(HighCutoff, NumericArray.Of(LowPass.Radial(n, 1.5 * fc, fh, s)));
    }

    // Two Bessel functions, a sine whose argument loses a few roundings, and the sum: as many as 16 terms a tap would.
    private static CaseBuilder Start(string comment, int n, double fc, double fh, double s, bool radial) =>
        new CaseBuilder(comment, 16 * n)
        .With("taps", n).With("cutoff", fc).With("half_width", fh).With("rate", s).With("radial", radial);

    private static double[] Windowed(int n, double fc, double s, double[] w) =>
        [.. LowPass.Positions(n, s).Zip(w, (x, wj) => LowPass.Sinc(2 * fc * x) * wj)];

    private static double[] Unit(double[] h)
    {
        double sum = h.Sum();
        return [.. h.Select(tap => tap / sum)];
    }
}

/// <summary>Where mistakes come from.</summary>
internal static class Sources
{
    public const string WriteUp = "a published write-up of config T in JAX";
    public const string Measured = "planted in the official release, its effect measured there";
    public const string Classic = "a classic of its component";
}
