using Sg3x.Spec.Filters;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Filtered nonlinearities, forward and backward.</summary>
internal static class NonlinearityCases
{
    private static readonly Bug Unflipped = new(
        "FilterNotFlipped", "the filters are correlated, not convolved",
            "none for symmetric filters; the layer's own convention is lost", Sources.Classic);

    private static readonly Bug LinearGain = new(
        "UpsamplingGain", "upsampling multiplies by up in the place of up²", "the level falls by up in every layer",
            Sources.Classic);

    private static readonly Bug NoGain =
        new("NoGain", "the gain √2 is left out", "the level falls from layer to layer", Sources.Classic);

    private static readonly Bug Slope =
        new("WrongSlope", "a slope of 0.02 (or a library's 0.01) in the place of 0.2", "half the signal is lost",
            Sources.Classic);

    private static readonly Bug NoClamp =
        new("NoClamp", "activations are not clamped at ±256", "16-bit training overflows", Sources.Classic);

    private static readonly Bug ClampBeforeGain = new(
        "ClampBeforeGain", "the clamp comes before the gain √2", "activations reach 362", Sources.Classic);

    private static readonly Bug Phase = new(
        "DecimationPhase", "decimation keeps samples 1, 1 + down, … in the place of 0, down, …",
            "the image moves by a sample a layer", Sources.Classic);

    private static readonly Bug BiasAfter = new(
        "BiasAfterNonlinearity", "the bias is added to the result", "the bias no longer bends the nonlinearity", Sources.Classic);

    private static readonly Bug Discarded = new(
        "SubsampledWithoutFilter", "samples are dropped without the downsampling filter", "the nonlinearity's harmonics alias",
            Sources.Classic);

    private static readonly Bug Activated = new(
        "ActivatedToRgb", "ToRGB has the other layers' leaky ReLU", "dark colours are compressed", Sources.Classic);

    private static readonly Bug PointwiseGradient = new(
        "ClampGradient", "the gradient passes where the clamp holds", "clamped activations are pushed on", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "filtered-nonlinearity",
        Equation = "AFG 3.1, D: a = insert_up(x + b) padded by [lo, hi]; u = up²·(a ∗ f_u); v = clamp(g·lrelu(u), ±c); y ="
            + " keep_down(v ∗ f_d)",
        Instructions = "Of `x` [N, C, H, W], bias `b` [C], filters `up_filter` and `down_filter` ([taps] per axis, or a grid;"
            + " null is none),"
            + " `padding` (x0, x1, y0, y1; negative crops), `gain`, `slope`, `clamp` (null is none): `y`, and `dx`, the"
                + " gradient of Σ y·`dy`.",
        AnyPrecision = true,
        Cases = CaseBuilder.Number(
        [
            Of("up 2, down 2 with asymmetric filters", 1, 2, 2, new Padding(9, 8, 9, 8), Asymmetric(12), Asymmetric(12, 1), 0.2,
                256, 6),
            Of("up 4, down 2, cropping", 2, 4, 2, new Padding(-6, -9, -6, -9), LowPass24(), LowPass12(), 0.2, 256, 16),
            Of("clamped", 3, 2, 2, new Padding(9, 8, 9, 8), LowPass12(), LowPass12(), 0.2, 0.5, 6),
            Of("different padding on every side", 4, 2, 1, new Padding(6, 5, 4, 7), LowPass12(), Filter.Identity, 0.2, null, 6),
            Of("a radial downsampling filter", 5, 2, 2, new Padding(9, 8, 9, 8), LowPass12(),
                Filter.Radial(LowPass.Radial(12, 4, 4, 32)), 0.2, 256, 5),
            Of("ToRGB: no filter, slope 1, gain 1", 6, 1, 1, new Padding(0, 0, 0, 0), Filter.Identity, Filter.Identity, 1, 256,
                5),
        ]),
    };

