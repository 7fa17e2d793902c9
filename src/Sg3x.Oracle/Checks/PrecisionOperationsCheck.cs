using Sg3x.Ops;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using TorchSharp;
using static TorchSharp.torch;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The operations of a network whose layers store and multiply in bfloat16, each against its definition on numbers that bfloat16
/// holds: rounded where it must be, and nowhere else. Results alone: a derivative at a kink is anybody's where rounding decides.
/// </summary>
internal sealed class PrecisionOperationsCheck : ICheck
{
    private const double Unit = 1 / 256.0;

    // Bias, gain, leaky ReLU, clamp; and along each axis of both filters its taps and its result.
    private const int StepByStep = 4 + (2 * 2 * 2);

    private const string NotOnce = "cut and not rounded, rounded more often, or summed in bfloat16";

    public string Id => "precision.operations";

    public string Equation =>
        "fl(Σ fl(w)·fl(s·x)) and fl(d·y) of a modulated convolution; the filters' results rounded once, on a GPU without its "
            + "kernel each step's";

    public string ToleranceBasis =>
        "2⁻⁸ of the absolute terms for each rounding of terms, and of the result for each of its own; sums as of float32";

    public IEnumerable<Finding> Run(Subject subject)
    {
        if (subject.Precision != ScalarType.BFloat16)
            return [];
        using IDisposable quiet = no_grad();
        return [.. Convolution(subject), .. Resampled(subject), .. Nonlinearity(subject)];
    }

    /// <inheritdoc/>
    public string? LeavesOut(Subject subject) =>
        subject.Precision == ScalarType.BFloat16 ? null : "float32 was asked for, and these are of bfloat16";

    // Terms of one sign beside those of both: where they cancel, what their own rounding may come to hides how they are summed.
    private static IEnumerable<Finding> Convolution(Subject subject)
    {
        const int n = 3, ins = 32, outs = 5, k = 3;
        var draw = new Draw(subject.Seed);
        double[][][,] x = Coarse(draw.Batch(n, ins, 7, 8)), sizesOfX = Absolute(x);
        double[] w = [.. draw.Row(outs * ins * k * k).Select(Float)], s = [.. draw.Row(n * ins).Select(Float)],
            sizesOfW = [.. w.Select(Math.Abs)], sizesOfS = [.. s.Select(Math.Abs)];
        double[][][,] sizes = Defined(sizesOfX, sizesOfW, sizesOfS);
        yield return Compared("modulated convolution", Defined(x, w, s), Produced(x, w, s));
        yield return Compared("modulated convolution, terms of one sign", sizes, Produced(sizesOfX, sizesOfW, sizesOfS));

        double[][][,] Defined(double[][][,] x, double[] w, double[] s)
        {
            var weight = new double[outs, ins, k, k];
            Buffer.BlockCopy(w, 0, weight, 0, w.Length * sizeof(double));
            return Spec.Layers.ModulatedConvolution.Forward(x, weight, [.. s.Chunk(ins)], true, k - 1, 1);
        }

        Tensor Produced(double[][][,] x, double[] w, double[] s) => subject.ModulatedConvolution(
            subject.Tensor(x, ScalarType.BFloat16), subject.Tensor(w, [outs, ins, k, k], ScalarType.Float32),
            subject.Tensor(s, [n, ins], ScalarType.Float32), true, k - 1, null);

        // fl(w) and fl(s·x) round each term, fl(Σ) and fl(d·y) the result.
        Finding Compared(string where, double[][][,] expected, Tensor y) =>
            Compare(where, expected, sizes, y, new(2, 2), ins * k * k, "its products are summed in bfloat16, or not these");
    }

    private static IEnumerable<Finding> Resampled(Subject subject)
    {
        double[] f = [1, 3, 3, 1];
        double[][][,] x = Coarse(new Draw(subject.Seed).Batch(2, 3, 12, 10));
        double[][][,] Defined(double[][][,] x) =>
            [.. x.Select(image => image.Select(plane => Resampling.Keep(Resampling.Blur(plane, 1))).ToArray())];
        Tensor y = subject.Resample(
            subject.Tensor(x, ScalarType.BFloat16),
            subject.Tensor([.. from a in f from b in f select a * b / 64], [4, 4], ScalarType.Float32), 2, 1);
        yield return Compare("resampling", Defined(x), Defined(Absolute(x)), y, new(0, 1), f.Length * f.Length, NotOnce);
    }

    private static IEnumerable<Finding> Nonlinearity(Subject subject)
    {
        foreach (SpecLayer layer in NonlinearityCase.Layers(subject.Config))
        {
            int side = Math.Max(24, NonlinearityCase.LeastSide(layer));
            NonlinearityCase c = NonlinearityCase.Draw(
                subject, layer, 1, 2, side, side - 1, 1.5, NonlinearityCase.Coarse, value => value);
            double[][][,] expected = c.Forward(), sizes = c.Sizes();
            bool once = subject.Device.type == DeviceType.CPU;
            foreach (IFilteredLeakyRelu op in subject.Nonlinearities)
            {
                yield return Compare(
                    $"L{layer.Index} ↑{layer.Up} ↓{layer.Down}, {op.Name}", expected, sizes, c.Produce(op, ScalarType.BFloat16).Y,
                    new(once ? 0 : StepByStep, 1), c.Terms, once ? NotOnce : "further off than each step's rounding makes it");
            }
        }
    }

    // Each rounding of a term is off by at most 2⁻⁸ of it, each of the result by 2⁻⁸ of what those have made of it.
    private static Finding Compare(
        string where, double[][][,] expected, double[][][,] sizes, Tensor measured, Roundings roundings, double terms,
        string explanation)
    {
        if (measured.dtype != ScalarType.BFloat16)
            return Differences.Equal(where, $"{ScalarType.BFloat16}", $"{measured.dtype}", "an operand in float32 promotes it");
        double[] values = Bridge.Values(expected), size = Bridge.Values(sizes);
        double sums = 16 * Differences.Single * Math.Sqrt(terms) * size.Max();
        double[] allowed = [.. values.Zip(size, (value, absolute) =>
        {
            double ofTerms = Unit * roundings.OfTerms * absolute;
            return ofTerms + (Unit * roundings.OfResult * (Math.Abs(value) + ofTerms)) + sums;
        })];
        return Differences.Within(where, Bridge.Shape(expected), values, measured, allowed, explanation);
    }

    private static double[][][,] Each(double[][][,] batch, Func<double, double> step) =>
        [.. batch.Select(image => image.Select(plane => Plane.Map(plane, step)).ToArray())];

    private static double[][][,] Coarse(double[][][,] batch) => Each(batch, NonlinearityCase.Coarse);

    private static double[][][,] Absolute(double[][][,] batch) => Each(batch, Math.Abs);

    private static double Float(double value) => (float)value;

    /// <summary>How often bfloat16 rounds on the way to a result.</summary>
    /// <param name="OfTerms">Each of the terms that are summed.</param>
    /// <param name="OfResult">Their sum and what is made of it.</param>
    private readonly record struct Roundings(int OfTerms, int OfResult);
}
