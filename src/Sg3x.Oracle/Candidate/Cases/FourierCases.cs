using Sg3x.Spec.Layers;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>The generator's input.</summary>
internal static class FourierCases
{
    private static readonly Bug Circle = new(
        "FrequenciesOnCircle", "frequencies lie on the unit circle",
            "one wavelength of the size of the image: no low and no high frequencies", Sources.WriteUp);

    private static readonly Bug UnitDisc = new(
        "FrequenciesOnUnitDisc", "frequencies are not scaled by the bandwidth f_c[0]", "the input has half its band",
            Sources.WriteUp);

    private static readonly Bug Normal = new(
        "NormalFrequencies", "frequencies are normal, not uniform on a disc", "frequencies beyond the bandwidth",
            Sources.Classic);

    private static readonly Bug Grid = new(
        "GridNotScaledByRate", "the grid spans ±½ whatever size/rate is",
            "the margin shrinks the image: content moves with the margin", Sources.WriteUp);

    private static readonly Bug Corners =
        new("PixelCorners", "samples are taken at pixel corners, not centres", "the image is half a pixel off", Sources.Classic);

    private static readonly Bug Swapped =
        new("AxesSwapped", "the first frequency component runs down, not to the right", "translations swap axes",
            Sources.Classic);

    private static readonly Bug Radians =
        new("PhaseInRadians", "the phase is not multiplied by 2π", "phases cover a sixth of a turn", Sources.Classic);

    private static readonly Bug Order = new(
        "TransformOrder", "the user transform is applied before rotation and translation",
            "translating a rotated image moves it along its own axes", Sources.Classic);

    private static readonly Bug EarlyAmplitude = new(
        "AmplitudeBeforeTransform", "the amplitude is that of the untransformed frequency", "a zoomed-out input aliases",
            Sources.Classic);

    private static readonly Bug NotDivided = new(
        "TransformNotNormalized", "(r_c, r_s, t_x, t_y) is not divided by |(r_c, r_s)|", "the learned transform zooms",
            Sources.Classic);

    private static readonly Bug NoMixGain =
        new("NoMixGain", "the mixing matrix goes without 1/√channels", "the input's level grows with the channels",
            Sources.Classic);

    private static readonly Bug MixTransposed =
        new("MixTransposed", "the mixing matrix is [in, out]", "weights of other implementations do not fit", Sources.Classic);

    public static VectorGroup Frequencies { get; } = new()
    {
        Name = "fourier-frequencies",
        Equation = "AFG F.1: v / (r·(e^(r²))^¼) · B, r = |v|, v normal: uniform on the disc of radius B",
        Instructions = "Of normal draws `v` [n, 2] and `bandwidth` B: the frequencies `freqs` [n, 2].",
        Cases = CaseBuilder.Number([Drawn("the default bandwidth", 31, 2), Drawn("another", 32, 3.5)]),
    };

    public static VectorGroup Features { get; } = new()
    {
        Name = "fourier-features",
        Equation = "AFG 3.2, F.1: M = rotation·translation(−t)·user; φ' = φ + f·M[0:2, 2], f' = f·M[0:2, 0:2]; z ="
            + " a·sin(2π(f'·x + φ')); y = W·z/√channels",
        Instructions = "Of `freqs` [C, 2] (x to the right, y down), `phases` [C], the affine layer's output `t` (r_c, r_s,"
            + " t_x, t_y), the `user`"
            + " transform [3, 3], `weight` [C, C], `size`, `rate`, `bandwidth`: the mixed features `y` [C, size, size].",
        AnyPrecision = true,
        Cases = CaseBuilder.Number(
        [
            Sampled("no transform", 33, 8, 16, [1, 0, 0, 0], Identity),
            Sampled("margins: size/rate is not 1", 34, 10, 8, [1, 0, 0, 0], Identity),
            Sampled("a learned rotation and translation", 35, 8, 16, [1.5, -2, 0.5, 0.25], Identity),
            Sampled("and a user's translation, rotation and zoom", 36, 8, 16, [1, 0.5, -0.5, 0.75],
                new[,] { { 1.5, -1.0, 0.25 }, { 1.0, 1.5, -0.125 }, { 0, 0, 1 } }),
        ]),
    };

    private static double[,] Identity => new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

    private static CaseBuilder Drawn(string comment, uint seed, double B)
    {
        NumericArray v = new Dyadic(seed).Array(6, 2);
        NumericArray Map(Func<double[], (double X, double Y)> f) =>
            NumericArray.Of([.. v.Rows.Select(row => f(row)).Select(p => (double[])[p.X, p.Y])]);
        return new CaseBuilder(comment, 4).With("bandwidth", B).Given("v", v)
            .Expect("freqs", Map(row => FourierFeatures.Frequency(row[0], row[1], B)))
            .Fault(Circle, Map(row =>
                (row[0] / Math.Sqrt(row[0] * row[0] + row[1] * row[1]), row[1] / Math.Sqrt(row[0] * row[0] + row[1] * row[1]))))
            .Fault(UnitDisc, Map(row => FourierFeatures.Frequency(row[0], row[1], 1)))
            .Fault(Normal, Map(row => (B * row[0], B * row[1])));
    }

