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
    private const double Single = 5.9604644775390625e-8;

    // Bias, gain, leaky ReLU, clamp; and along each axis of both filters its taps and its result.
    private const int StepByStep = 4 + (2 * 2 * 2);

    public string Id => "precision.operations";

    public string Equation => "fl(Σ fl(w)·fl(s·x)) and fl(d·y) of a modulated convolution; the filters' results rounded once, on a "
        + "GPU without its kernel each step's";

    public string ToleranceBasis =>
        "2⁻⁸ of a result for its rounding, and of its absolute terms for each rounding before; sums as of float32";

    public IEnumerable<Finding> Run(Subject subject)
    {
        if (subject.Precision != ScalarType.BFloat16)
            return [];
        using IDisposable quiet = no_grad();
        return [.. Convolution(subject), .. Resampled(subject), .. Nonlinearity(subject)];
    }

    /// <inheritdoc/>
    public string? LeavesOut(Subject subject) =>
        subject.Precision == ScalarType.BFloat16 ? null : "the layers compute in float32";

    private static IEnumerable<Finding> Convolution(Subject subject)
    {
        const int n = 3, ins = 6, outs = 5, k = 3;
        var draw = new Draw(subject.Seed);
        double[][][,] x = Coarse(draw.Batch(n, ins, 7, 8));
        double[] w = [.. draw.Row(outs * ins * k * k).Select(Float)], s = [.. draw.Row(n * ins).Select(Float)];
        var kernel = new double[outs, ins, k, k];
        Buffer.BlockCopy(w, 0, kernel, 0, w.Length * sizeof(double));
        var sizes = new double[outs, ins, k, k];
        Buffer.BlockCopy(w.Select(Math.Abs).ToArray(), 0, sizes, 0, w.Length * sizeof(double));
        double[][][,] Defined(double[][][,] x, double[,,,] w, IEnumerable<double> s) =>
            Spec.Layers.ModulatedConvolution.Forward(x, w, [.. s.Chunk(ins)], true, k - 1, 1);
        Tensor y = subject.ModulatedConvolution(
            subject.Tensor(x, ScalarType.BFloat16), subject.Tensor(w, [outs, ins, k, k], ScalarType.Float32),
            subject.Tensor(s, [n, ins], ScalarType.Float32), true, k - 1, null);
        yield return Compare(
            "modulated convolution", Defined(x, kernel, s), Defined(Absolute(x), sizes, s.Select(Math.Abs)), y, 3, ins * k * k);
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
        yield return Compare("resampling", Defined(x), Defined(Absolute(x)), y, 0, f.Length * f.Length);
    }

    private static IEnumerable<Finding> Nonlinearity(Subject subject)
    {
        foreach (SpecLayer layer in NonlinearityCase.Layers(subject.Config))
        {
            int side = Math.Max(24, NonlinearityCase.LeastSide(layer));
            NonlinearityCase c = NonlinearityCase.Draw(
                subject, layer, 1, 2, side, side - 1, 1.5, NonlinearityCase.Coarse, value => value);
            double[][][,] expected = c.Forward(), sizes = c.Sizes();
            foreach (IFilteredLeakyRelu op in subject.Nonlinearities)
            {
                yield return Compare(
                    $"L{layer.Index} ↑{layer.Up} ↓{layer.Down}, {op.Name}", expected, sizes, c.Produce(op, ScalarType.BFloat16).Y,
                    subject.Device.type == DeviceType.CPU ? 0 : StepByStep, c.Terms);
            }
        }
    }

    // The error that takes up most of what is allowed at its place: roundings before the last are of the absolute terms.
    private static Finding Compare(
        string where, double[][][,] expected, double[][][,] sizes, Tensor measured, int roundings, double terms)
    {
        if (measured.dtype != ScalarType.BFloat16)
            return Differences.Equal(where, $"{ScalarType.BFloat16}", $"{measured.dtype}", "an operand in float32 promotes it");
        double[] e = Flat(expected), size = Flat(sizes), m = Bridge.Values(measured);
        if (m.Length != e.Length)
            return Differences.Equal(where, $"{e.Length} values", $"{m.Length} values");
        double sums = 16 * Single * Math.Sqrt(terms) * size.Max();
        (int at, double share) = e.Index()
            .Select(one => (one.Index, Share: Math.Abs(m[one.Index] - one.Item)
                / (Unit * (Math.Abs(one.Item) + (roundings * size[one.Index])) + sums)))
            .MaxBy(one => double.IsNaN(one.Share) ? double.PositiveInfinity : one.Share);
        return new Finding(
            $"{where} at value {at} of {e.Length}", $"{e[at]:G6}", $"{m[at]:G6}", share, 1,
            share <= 1 ? null : "cut and not rounded, rounded more often, or summed in bfloat16");
    }

    private static double[] Flat(double[][][,] batch) =>
        [.. batch.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];

    private static double[][][,] Each(double[][][,] batch, Func<double, double> step) =>
        [.. batch.Select(image => image.Select(plane => Plane.Map(plane, step)).ToArray())];

    private static double[][][,] Coarse(double[][][,] batch) => Each(batch, NonlinearityCase.Coarse);

    private static double[][][,] Absolute(double[][][,] batch) => Each(batch, Math.Abs);

    private static double Float(double value) => (float)value;
}