    private static CaseBuilder Of(
        string comment, uint seed, int up, int down, Padding padding, Filter fu, Filter fd, double slope, double? clamp, int size)
    {
        var draw = new Dyadic(seed);
        NumericArray x = draw.Array(1, 2, size, size + 1), b = Scaled(draw.Array(2), 0.25);
        double gain = slope == 1 ? 1 : Math.Sqrt(2);
        var shape = new NonlinearityShape(up, down, padding, gain, slope, clamp);
        double[][,] y = Forward(x, b, fu, fd, shape);
        NumericArray dy = draw.Array(1, 2, y[0].Height(), y[0].Width());

        CaseBuilder built = new CaseBuilder(comment, (double)fu.Count * fu.Count + fd.Count * fd.Count)
            .With("up", up).With("down", down).With("padding", (int[])[padding.X0, padding.X1, padding.Y0, padding.Y1])
            .With("gain", gain).With("slope", slope).With("clamp", clamp)
            .Given("x", x).Given("b", b).Given("dy", dy);
        _ = fu.IsIdentity ? built.With("up_filter", null) : built.Given("up_filter", NumericArray.Of(fu));
        _ = fd.IsIdentity ? built.With("down_filter", null) : built.Given("down_filter", NumericArray.Of(fd));
        built.Expect(Outputs(x, b, fu, fd, shape, dy));
        _ = slope == 1 ? built.Fault(Activated, Outputs(x, b, fu, fd, shape with { Slope = 0.2, Gain = Math.Sqrt(2) }, dy))
            : built.Fault(BiasAfter, Both(
                [.. Forward(x, Zero(b), fu, fd, shape).Select((plane, c) => Plane.Map(plane, value => value + b.Values[c]))],
                x, Zero(b), fu, fd, shape, dy));
        if (seed == 1)
            built.Fault(Unflipped, Outputs(x, b, Flip(fu), Flip(fd), shape, dy));
        if (up > 1)
        {
            // u/up for u: what comes of x/up and b/up, and the gradient once more by 1/up.
            Dictionary<string, NumericArray> weak = Outputs(Scaled(x, 1.0 / up), Scaled(b, 1.0 / up), fu, fd, shape, dy);
            built.Fault(LinearGain, new Dictionary<string, NumericArray>(weak) { ["dx"] = Scaled(weak["dx"], 1.0 / up) });
        }
        if (slope != 1)
        {
            built.Fault(NoGain, Outputs(x, b, fu, fd, shape with { Gain = 1 }, dy))
                .Fault(Slope, Outputs(x, b, fu, fd, shape with { Slope = 0.02 }, dy));
        }
        if (clamp is double c && c < 2)
        {
            built.Fault(NoClamp, Outputs(x, b, fu, fd, shape with { Clamp = null }, dy))
                .Fault(ClampBeforeGain, Outputs(x, b, fu, fd, shape with { Clamp = c * gain }, dy))
                .Fault(PointwiseGradient, Both(y, x, b, fu, fd, shape with { Clamp = null }, dy));
        }
        if (down > 1)
        {
            NonlinearityShape late = shape with { Padding =
                new Padding(padding.X0 - 1, padding.X1 + 1, padding.Y0 - 1, padding.Y1 + 1) };
            built.Fault(Phase, Outputs(x, b, fu, fd, late, dy));
            built.Fault(Discarded, Outputs(
                x, b, fu, fd.Grid == null ? Centre(fd.Count) : Filter.Radial(CentreGrid(fd.Count)), shape, dy));
        }
        return built;
    }

    private static Dictionary<string, NumericArray> Outputs(
        NumericArray x, NumericArray b, Filter fu, Filter fd, NonlinearityShape shape, NumericArray dy) =>
        Both(Forward(x, b, fu, fd, shape), x, b, fu, fd, shape, dy);

    private static Dictionary<string, NumericArray> Both(
        double[][,] y, NumericArray x, NumericArray b, Filter fu, Filter fd, NonlinearityShape shape, NumericArray dy) => new()
        {
            ["y"] = NumericArray.Of((double[][][,])[y]),
            ["dx"] = NumericArray.Of((double[][][,])[[.. x.Batch[0].Select((plane, c) =>
                FilteredNonlinearity.Gradient(plane, b.Values[c], fu, fd, shape, dy.Batch[0][c]))]]),
        };

    private static double[][,] Forward(NumericArray x, NumericArray b, Filter fu, Filter fd, NonlinearityShape shape) =>
        [.. x.Batch[0].Select((plane, c) => FilteredNonlinearity.Forward(plane, b.Values[c], fu, fd, shape))];

    private static NumericArray Zero(NumericArray b) => Scaled(b, 0);

    private static NumericArray Scaled(NumericArray x, double factor) =>
        new(x.Shape, [.. x.Values.Select(value => value * factor)]);

    private static Filter Flip(Filter f) => Filter.Separable([.. f.Taps!.Reverse()]);

    private static Filter Centre(int n) => Filter.Separable([.. Enumerable.Range(0, n).Select(j => j == n / 2 ? 1.0 : 0)]);

    private static double[,] CentreGrid(int n)
    {
        var grid = new double[n, n];
        grid[n / 2, n / 2] = 1;
        return grid;
    }

    // A low-pass filter that leans to one side, so that the direction of the convolution shows.
    private static Filter Asymmetric(int n, double lean = 0.5)
    {
        double[] h = [.. LowPass.Separable(n, 4, 4, 32).Select((tap, j) => tap * (1 + lean * j / n))];
        double sum = h.Sum();
        return Filter.Separable([.. h.Select(tap => tap / sum)]);
    }

    private static Filter LowPass12() => Filter.Separable(LowPass.Separable(12, 4, 4, 32));

    private static Filter LowPass24() => Filter.Separable(LowPass.Separable(24, 4, 8, 64));
}