    private static CaseBuilder Sampled(string comment, uint seed, int size, double s, double[] t, double[,] user)
    {
        const int channels = 5;
        const double B = 2;
        var draw = new Dyadic(seed);
        NumericArray f = draw.Array(channels, 2);
        f = new NumericArray(f.Shape, [.. f.Values.Select(value => value * 0.75)]);
        NumericArray phases = NumericArray.Row([.. draw.Row(channels).Select(value => value / 4)]);
        NumericArray W = draw.Array(channels, channels);
        double[,] M = FourierFeatures.Transform(t, user);
        double[][,] Features(double[,] freqs, double[] φ, double[,] m, double rate) =>
            FourierFeatures.Features(freqs, φ, m, size, rate, B);
        NumericArray Mixed(double[][,] z) => NumericArray.Of(FourierFeatures.Mix(z, W.Matrix));

        double[][,] z = Features(f.Matrix, phases.Values, M, s);

        // The sine's argument comes to some 30 radians and has been through four roundings: 120 of its result, 16·√64 or less.
        CaseBuilder built = new CaseBuilder(comment, 64 + channels)
            .With("size", size).With("rate", s).With("bandwidth", B)
            .Given("freqs", f).Given("phases", phases).Given("t", NumericArray.Row(t)).Given("user", NumericArray.Of(user))
                .Given("weight", W)
            .Expect("y", Mixed(z))
            .Fault(Corners, Mixed(Features(f.Matrix, [.. phases.Values.Select((φ, c) =>
                φ + f.Matrix[c, 0] * Corner(M, s, 0) + f.Matrix[c, 1] * Corner(M, s, 1))], M, s)))
            .Fault(Radians, Mixed(Features(f.Matrix, [.. phases.Values.Select(φ => φ / (2 * Math.PI))], M, s)))
            .Fault(Swapped, Mixed(Features(
                NumericArray.Of([.. f.Rows.Select(row => (double[])[row[1], row[0]])]).Matrix, phases.Values, M, s)))
            .Fault(NoMixGain, NumericArray.Of(
                FourierFeatures.Mix([.. z.Select(p => Spec.Signals.Plane.Map(p, value => value * Math.Sqrt(channels)))],
                W.Matrix)))
            .Fault(MixTransposed, NumericArray.Of(FourierFeatures.Mix(z, Spec.Signals.Plane.Transpose(W.Matrix))));
        if (size != s)
            built.Fault(Grid, Mixed(Stretched(f.Matrix, phases.Values, M, size, s, B)));
        if (t[1] != 0)
            built.Fault(NotDivided, Mixed(Features(f.Matrix, phases.Values, Undivided(t, user), s)));
        if (user[0, 1] != 0)
        {
            built.Fault(Order, Mixed(
                Features(f.Matrix, phases.Values, FourierFeatures.Multiply(user, FourierFeatures.Transform(t, Identity)), s)))
                .Fault(EarlyAmplitude, Mixed(Early(f.Matrix, phases.Values, M, size, s, B)));
        }
        return built;
    }

    // Half a pixel off along both axes, brought into the phase: f'·(−½/s, −½/s).
    private static double Corner(double[,] M, double s, int row) => -(M[row, 0] + M[row, 1]) * 0.5 / s;

    // The same frequencies on a grid of rate = size, their amplitude still that of the rate s.
    private static double[][,] Stretched(double[,] f, double[] phases, double[,] M, int size, double s, double B) =>
        Amplified(f, phases, M, size, size, c => Amplitude(f, M, c, s, B));

    private static double[][,] Early(double[,] f, double[] phases, double[,] M, int size, double s, double B) =>
        Amplified(f, phases, M, size, s, c => Amplitude(f, Identity, c, s, B));

    // A bandwidth of nearly half the rate leaves every frequency below it whole.
    private static double[][,] Amplified(
        double[,] f, double[] phases, double[,] M, int size, double s, Func<int, double> amplitude) =>
        [.. FourierFeatures.Features(f, phases, M, size, s, 0.4999999 * s)
            .Select((plane, c) => Spec.Signals.Plane.Map(plane, value => amplitude(c) * value))];

    private static double Amplitude(double[,] f, double[,] M, int c, double s, double B)
    {
        double fx = f[c, 0] * M[0, 0] + f[c, 1] * M[1, 0], fy = f[c, 0] * M[0, 1] + f[c, 1] * M[1, 1];
        return Math.Clamp(1 - (Math.Sqrt(fx * fx + fy * fy) - B) / (s / 2 - B), 0, 1);
    }

    private static double[,] Undivided(double[] t, double[,] user) => FourierFeatures.Multiply(
        FourierFeatures.Multiply(
            new[,] { { t[0], -t[1], 0 }, { t[1], t[0], 0 }, { 0, 0, 1 } },
            new[,] { { 1, 0, -t[2] }, { 0, 1, -t[3] }, { 0, 0, 1 } }), user);
}
